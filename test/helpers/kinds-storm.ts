// People who vote on a poll of every kind at once, and what must be true of all that anyone saw of it.
import type { Sql } from 'postgres'
import type { Test } from 'tap'
import type { Answer, NewPoll, Poll, PollKind, Results } from '../../server/protocol/poll.ts'
import { connectSocket, createVoter, request, voteOverHttp, type Audience, type Host } from './clients.ts'
import { answersAt } from './ledger.ts'
import { assertCounted } from './recount.ts'

const options = ['A', 'B', 'C', 'D'].map((label) => ({ label }))
const tried: Record<PollKind, { poll: Partial<NewPoll>, answers: Answer[] }> = {
  single: { poll: { options, correct: [2, 3] }, answers: [1, 2, 3].map((id) => ({ choices: [id] })) },
  multiple: { poll: { options, correct: [1, 2] }, answers: [[1], [2, 1], [4, 3, 2]].map((choices) => ({ choices })) },
  rating: { poll: { scale: { min: -1, max: 3 } }, answers: [-1, 0, 3].map((value) => ({ value })) },
  ranking: { poll: { options }, answers: [[1, 2, 3, 4], [2, 1], [3], [4, 2]].map((choices) => ({ choices })) },
  number: { poll: { correct: { value: 0.3, tolerance: 0.1 } }, answers: [-2.5, 0, 0.3, 7, 1e-7].map((value) => ({ value })) },
  text: { poll: {}, answers: ['One', 'Two'].map((text) => ({ text })) },
  words: { poll: {}, answers: [['tea'], ['Tea', 'milk'], ['__proto__', 'constructor'], ['sugar', 'milk', 'tea']].map((words) => ({ words })) }
}

export interface Watched { poll: Poll, watchers: Audience[] }

/** A poll of each kind, and a socket on each instance that watches it. */
export async function openWatched (t: Test, host: Host, urls: string[]): Promise<Watched[]> {
  return await Promise.all(Object.entries(tried).map(async ([kind, { poll: definition }]) => {
    const poll = await host.openPoll({ kind: kind as PollKind, options: [], revote: 'withdraw', ...definition })
    const watchers = await Promise.all(urls.map(async (url) => await connectSocket(t, url)))
    for (const watcher of watchers) await watcher.joinPoll(poll.id)
    return { poll, watchers }
  }))
}

/** People who vote, change and withdraw on every poll, half of them over HTTP, each on an instance of their own choice. Returns how many calls were refused. */
export async function storm (t: Test, urls: string[], watched: Watched[], { people = 8, turns = 3, seed = 1 } = {}): Promise<number> {
  let refused = 0
  await Promise.all(Array.from({ length: people }, async (_person, at) => {
    const url = urls[at % urls.length] ?? ''
    const { voterToken } = await createVoter(url)
    const { call } = await connectSocket(t, url, { auth: { voterToken } })
    for (let turn = 0; turn < turns; turn++) {
      await Promise.all(watched.map(async ({ poll }, nth) => {
        const { answers } = tried[poll.kind]
        const answer = answers[(at * 7 + turn * 5 + nth + seed) % answers.length] ?? {}
        const isWithdrawal = (at + turn + nth + seed) % 5 === 4
        const isAccepted = at % 4 < 2
          ? (isWithdrawal ? await call('vote:withdraw', { pollId: poll.id }) : await call('vote:cast', { pollId: poll.id, answer })).ok
          : (isWithdrawal ? await request(url, 'DELETE', `/api/v1/polls/${poll.id}/vote`, { token: voterToken }) : await voteOverHttp(url, voterToken, poll.id, answer)).status === 200
        // Who has no vote yet has none to take back.
        if (!isAccepted && !isWithdrawal) refused += 1
      }))
    }
  }))
  return refused
}

/** Each of these results is what the ballots say at its version. */
export async function checkFrames (t: Test, ledger: Sql, { poll }: Watched, frames: Results[]): Promise<void> {
  const byVersion = new Map(frames.map((results) => [results.version, results]))
  const counted = { kind: poll.kind, optionIds: poll.options.map(({ id }) => id), settings: poll }
  for (const results of byVersion.values()) {
    const answers = await answersAt(ledger, results)
    t.doesNotThrow(() => { assertCounted(results, counted, answers) }, `[R2] ${poll.kind}: version ${results.version} is what the ballots say`)
  }
}
