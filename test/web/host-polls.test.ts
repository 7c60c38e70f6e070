import { readFile } from 'node:fs/promises'
import t from 'tap'
import type { Poll } from '../../server/protocol/poll.ts'
import type { Room } from '../../server/protocol/room.ts'
import { readCsv, UnclosedQuoteError } from '../../web/host/polls/csv.ts'
import { openDevice, resultRow, startBrowser } from '../helpers/browser.ts'
import { createVoter, registerHost, voteOverHttp } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

t.test('a CSV text is read as RFC 4180 has it', async (t) => {
  t.strictSame(readCsv('\uFEFFa,"b ""c"", d"\r\n\n"two\nlines",\n'), [['a', 'b "c", d'], [''], ['two\nlines', '']])
  t.strictSame(readCsv(''), [])
  t.strictSame(readCsv('kind;"a; b, c"\nsingle;1,5'), [['kind', 'a; b, c'], ['single', '1,5']])
  t.strictSame(readCsv('kind\tquestion\nsingle\ta;b'), [['kind', 'question'], ['single', 'a;b']])
  t.throws(() => readCsv('a\nb,"c'), new UnclosedQuoteError(2))
})

t.test('the polls of a room, for its hosts', { skip: skipUnless('CHROMIUM_PATH') }, async (t) => {
  const { url } = await startServer(t)
  const host = await registerHost(url)
  const { body: room } = await host.call<Room>('POST', '/rooms', { title: 'Town hall' })
  const listPolls = async () => (await host.call<{ items: Poll[] }>('GET', `/polls?roomId=${room.id}`)).body.items
  const findPoll = async (question: string) => {
    const poll = (await listPolls()).find((one) => one.question === question)
    if (poll === undefined) throw new Error(`no poll asks ${question}`)
    return poll
  }
  const vote = async (pollId: string, answer: object) => {
    const { voterToken } = await createVoter(url)
    await voteOverHttp(url, voterToken, pollId, answer)
  }

  const browser = await startBrowser(t)
  const { context, page, complaints } = await openDevice(browser, url, { viewport: { width: 1200, height: 900 } })
  await context.request.post('/api/v1/auth/login', { data: { email: host.credentials.email, password: host.credentials.password } })
  const questions = async () => await page.locator('.poll-card > a').allTextContents()
  const card = (question: string) => page.getByRole('listitem').filter({ has: page.getByRole('link', { name: question, exact: true }) })
  const notice = (text: string) => page.getByRole('status').getByText(text)

  t.test('a poll is written with the keyboard, and its ballot is there while it is', async (t) => {
    await page.goto(`/host/rooms/${room.id}`)
    await page.getByRole('link', { name: 'New poll' }).click()
    await page.getByLabel('Question').fill('Where do we meet?')
    await page.getByRole('textbox', { name: 'Option 1' }).fill('Lisbon')
    await page.keyboard.press('Enter')
    await page.keyboard.type('Leipzig')
    await page.keyboard.press('Enter')
    await page.locator('input[name="options/2/label"]:focus').fill('Oslo')
    await page.getByRole('radio', { name: 'Leipzig' }).check()
    await page.getByRole('button', { name: 'Save' }).click()
    await card('Where do we meet?').waitFor()
    t.match(await findPoll('Where do we meet?'), { kind: 'single', status: 'draft', options: [{ label: 'Lisbon' }, { label: 'Leipzig' }, { label: 'Oslo' }] })
  })

  t.test('what the server refuses is told at its field, and what was typed stays', async (t) => {
    await page.getByText('From a template').click()
    await page.getByRole('link', { name: 'Satisfaction, 1 to 5' }).click()
    await page.getByLabel('Question').fill('How was lunch?')
    await page.getByLabel('Highest step', { exact: true }).fill('50')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('must have 2 to 11 steps').first().waitFor()
    t.equal(await page.locator('input[name="scale"]').getAttribute('aria-invalid'), 'true')
    await page.getByLabel('Highest step', { exact: true }).fill('7')
    await page.getByRole('button', { name: 'Save' }).click()
    await card('How was lunch?').waitFor()
    t.match((await findPoll('How was lunch?')).scale, { min: 1, max: 7 })
  })

  t.test('polls are imported in their order, and each row that is refused is told', async (t) => {
    await page.locator('summary').getByText('Import polls').click()
    await page.getByLabel('Or paste the text here').fill('words,"One word, please"\nchess,Who wins?\nsingle,Only one,Yes\ntext,What else?')
    await page.locator('details form').getByRole('button', { name: 'Import polls' }).click()
    await page.getByText('Row 1: This is no kind of poll: chess.').waitFor()
    await page.getByText('Row 2: /options must be 2 to 50').waitFor()
    await card('What else?').waitFor()
    t.strictSame(await questions(), ['Where do we meet?', 'How was lunch?', 'One word, please', 'What else?'])
    const field = page.getByLabel('Or paste the text here')
    t.equal(await field.inputValue(), 'chess,Who wins?\nsingle,Only one,Yes', 'what was refused is left to be corrected')

    await field.fill('text,"Who, then?"\ntext,And when?')
    await page.route('**/api/v1/polls', async (route) => { await (route.request().postData()?.includes('And when?') === true ? route.abort('internetdisconnected') : route.continue()) })
    await page.locator('details form').getByRole('button', { name: 'Import polls' }).click()
    await page.getByText('1 poll was imported. It stopped at “And when?”: The server did not answer.').waitFor()
    t.equal(await field.inputValue(), 'text,And when?')
    await page.unroute('**/api/v1/polls')
    await host.call('DELETE', `/polls/${(await findPoll('Who, then?')).id}`, undefined, { 'if-match': '*' })
    await page.goto(`/host/rooms/${room.id}`)
  })

  t.test('a poll is moved with the keyboard, which stays where it was', async (t) => {
    await page.getByRole('button', { name: 'Move up: What else?' }).focus()
    await page.keyboard.press('Enter')
    await notice('Now number 3 of 4.').waitFor()
    t.equal(await page.locator(':focus').getAttribute('aria-label'), 'Move up: What else?')
    t.strictSame(await questions(), ['Where do we meet?', 'How was lunch?', 'What else?', 'One word, please'])
    await page.reload()
    await card('What else?').waitFor()
    t.strictSame(await questions(), ['Where do we meet?', 'How was lunch?', 'What else?', 'One word, please'])
  })

  t.test('a poll is dragged to another place, unless Escape takes it back', async (t) => {
    const grip = card('How was lunch?').locator('.grip')
    const drag = async (onto: string) => {
      const [from, to] = [await grip.boundingBox(), await card(onto).boundingBox()]
      if (from === null || to === null) throw new Error('nothing to drag')
      await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
      await page.mouse.down()
      await page.mouse.move(from.x + from.width / 2, to.y + 5, { steps: 5 })
    }
    await drag('Where do we meet?')
    t.equal(await card('Where do we meet?').getAttribute('data-drop'), 'before')
    await page.keyboard.press('Escape')
    await page.mouse.up()
    t.equal((await questions())[0], 'Where do we meet?')
    await drag('Where do we meet?')
    await page.mouse.up()
    await notice('Now number 1 of 4.').waitFor()
    t.strictSame(await questions(), ['How was lunch?', 'Where do we meet?', 'What else?', 'One word, please'])
    t.strictSame((await host.call<{ pollIds: string[] }>('GET', `/rooms/${room.id}/polls/order`)).body.pollIds[0], (await findPoll('How was lunch?')).id)
  })

  t.test('a poll is copied; one that was deleted is back after undo, and a double click deletes no other one', async (t) => {
    await page.getByRole('button', { name: 'Duplicate: How was lunch?' }).click()
    await notice('A copy was added at the end.').waitFor()
    t.equal((await questions()).at(-1), 'How was lunch?')
    await page.getByRole('button', { name: 'Delete: What else?' }).dblclick()
    await card('What else?').waitFor({ state: 'detached' })
    t.equal((await questions()).length, 4)
    await page.getByRole('button', { name: 'Undo' }).click()
    await card('What else?').waitFor()
    t.equal((await listPolls()).length, 5)
  })

  t.test('words that are not counted are written as they come, and a copy has them too', async (t) => {
    const { id } = await findPoll('One word, please')
    await page.goto(`/host/polls/${id}/edit`)
    await page.getByLabel('Words that are not counted').fill('the, a\nbit')
    await page.getByLabel('Count English plurals with their singular').check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('link', { name: 'All polls of the room' }).click()
    await page.getByRole('button', { name: 'Duplicate: One word, please' }).click()
    await notice('A copy was added at the end.').waitFor()
    const copies = (await listPolls()).filter(({ question }) => question === 'One word, please')
    t.strictSame(copies.map(({ stopWords, mergePlurals }) => [stopWords, mergePlurals]), [[['a', 'bit', 'the'], true], [['a', 'bit', 'the'], true]])
    await page.goto(`/host/rooms/${room.id}`)
  })

  t.test('somebody else\'s change is told before it is replaced', async (t) => {
    const poll = await findPoll('Where do we meet?')
    await page.goto(`/host/polls/${poll.id}/edit`)
    await page.getByLabel('Question').fill('Where do we meet in May?')
    await host.call('PATCH', `/polls/${poll.id}`, { question: 'Where to?' }, { 'if-match': '*' })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Somebody else has changed this poll in the meantime.').waitFor()
    t.equal(await page.getByLabel('Question').inputValue(), 'Where do we meet in May?')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Where do we meet in May?' }).waitFor()
  })

  t.test('[R4] a poll is opened, its results come by themselves, and it is closed', async (t) => {
    const { id } = await findPoll('Where do we meet in May?')
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await resultRow(page, 'Lisbon', 0).waitFor({ state: 'attached' })
    await vote(id, { choices: [1] })
    await resultRow(page, 'Lisbon', 1).waitFor({ state: 'attached' })
    await page.locator('.figures div').filter({ hasText: /^Voted/ }).getByText('1', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByRole('heading', { name: 'Final results' }).waitFor()
  })

  t.test('a new round is asked about first; then the rounds stand side by side', async (t) => {
    await page.getByRole('button', { name: 'New round…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    t.equal((await findPoll('Where do we meet in May?')).round, 1)
    await page.getByRole('button', { name: 'New round…' }).click()
    await page.getByRole('button', { name: 'Begin the new round' }).click()
    const rounds = page.getByRole('table', { name: 'Votes by round' })
    await rounds.getByRole('columnheader', { name: 'Round 2' }).waitFor()
    t.strictSame(await rounds.getByRole('row').filter({ hasText: 'Lisbon' }).getByRole('cell').allTextContents(), ['1', '0'])
  })

  t.test('the chart is saved as SVG and PNG', async (t) => {
    const save = async (name: string) => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
      return await readFile(await download.path())
    }
    t.match((await save('Chart as SVG')).toString(), /^<svg .*Where do we meet in May\?.*Leipzig/s)
    t.equal((await save('Chart as PNG')).subarray(1, 4).toString(), 'PNG')
  })

  t.test('an answer is taken out, and let in again', async (t) => {
    const { id } = await findPoll('What else?')
    await host.command(id, 'open')
    await vote(id, { text: 'More tea' })
    await page.goto(`/host/polls/${id}`)
    await page.getByRole('button', { name: 'Remove: More tea' }).click()
    await page.getByText('There are no answers here.').waitFor()
    await page.getByRole('button', { name: 'Removed', exact: true }).click()
    await page.getByRole('button', { name: 'Show: More tea' }).click()
    await page.getByRole('button', { name: 'Shown', exact: true }).click()
    await page.getByRole('region', { name: 'Answers' }).getByText('More tea').waitFor()
  })

  t.test('no request left the origin, and the browser had nothing to complain about but the refusals', async (t) => {
    t.strictSame(complaints.filter((complaint) => !/status of (400|412)/.test(complaint)), [])
  })
})
