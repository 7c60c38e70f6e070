// People with patience: they come back when they are cut off, and send a vote again until they are told what became of it.
import { setTimeout as delay } from 'node:timers/promises'
import { io, type Socket } from 'socket.io-client'
import type { Ack, ServerToClientEvents } from '../../server/protocol/events.ts'
import type { Answer, PollView, Receipt } from '../../server/protocol/poll.ts'
import { createVoter } from '../../test/helpers/clients.ts'
import type { Owner } from '../../test/helpers/owner.ts'
import { passingCodes, type Attempt, type History, type Sight } from './history.ts'

type FaultSocket = Socket<ServerToClientEvents, { [event: string]: (...args: unknown[]) => void }>

/** As long as the phone page waits for an acknowledgement. */
const ackTimeoutMs = 5_000
const retryMs = 200

/** An address for each try to connect, so that clients go elsewhere when theirs is away, as behind a balancer. */
function connectTo (owner: Owner, urls: string[], first: number, auth: object): FaultSocket {
  let at = first
  const socket: FaultSocket = io(urls[at % urls.length] ?? '', { auth, transports: ['websocket'], forceNew: true, reconnectionDelay: 100, reconnectionDelayMax: 1000, timeout: 3000 })
  socket.io.on('reconnect_attempt', () => {
    at += 1
    // The manager has no public way to another address.
    Object.assign(socket.io, { uri: urls[at % urls.length] })
  })
  owner.teardown(() => { socket.disconnect() })
  return socket
}

export interface FaultVoter {
  voterId: string
  /** Sends until it is recorded, or refused for good; false when neither happened within `withinMs`. */
  vote (pollId: string, answer: Answer, withinMs?: number): Promise<boolean>
}

/** A voter with a socket on one of the instances. */
export async function joinVoter (owner: Owner, history: History, urls: string[], first: number): Promise<FaultVoter> {
  const { voterId, voterToken } = await createVoter(urls[first % urls.length] ?? '')
  const socket = connectTo(owner, urls, first, { voterToken })
  await whenConnected(socket)

  async function send (pollId: string, answer: Answer): Promise<Attempt['outcome']> {
    return await new Promise((resolve) => {
      const end = (outcome: Attempt['outcome']) => {
        socket.off('disconnect', lose)
        resolve(outcome)
      }
      const lose = () => { end('lost') }
      socket.once('disconnect', lose)
      socket.timeout(ackTimeoutMs).emit('vote:cast', { pollId, answer }, (error: Error | null, ack: Ack<Receipt>) => {
        if (error !== null) return end('lost')
        end(ack.ok ? { receipt: ack.data } : { code: ack.error.code })
      })
    })
  }

  return {
    voterId,
    async vote (pollId, answer, withinMs = 30_000) {
      const giveUpAt = performance.now() + withinMs
      while (performance.now() < giveUpAt) {
        if (!socket.connected) {
          await delay(retryMs)
          continue
        }
        const sentAt = performance.now()
        const outcome = await send(pollId, answer)
        history.attempts.push({ voterId, pollId, answer, sentAt, endedAt: performance.now(), outcome })
        if (outcome !== 'lost' && ('receipt' in outcome || !passingCodes.has(outcome.code))) return true
        await delay(retryMs)
      }
      return false
    }
  }
}

/** Somebody who watches these polls, and joins them again on each new connection. Resolves with the first snapshots. */
export async function joinWatcher (owner: Owner, history: History, urls: string[], first: number, pollIds: string[]): Promise<{ latest: (pollId: string) => number }> {
  const socket = connectTo(owner, urls, first, {})
  const versions = new Map<string, number>()
  let sight: Sight | undefined
  socket.on('results', (results) => {
    sight?.frames.push({ results, at: performance.now() })
    versions.set(results.pollId, results.version)
  })
  socket.on('disconnect', () => { if (sight !== undefined) sight.endedAt = performance.now() })
  const join = async () => {
    const joined: Sight = sight = { connectedAt: Number.POSITIVE_INFINITY, endedAt: undefined, frames: [] }
    history.sights.push(joined)
    for (const pollId of pollIds) {
      await new Promise<void>((resolve) => {
        socket.timeout(ackTimeoutMs).emit('poll:join', { pollId }, (error: Error | null, ack: Ack<PollView>) => {
          if (error === null && ack.ok && ack.data.results !== null) {
            joined.frames.push({ results: ack.data.results, at: performance.now() })
            versions.set(pollId, ack.data.results.version)
          }
          resolve()
        })
      })
    }
    joined.connectedAt = performance.now()
  }
  socket.on('connect', () => { void join() })
  await whenConnected(socket)
  return { latest: (pollId) => versions.get(pollId) ?? 0 }
}

async function whenConnected (socket: FaultSocket): Promise<void> {
  if (socket.connected) return
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => { reject(new Error('a client could not connect within 10 s')) }, 10_000)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
