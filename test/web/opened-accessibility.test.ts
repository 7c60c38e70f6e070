import t from 'tap'
import { fillRoom, inspect } from '../helpers/accessibility.ts'
import { openDevice, startBrowser, statusSays } from '../helpers/browser.ts'
import { registerHost } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

t.test('nothing that opens on a page shuts people out, and no page scrolls sideways with it', { skip: skipUnless('CHROMIUM_PATH') }, async (t) => {
  const { url } = await startServer(t)
  const host = await registerHost(url)
  const { room, quiz } = await fillRoom(url, host)
  const browser = await startBrowser(t)

  t.test('what opens on the pages of hosts, and what is refused there', async (t) => {
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

  t.test('panels of the projector, and a phone before and after the vote', async (t) => {
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
