import t from 'tap'
import { fillRoom, inspect, looks } from '../helpers/accessibility.ts'
import { openDevice, startBrowser } from '../helpers/browser.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { registerHost } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

t.test('nothing on the pages of hosts shuts people out, and none scrolls sideways', { skip: skipUnless('CHROMIUM_PATH') }, async (t) => {
  const { url } = await startServer(t)
  const host = await registerHost(url)
  const { room, quiz } = await fillRoom(url, host)
  const browser = await startBrowser(t)
  for (const [look, { options, language }] of Object.entries(looks)) {
    t.test(look, async (t) => {
      const { context, page } = await openDevice(browser, url, options)
      const query = language === undefined ? '' : `?lang=${language}`
      await page.goto(`/host${query}`)
      await page.locator('main form').waitFor()
      await inspect(t, page, 'signing in')
      await context.request.post('/api/v1/auth/login', { data: { email: host.credentials.email, password: host.credentials.password } })
      const ofRoom = ['', '/stage', '/questions', '/people', '/settings'].map((place) => `/host/rooms/${room.id}${place}`)
      for (const path of ['/host', ...ofRoom, '/host/account', '/host/admin', `/host/polls/new?room=${room.id}`, `/host/polls/${quiz.id}`, `/host/polls/${quiz.id}/edit`]) {
        await page.goto(path)
        await page.locator('main h1').waitFor()
        await waitUntil(async () => await page.locator('main .hint[role=status]').count() === 0, 10_000, () => `${path} still loads`)
        await inspect(t, page, path.replaceAll(room.id, 'ROOM').replaceAll(quiz.id, 'POLL'))
      }
      await context.close()
    })
  }

  t.test('nor does anything that opens on them', async (t) => {
    const { context, page } = await openDevice(browser, url, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
    await page.goto('/host')
    await page.getByLabel('E-mail address').fill(host.credentials.email)
    await page.getByLabel('Password').fill('not the password')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: /./ }).waitFor()
    await inspect(t, page, 'a refusal')
    await context.request.post('/api/v1/auth/login', { data: { email: host.credentials.email, password: host.credentials.password } })

    await page.goto(`/host/rooms/${room.id}`)
    await page.locator('.poll-card').first().waitFor()
    await page.locator('summary').evaluateAll((found) => { for (const one of found) one.click() })
    await page.getByRole('button', { name: 'Delete: Of the kind words' }).click()
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    await inspect(t, page, 'templates, the import and a deletion that can be undone')
    await page.getByRole('button', { name: 'Undo' }).click()

    await page.goto(`/host/polls/${quiz.id}`)
    await page.getByRole('button', { name: 'New round…' }).click()
    await page.locator('dialog[open]').waitFor()
    await inspect(t, page, 'the question before a new round')
    await page.keyboard.press('Escape')
    await page.locator('summary').evaluateAll((found) => { for (const one of found) one.click() })
    await inspect(t, page, 'the tables of a poll')

    await page.goto('/host/account')
    await page.getByLabel('What the key is for').fill('Slides')
    await page.getByRole('button', { name: 'Make a key' }).click()
    await page.getByLabel('The new key').waitFor()
    await inspect(t, page, 'a secret that is shown once')

    await page.goto(`/host/polls/new?room=${room.id}&template=satisfaction`)
    await page.getByLabel('Highest step', { exact: true }).fill('50')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('must have 2 to 11 steps').first().waitFor()
    await inspect(t, page, 'fields that are refused')
    await context.close()
  })
})
