// Screens that do not read what they are sent.
import { setTimeout as delay } from 'node:timers/promises'
import type { Poll } from '../../../server/protocol/poll.ts'
import { instanceOf } from '../arena.ts'
import { gather, screensRecover, voteWhile } from '../crowd.ts'
import { readMemory } from '../../../test/helpers/process-memory.ts'
import { promptMs, whenBackMs } from '../limits.ts'
import { full, small, type Scenario } from '../scenario.ts'
import { joinSlowReader } from '../slow-reader.ts'

const stoppedShare = 0.1
const slowShare = 0.1
/** What waits for one socket at the most: 1 MB in front of the kernel, then the connection is cut, and the eight packets that may queue. */
const heldMegabytes = 1.5
/** What the heap of a busy instance grows by before it is cleaned. */
const heapMegabytes = 190
/** Of one instance by all who stopped: it has time for others, and without a bound would hold hundreds of megabytes at the end. */
const asksPerSecond = 200
const mostAsksPerSecond = 20

/** A room whose polls are 56 kB each, so that the kernel's own buffers, some 4 MB, are soon full. */
async function openFatRoom ({ host }: { host: { openPoll (poll: object): Promise<Poll>, codeOf (poll: Poll): Promise<string> } }): Promise<string> {
  const options = Array.from({ length: 50 }, (_, at) => ({ label: `${at}${'👩‍👩‍👧‍👦'.repeat(45)}` }))
  const first = await host.openPoll({ options })
  for (let more = 0; more < 3; more++) await host.openPoll({ options, roomId: first.roomId })
  return await host.codeOf(first)
}

export const slowReaders: Scenario[] = [{
  id: 'slow-readers',
  title: 'some stop reading but go on asking, some read slowly, among others who read',
  rules: ['R3', 'R4', 'O4'],
  database: 'postgres',
  shownWithinMs: promptMs,
  small: { ...small, voters: 40, watchers: 40, seconds: 8 },
  full: { ...full, voters: 1900, votesPerSecond: 500 },
  async play (arena, size) {
    const crowd = await gather(arena, size)
    const { server, url } = instanceOf(arena, 0)
    const pollIds = crowd.polls.map(({ id }) => id)
    const all = (size.voters + size.watchers) / (1 - stoppedShare - slowShare)
    const join = async (share: number) => await Promise.all(Array.from({ length: Math.round(all * share) }, async () => await joinSlowReader(arena, arena.history, url, pollIds)))
    const [stopped, slow] = [await join(stoppedShare), await join(slowShare)]
    const code = await openFatRoom(arena)

    // The heap of a busy instance is to be compared with that of a busy one.
    await voteWhile(arena, crowd, { ...size, seconds: 2 })
    const before = readMemory(server.pid())
    let peak = before
    const sampling = setInterval(() => { peak = Math.max(peak, readMemory(server.pid())) }, 100)
    try {
      await voteWhile(arena, crowd, size, async () => {
        arena.fault(`${stopped.length} stop reading and ${slow.length} read slowly`)
        for (const reader of stopped) reader.stopReading(code, Math.min(mostAsksPerSecond, asksPerSecond / stopped.length))
        for (const reader of slow) reader.readSlowly()
        await delay(size.seconds * 1000)
      })
    } finally {
      clearInterval(sampling)
    }
    arena.history.measures.push({
      kind: 'memory', what: `${stopped.length} readers that stopped cost`, value: peak - before, limit: heapMegabytes + stopped.length * heldMegabytes
    })
    const readers = [...stopped, ...slow]
    for (const reader of readers) reader.readAgain()
    await screensRecover(arena, { polls: crowd.polls, screens: readers }, 'reading again', whenBackMs)
  }
}]
