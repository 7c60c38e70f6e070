// Behind the proxy that docker-compose.yml puts in front, as people have it.
import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '../../../test/helpers/child-process.ts'
import { createVoter } from '../../../test/helpers/clients.ts'
import { instanceOf } from '../arena.ts'
import { becomesWhole } from '../cluster.ts'
import type { ComposedArena } from '../composed-stage.ts'
import { gather, voteWhile } from '../crowd.ts'
import { promptMs } from '../limits.ts'
import { full, small, type Scenario } from '../scenario.ts'
import { callVoter, type FaultVoter } from '../voter.ts'

const drainMs = 14_000
const awayMs = 10_000
/** So long the proxy still avoids an instance that is back: its second, which it counts in whole ones. */
const avoidedMs = 2500
const pageEveryMs = 100
/** One of ten votes over HTTP, as from pages without a script. */
const callersShare = 0.1

async function gatherCallers ({ history, url }: ComposedArena, count: number): Promise<FaultVoter[]> {
  return await Promise.all(Array.from({ length: count }, async () => callVoter(history, { urls: [url], first: 0 }, await createVoter(url))))
}

/** Somebody new opens the page again and again, of whom each belongs to any instance. Stops when told, with what else than the page came. */
function openPages ({ url, teardown }: ComposedArena): () => Promise<string[]> {
  const wrong: string[] = []
  const closing = new AbortController()
  teardown(() => { closing.abort() })
  const opening = (async () => {
    for (let visitor = 0; !closing.signal.aborted; visitor++) {
      await delay(pageEveryMs)
      await fetch(url, { headers: { cookie: `voter=${visitor}` }, signal: AbortSignal.timeout(5000) })
        .then(async (answer) => { if (!(await answer.text()).includes('<html') || !answer.ok) wrong.push(`status ${answer.status}`) }, (error: unknown) => { wrong.push(String(error)) })
    }
  })()
  return async () => {
    closing.abort()
    await opening
    return wrong
  }
}

/** Resolves when nobody is away. */
async function everybodyReturns ({ absences }: { absences: { to: number | undefined }[] }): Promise<void> {
  const countAway = () => absences.filter(({ to }) => to === undefined).length
  await waitUntil(async () => countAway() === 0, 2 * awayMs, () => `${countAway()} sockets were not back within ${2 * awayMs} ms`)
}

export const proxies: Scenario[] = [
  {
    id: 'proxy-restart',
    title: 'behind the proxy the instances are restarted one after the other with SIGTERM',
    rules: ['O2', 'V1', 'V2', 'R3', 'R4'],
    database: 'composed',
    shownWithinMs: promptMs,
    small: { ...small, instances: 2, voters: 50, watchers: 10, votesPerSecond: 40, seconds: 1 },
    full: { ...full, instances: 2, voters: 450, watchers: 50, polls: 3, votesPerSecond: 220, seconds: 60 },
    async play (arena, size) {
      const { history, instances } = arena
      // Long polling brings what was sent meanwhile together.
      history.areFramesHeld = true
      const crowd = await gather(arena, size)
      const callers = await gatherCallers(arena, size.voters * callersShare)
      const closePages = openPages(arena)
      await voteWhile(arena, { ...crowd, voters: [...crowd.voters, ...callers] }, size, async () => {
        for (let at = 0; at < instances.length * size.times; at++) {
          const { server } = instanceOf(arena, at)
          arena.fault(`SIGTERM to instance ${at % instances.length}`)
          const startedAt = performance.now()
          const code = await server.terminate()
          history.measures.push({ kind: 'recovery', what: `the exit of instance ${at % instances.length}`, value: performance.now() - startedAt, limit: drainMs })
          if (code !== 0) throw new Error(`an instance ended with exit code ${code}`)
          await everybodyReturns(history)
          await server.restart()
          await becomesWhole(instances)
          await delay(avoidedMs)
        }
      })
      await everybodyReturns(history)
      for (const { from, to = Number.POSITIVE_INFINITY } of history.absences) {
        history.measures.push({ kind: 'absence', what: 'a socket was away', value: to - from, limit: awayMs })
      }
      const wrong = await closePages()
      if (wrong.length > 0) throw new Error(`${wrong.length} visitors did not get the page, but ${Array.from(new Set(wrong)).join(', ')}`)
    }
  }
]
