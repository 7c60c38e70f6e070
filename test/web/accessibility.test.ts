import axe from 'axe-core'
import type { BrowserContextOptions, Page } from 'playwright-core'
import t from 'tap'
import type { NewPoll, Poll } from '../../server/protocol/poll.ts'
import type { Room } from '../../server/protocol/room.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { openDevice, startBrowser } from '../helpers/browser.ts'
import { createVoter, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

/** What of WCAG 2.2 AA axe finds wrong on the page as it is now. */
async function findFaults (page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return await page.evaluate(`axe.run(document, { resultTypes: ['violations'], preload: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' at ' + target.join(' ') + ': ' + failureSummary)))`)
}

const looks: Record<string, { options: BrowserContextOptions, language?: string }> = {
  'light, on a laptop': { options: { viewport: { width: 1200, height: 900 } } },
  'dark, on a phone': { options: { viewport: { width: 390, height: 844 }, colorScheme: 'dark' } },
  'right to left, as narrow as at 400 % zoom': { options: { viewport: { width: 320, height: 800 } }, language: 'ar' },
  'with longer words, on a tablet': { options: { viewport: { width: 768, height: 900 } }, language: 'en-XA' }
}

t.test('nothing shuts people out, and no page scrolls sideways', { skip: skipUnless('CHROMIUM_PATH') }, async (t) => {
  const { url } = await startServer(t)
  const host = await registerHost(url)
  const { body: room } = await host.call<Room>('POST', '/rooms', { title: 'Town hall', questionsMode: 'post' })
  const options = [{ label: 'Lisbon' }, { label: 'Leipzig, which has a much longer name than the others have' }]
  const polls: Partial<NewPoll>[] = [
    { kind: 'single', options, correct: [1], explanation: 'It is by the sea.' }, { kind: 'multiple', options }, { kind: 'ranking', options }, { kind: 'rating' },
    { kind: 'number' }, { kind: 'text' }, { kind: 'words' }
  ]
  const opened: Poll[] = []
  for (const poll of polls) opened.push(await host.openPoll({ roomId: room.id, question: `Of the kind ${poll.kind}`, options: [], ...poll }))
  const answers = { single: { choices: [1] }, multiple: { choices: [1, 2] }, ranking: { choices: [2, 1] }, rating: { value: 4 }, number: { value: 12 }, text: { text: 'More chairs' }, words: { words: ['tea', 'sea'] } }
  for (const { id, kind } of opened) await voteOverHttp(url, (await createVoter(url)).voterToken, id, answers[kind])
  await request(url, 'POST', `/api/v1/rooms/${room.id}/questions`, { token: (await createVoter(url)).voterToken, body: { text: 'When do we start?' } })
  const [quiz] = opened
  if (quiz === undefined) throw new Error('there is no quiz')
  await host.command(quiz.id, 'close')
  await host.call('POST', `/polls/${quiz.id}/reveal`, { revealed: true })

  const browser = await startBrowser(t)
  for (const [look, { options, language }] of Object.entries(looks)) {
    t.test(look, async (t) => {
      const { context, page } = await openDevice(browser, url, options)
      const query = language === undefined ? '' : `?lang=${language}`
      const inspect = async (name: string) => {
        t.strictSame(await findFaults(page), [], name)
        t.ok(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'), `${name}: as wide as the screen`)
      }
      const visit = async (path: string, name: string, isReady: string) => {
        await page.goto(`${path}${query}`)
        await page.locator(isReady).first().waitFor()
        await inspect(name)
      }
      await visit('/', 'the start page', '#code')
      await visit('/host', 'signing in', 'main form')
      for (const { id, kind } of opened) {
        await host.call('PUT', `/rooms/${room.id}/stage`, { pollId: id })
        await visit(`/j/${room.code}`, `a phone with a ${kind}`, 'main h1#question')
        await visit(`/present/${room.code}`, `the projector with a ${kind}`, '.results')
      }
      await context.request.post('/api/v1/auth/login', { data: { email: host.credentials.email, password: host.credentials.password } })
      for (const path of ['/host', `/host/rooms/${room.id}`, `/host/rooms/${room.id}/stage`, `/host/rooms/${room.id}/questions`, `/host/rooms/${room.id}/people`, `/host/rooms/${room.id}/settings`, '/host/account', '/host/admin', `/host/polls/new?room=${room.id}`, `/host/polls/${quiz.id}`, `/host/polls/${quiz.id}/edit`]) {
        await page.goto(path)
        await page.locator('main h1').waitFor()
        await waitUntil(async () => await page.locator('main .hint[role=status]').count() === 0, 10_000, () => `${path} still loads`)
        await inspect(path.replaceAll(room.id, 'ROOM').replaceAll(quiz.id, 'POLL'))
      }
      await context.close()
    })
  }
})
