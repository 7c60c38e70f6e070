// What the pages must be for everybody: looked at in several ways, each page by axe and for its width.
import axe from 'axe-core'
import type { BrowserContextOptions, Page } from 'playwright-core'
import type { Test } from 'tap'
import type { NewPoll, Poll } from '../../server/protocol/poll.ts'
import type { Room } from '../../server/protocol/room.ts'
import { createVoter, request, voteOverHttp, type Host } from './clients.ts'

export const looks: Record<string, { options: BrowserContextOptions, language?: string }> = {
  'light, on a laptop': { options: { viewport: { width: 1200, height: 900 } } },
  'dark, on a phone': { options: { viewport: { width: 390, height: 844 }, colorScheme: 'dark' } },
  'right to left, as narrow as at 400 % zoom': { options: { viewport: { width: 320, height: 800 } }, language: 'ar' },
  'with longer words, on a tablet': { options: { viewport: { width: 768, height: 900 } }, language: 'en-XA' }
}

/** What of WCAG 2.2 AA axe finds wrong on the page as it is now. */
async function findFaults (page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return await page.evaluate(`axe.run(document, { resultTypes: ['violations'], preload: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' at ' + target.join(' ') + ': ' + failureSummary)))`)
}

/** Asserts that nothing on the page as it is now shuts people out, and that it does not scroll sideways. */
export async function inspect (t: Test, page: Page, name: string): Promise<void> {
  t.strictSame(await findFaults(page), [], name)
  t.ok(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'), `${name}: as wide as the screen`)
}

/** A room with a question, and an answered poll of each kind; the first is a quiz that has been revealed. */
export async function fillRoom (url: string, host: Host): Promise<{ room: Room, polls: Poll[], quiz: Poll }> {
  const { body: room } = await host.call<Room>('POST', '/rooms', { title: 'Town hall', questionsMode: 'post' })
  const options = [{ label: 'Lisbon' }, { label: 'Leipzig, which has a much longer name than the others have' }]
  const kinds: Partial<NewPoll>[] = [
    { kind: 'single', options, correct: [1], explanation: 'It is by the sea.' }, { kind: 'multiple', options }, { kind: 'ranking', options }, { kind: 'rating' },
    { kind: 'number' }, { kind: 'text' }, { kind: 'words' }
  ]
  const polls: Poll[] = []
  for (const poll of kinds) polls.push(await host.openPoll({ roomId: room.id, question: `Of the kind ${poll.kind}`, options: [], ...poll }))
  const answers = { single: { choices: [1] }, multiple: { choices: [1, 2] }, ranking: { choices: [2, 1] }, rating: { value: 4 }, number: { value: 12 }, text: { text: 'More chairs' }, words: { words: ['tea', 'sea'] } }
  for (const { id, kind } of polls) await voteOverHttp(url, (await createVoter(url)).voterToken, id, answers[kind])
  await request(url, 'POST', `/api/v1/rooms/${room.id}/questions`, { token: (await createVoter(url)).voterToken, body: { text: 'When do we start?' } })
  const [quiz] = polls
  if (quiz === undefined) throw new Error('there is no quiz')
  await host.command(quiz.id, 'close')
  await host.call('POST', `/polls/${quiz.id}/reveal`, { revealed: true })
  return { room, polls, quiz }
}
