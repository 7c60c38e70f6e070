// Polls that open and close, by hand and by their own times, while people vote.
import { setTimeout as delay } from 'node:timers/promises'
import type { Poll, Results } from '../../../server/protocol/poll.ts'
import { waitUntil } from '../../../test/helpers/child-process.ts'
import { request } from '../../../test/helpers/clients.ts'
import { instanceOf, type Arena } from '../arena.ts'
import type { ClusterArena } from '../cluster.ts'
import { gatherVoters, gatherWatchers, options, screensRecover, voteUntilRefused } from '../crowd.ts'
import { openSight } from '../history.ts'
import { promptMs, whenBackMs } from '../limits.ts'
import { full, small, type Scenario } from '../scenario.ts'
import { watchRoom } from '../watcher.ts'

/** People, screens that follow a room, and a way to make polls in it. */
async function gatherInRoom (arena: Arena, { voters, watchers }: { voters: number, watchers: number }) {
  const { roomId } = await arena.host.createPoll()
  const voting = await gatherVoters(arena, voters)
  const screens = await gatherWatchers(arena, watchers, watchRoom(await arena.host.codeOf({ roomId })))
  return { voters: voting, screens, settings: { roomId, options, revote: 'change' } as const }
}

function expectClosing (arena: Arena, pollId: string, closesAt?: Date): void {
  // Two milliseconds for the clocks' own rounding.
  const earliestAt = performance.now() + (closesAt === undefined ? 0 : closesAt.getTime() - Date.now() - 2)
  arena.history.closings.push({ pollId, earliestAt, closesAt })
}

async function closeByHand (arena: ClusterArena, pollId: string, at: number): Promise<void> {
  expectClosing(arena, pollId)
  const startedAt = performance.now()
  const { status } = await request(instanceOf(arena, at).url, 'POST', `/api/v1/polls/${pollId}/close`, { token: arena.host.accessToken })
  if (status !== 200) throw new Error(`a close was answered with ${status}`)
  arena.history.measures.push({ kind: 'close', what: 'the answer to a close', value: performance.now() - startedAt, limit: 1000 })
}

/** What each instance answers about a closed poll; the judge holds it against what the screens were shown. */
async function readEverywhere ({ instances, history }: Arena, polls: Poll[]): Promise<void> {
  for (const { url } of instances) {
    const sight = openSight(history, url)
    for (const { id } of polls) sight.frames.push({ results: (await request<Results>(url, 'GET', `/api/v1/polls/${id}/results`)).body, at: performance.now(), kind: 'answer' })
  }
}

export const closes: Scenario[] = [
  {
    id: 'close-race',
    title: 'votes race the close of their poll, by hand on any instance and by its own time',
    rules: ['V5', 'R7', 'L2'],
    database: 'postgres',
    shownWithinMs: promptMs,
    small: { ...small, times: 20 },
    full: { ...full, voters: 200, watchers: 30, times: 500 },
    async play (arena, size) {
      const pollsAtOnce = 5
      const { voters, screens, settings } = await gatherInRoom(arena, size)
      for (let closed = 0; closed < size.times; closed += pollsAtOnce) {
        const polls = await Promise.all(Array.from({ length: pollsAtOnce }, async (_, at) => {
          // Counted from its opening: a busy machine may take a while to open five.
          const poll = await arena.host.openPoll({ ...settings, ...(at % 2 === 1 ? { timeLimitSeconds: 3 } : {}) })
          if (poll.closesAt !== null) expectClosing(arena, poll.id, new Date(poll.closesAt))
          return poll
        }))
        const storm = voteUntilRefused(arena, voters, polls.map(({ id }) => id))
        await Promise.all([storm, ...polls.filter((_, at) => at % 2 === 0).map(async ({ id }, at) => {
          // From before the first commit to well into the storm.
          await delay(600 * arena.random())
          await closeByHand(arena, id, closed + at)
        })])
        await screensRecover(arena, { polls, screens }, 'the closes', promptMs)
        await readEverywhere(arena, polls)
      }
    }
  },
  {
    id: 'schedulers',
    title: 'the timers of all instances fire the same openings and closes, and one instance is killed about then',
    rules: ['L2', 'V5', 'R7'],
    database: 'postgres',
    shownWithinMs: promptMs,
    small: { ...small, voters: 20, times: 20 },
    full: { ...full, voters: 100, watchers: 30, times: 200 },
    async play (arena, size) {
      const { voters, screens, settings } = await gatherInRoom(arena, size)
      const pollsAtOnce = 10
      // A poll that opens and closes is two of the transitions.
      for (let done = 0; done < size.times; done += 2 * pollsAtOnce) {
        const opensAt = new Date(Date.now() + 1500)
        const closesAt = new Date(opensAt.getTime() + 3000)
        const polls = await Promise.all(Array.from({ length: pollsAtOnce }, async () => await arena.host.createPoll({ ...settings, opensAt: opensAt.toISOString(), closesAt: closesAt.toISOString() })))
        for (const { id } of polls) expectClosing(arena, id, closesAt)
        const { server } = instanceOf(arena, Math.floor(arena.random() * arena.instances.length))
        const isAtOpening = arena.random() < 0.5
        const killed = async () => {
          await delay((isAtOpening ? opensAt : closesAt).getTime() - Date.now() - 20 + 40 * arena.random())
          arena.fault(`kill -9 of an instance as ${pollsAtOnce} polls ${isAtOpening ? 'open' : 'close'}`)
          await server.kill()
          await server.restart()
        }
        const voted = async () => {
          await waitUntil(async () => polls.every(({ id }) => screens.some(({ latest }) => latest(id) > 1)), 10_000, () => 'the polls have not opened')
          await voteUntilRefused(arena, voters, polls.map(({ id }) => id))
        }
        await Promise.all([killed(), voted()])
        await screensRecover(arena, { polls, screens }, 'the closes', whenBackMs)
        await readEverywhere(arena, polls)
      }
    }
  }
]
