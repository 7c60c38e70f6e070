// The demo's host: prepares a room, and puts one poll after the other on its screens.
import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createHttpClient } from '../server/client/http-client.ts'
import type { Poll } from '../server/protocol/poll.ts'
import type { Room } from '../server/protocol/room.ts'
import type { Audience } from './demo-audience.ts'
import { demoPolls, type DemoPoll } from './demo-polls.ts'

export interface Stage {
  room: Room
  /** The poll on the screens; undefined before the first one. */
  shown: () => Poll | undefined
  /** Goes round the polls until `ending` is aborted; a quiz is solved at the end of its turn. */
  play: (audience: Audience, ending: AbortSignal) => Promise<void>
}

const turnMs = 60_000
/** How long the answer of a quiz is looked at. */
const solutionMs = 15_000

/** A host of its own for each run: nobody knows its password, and a second run does not need it. */
export async function prepareStage (baseUrl: string): Promise<Stage> {
  const { accessToken: token } = await createHttpClient({ baseUrl }).auth.register({
    email: `demo-${randomUUID()}@localhost`, password: randomBytes(24).toString('base64url'), name: 'Demo host'
  })
  const { rooms, polls } = createHttpClient({ baseUrl, token })
  const room = await rooms.create({ title: 'Demo' })
  const prepared: { poll: Poll, demo: DemoPoll }[] = []
  for (const demo of demoPolls) {
    const { id } = await polls.create({ ...demo.poll, roomId: room.id })
    prepared.push({ poll: await polls.open(id), demo })
  }
  let shown: Poll | undefined

  async function takeTurn ({ poll, demo }: (typeof prepared)[number], audience: Audience, ending: AbortSignal) {
    const isQuiz = demo.poll.correct != null
    const pause = async (ms: number) => { await delay(ms, undefined, { signal: ending }) }
    shown = poll
    await rooms.setStage(room.id, poll.id)
    audience.turnTo({ pollId: poll.id, answer: demo.answer })
    await pause(turnMs - solutionMs)
    if (isQuiz) await polls.reveal(poll.id, true)
    await pause(solutionMs)
    // Nothing is known when its turn comes again.
    if (isQuiz) shown = await polls.reset(poll.id).then(async () => await polls.open(poll.id))
  }

  return {
    room,
    shown: () => shown,
    async play (audience, ending) {
      try {
        for (let turn = 0; !ending.aborted; turn++) {
          const next = prepared[turn % prepared.length]
          if (next !== undefined) await takeTurn(next, audience, ending)
        }
      } catch (error) {
        // The pause of who is told to end finishes like this.
        if (!ending.aborted) throw error
      }
    }
  }
}
