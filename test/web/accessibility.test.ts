import t from 'tap'
import { fillRoom, inspect, looks } from '../helpers/accessibility.ts'
import { openDevice, startBrowser } from '../helpers/browser.ts'
import { registerHost } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

t.test('nothing on a phone or a projector shuts people out, and no page scrolls sideways', { skip: skipUnless('CHROMIUM_PATH') }, async (t) => {
  const { url } = await startServer(t)
  const host = await registerHost(url)
  const { room, polls } = await fillRoom(url, host)
  const browser = await startBrowser(t)
  for (const [look, { options, language }] of Object.entries(looks)) {
    t.test(look, async (t) => {
      const { context, page } = await openDevice(browser, url, options)
      const query = language === undefined ? '' : `?lang=${language}`
      const visit = async (path: string, name: string, isReady: string) => {
        await page.goto(`${path}${query}`)
        await page.locator(isReady).first().waitFor()
        await inspect(t, page, name)
      }
      await visit('/', 'the start page', '#code')
      for (const { id, kind } of polls) {
        await host.call('PUT', `/rooms/${room.id}/stage`, { pollId: id })
        await visit(`/j/${room.code}`, `a phone with a ${kind}`, 'main h1#question')
        await visit(`/present/${room.code}`, `the projector with a ${kind}`, '.results')
      }
      await context.close()
    })
  }
})
