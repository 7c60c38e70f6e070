import t from 'tap'
import { fillRoom, inspect, looks } from '../helpers/accessibility.ts'
import { openDevice, startBrowser, statusSays } from '../helpers/browser.ts'
import { registerHost } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

t.test('nothing on a phone or a projector shuts people out, and no page scrolls sideways', { skip: skipUnless('CHROMIUM_PATH') }, async (t) => {
  const { url } = await startServer(t)
  const host = await registerHost(url)
  const { room, polls, quiz } = await fillRoom(url, host)
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

  t.test('nor does anything that opens on them', async (t) => {
    const { context, page } = await openDevice(browser, url, { viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    const stage = async (pollId: string) => { await host.call('PUT', `/rooms/${room.id}/stage`, { pollId }) }
    await stage(quiz.id)
    await context.request.post('/api/v1/auth/login', { data: { email: host.credentials.email, password: host.credentials.password } })
    await page.goto(`/present/${room.code}`)
    await page.getByRole('group', { name: 'Run the room' }).waitFor()
    const panels = [
      ['?', 'the list of keys', 'dialog[open]'], ['q', 'a large QR code', '[data-qr="large"]'], ['a', 'the questions', '.question'],
      ['l', 'the leaderboard', '.leaderboard'], ['r', 'the replay', 'input[type=range]']
    ] as const
    for (const [key, name, shown] of panels) {
      await page.keyboard.press(key)
      await page.locator(shown).first().waitFor()
      await inspect(t, page, `the projector with ${name}`)
      await page.keyboard.press(key === '?' ? 'Escape' : key)
      await page.locator(shown).first().waitFor({ state: 'detached' })
    }

    await page.setViewportSize({ width: 390, height: 844 })
    const open = await host.openPoll({ roomId: room.id, question: 'Where to?', options: [{ label: 'Lisbon' }, { label: 'Leipzig' }], revote: 'withdraw' })
    await stage(open.id)
    await page.goto(`/j/${room.code}`)
    await page.getByRole('button', { name: 'Vote', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: /./ }).first().waitFor()
    await page.locator('details.questions > summary').click()
    await page.getByRole('button', { name: 'Ask', exact: true }).click()
    await inspect(t, page, 'a phone that is told what is missing, with the questions open')
    await page.getByRole('radio', { name: 'Lisbon' }).check()
    await page.getByRole('button', { name: 'Vote', exact: true }).click()
    await statusSays(page, 'Counted')
    await inspect(t, page, 'a phone whose vote counts')
    await context.close()
  })
})
