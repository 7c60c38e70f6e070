// Screens: they join again on each new connection, and keep all that they are shown.
import type { Ack, ClientEvent, ClientEventData, ClientEventReply } from '../../server/protocol/events.ts'
import type { PollView, Results } from '../../server/protocol/poll.ts'
import { createVoter, type TestSocket } from '../../test/helpers/clients.ts'
import type { Owner } from '../../test/helpers/owner.ts'
import { openSight, type Frame, type History, type Sight } from './history.ts'
import { ackTimeoutMs, connectPatiently, dropConnection, urlOf, type Connected, type Way } from './patient-socket.ts'

/** What a screen asks for on each connection; it hands on the views that it got, before anything that came after them. */
export type Look = (socket: TestSocket, see: (view: PollView) => void) => Promise<void>

export interface Watcher {
  /** The newest version that it was shown; 0 before the first. */
  latest (pollId: string): number
}

/** In the callback itself: whoever awaits an ack goes on only after the events that came with it. */
async function ask<E extends ClientEvent> (socket: TestSocket, event: E, data: ClientEventData[E], take: (reply: ClientEventReply[E]) => void): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.timeout(ackTimeoutMs).emit(event, data, (error: Error | null, ack: Ack<ClientEventReply[E]>) => {
      if (error === null && ack.ok) take(ack.data)
      resolve()
    })
  })
}

export function watchPolls (pollIds: string[]): Look {
  return async (socket, see) => {
    for (const pollId of pollIds) await ask(socket, 'poll:join', { pollId }, see)
  }
}

/** All polls of a room, also those that come later. */
export function watchRoom (code: string): Look {
  return async (socket, see) => {
    await ask(socket, 'room:join', { code }, ({ polls }) => { polls.forEach(see) })
  }
}

/** Resolves when it is connected. */
export async function joinWatcher (owner: Owner, history: History, way: Way, look: Look): Promise<Watcher & Connected> {
  const versions = new Map<string, number>()
  let sight: Sight | undefined
  const show = (into: Sight | undefined, results: Results, kind: Frame['kind']) => {
    into?.frames.push({ results, at: performance.now(), kind })
    versions.set(results.pollId, results.version)
  }
  const { voterToken } = await createVoter(urlOf(way))
  const socket = await connectPatiently(owner, history, way, { voterToken }, (socket, currentUrl) => {
    socket.on('results', (results) => { show(sight, results, 'event') })
    socket.on('poll', ({ id, revision, status }) => { sight?.polls.push({ id, revision, status }) })
    socket.on('disconnect', () => { if (sight !== undefined) sight.endedAt = performance.now() })
    socket.on('connect', () => {
      const joined = sight = openSight(history, currentUrl())
      void look(socket, ({ results }) => { if (results !== null) show(joined, results, 'answer') }).then(() => { joined.connectedAt = performance.now() })
    })
  })
  return { latest: (pollId) => versions.get(pollId) ?? 0, drop: () => { dropConnection(socket) } }
}
