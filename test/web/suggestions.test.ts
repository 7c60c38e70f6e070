import t from 'tap'
import { openDevice, resultRow, startBrowser, statusSays } from '../helpers/browser.ts'
import { createVoter, registerHost, request } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

t.test('a phone suggests an option, a host accepts it, and what the phone then votes is on the projector', { skip: skipUnless('CHROMIUM_PATH') }, async (t) => {
  const { url } = await startServer(t)
  const host = await registerHost(url)
  const poll = await host.openPoll({ writeIns: 'pre', question: 'What do we drink?', options: [{ label: 'Tea' }, { label: 'Milk' }] })
  const code = await host.codeOf(poll)
  const browser = await startBrowser(t)
  const [phone, desk, projector] = await Promise.all([
    openDevice(browser, url, { viewport: { width: 320, height: 640 } }), openDevice(browser, url), openDevice(browser, url)
  ])
  await desk.context.request.post('/api/v1/auth/login', { data: { email: host.credentials.email, password: host.credentials.password } })
  await Promise.all([phone.page.goto(`/j/${code}`), desk.page.goto(`/host/polls/${poll.id}`), projector.page.goto(`/present/${code}`)])
  const field = phone.page.getByLabel('Suggest an option')
  const suggest = async (text: string) => {
    await field.fill(text)
    await phone.page.keyboard.press('Enter')
  }

  await suggest(' ')
  await phone.page.getByRole('alert').getByText('Write your option first.').waitFor()
  await suggest('x'.repeat(121))
  await phone.page.getByRole('alert').getByText('Write at most 120 characters.').waitFor()
  await suggest('Water')
  await statusSays(phone.page, 'Sent. A moderator looks at it first.')
  t.equal(await field.inputValue(), '')
  t.equal(await phone.page.getByRole('radio').count(), 2)
  t.notOk(await phone.page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'), 'no sideways scrolling at 320 px')
  for (const control of [field, phone.page.getByRole('button', { name: 'Suggest', exact: true })]) t.ok(((await control.boundingBox())?.height ?? 0) >= 48, '48 px')

  // What is being written stays while others vote and the poll changes.
  await field.fill('Ju')
  await desk.page.getByRole('button', { name: 'Accept: Water' }).click()
  await phone.page.getByRole('radio', { name: 'Water' }).check()
  t.equal(await field.inputValue(), 'Ju')
  await phone.page.getByRole('button', { name: 'Vote', exact: true }).click()
  await statusSays(phone.page, 'Counted')
  await resultRow(projector.page, 'Water', 1).waitFor({ state: 'attached' })

  await desk.page.getByRole('button', { name: 'Accepted' }).click()
  await desk.page.getByRole('button', { name: 'Dismiss: Water' }).click()
  await desk.page.getByText('There are ballots that name this option.').waitFor()

  const other = await openDevice(browser, url)
  await host.call('PATCH', `/polls/${poll.id}`, { writeIns: 'post' }, { 'if-match': '*' })
  await other.page.goto(`/j/${code}`)
  await other.page.getByLabel('Suggest an option').fill('Juice')
  await other.page.getByRole('button', { name: 'Suggest', exact: true }).click()
  await statusSays(other.page, 'It is an option now, and chosen. Send your vote to count it.')
  t.equal(await other.page.getByRole('radio', { name: 'Juice' }).isChecked(), true)
  t.match((await host.results(poll.id)).body, { voters: 1, counts: { 3: 1, 4: 0 } }, 'nothing is sent by itself')
  for (const text of ['One', 'Two']) await request(url, 'POST', `/api/v1/polls/${poll.id}/suggestions`, { token: (await createVoter(url)).voterToken, body: { text } })
  for (const text of ['Three', 'Four', 'Five']) {
    await other.page.getByLabel('Suggest an option').fill(text)
    await other.page.keyboard.press('Enter')
    if (text !== 'Five') await other.page.getByRole('radio', { name: text }).and(other.page.locator(':checked')).waitFor()
  }
  await other.page.getByRole('alert').getByText('No more options can be suggested here.').waitFor()
  t.equal(await other.page.getByLabel('Suggest an option').inputValue(), 'Five', 'what was refused stays')
  for (const { complaints } of [phone, projector, other]) t.strictSame(complaints, [])
})
