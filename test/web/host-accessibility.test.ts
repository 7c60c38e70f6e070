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
})
