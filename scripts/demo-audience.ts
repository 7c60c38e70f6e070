// An audience of simulated voters, each with a real socket, as if it were a phone in the hall.
import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { io } from 'socket.io-client'
import { callSocket, type ClientSocket } from '../server/client/socket-calls.ts'
import type { Answer, Receipt, Results } from '../server/protocol/poll.ts'

export interface AudienceOptions {
  url: string
  /** The room's code. */
  code: string
  size: number
}

/** What the audience is asked now. */
export interface Turn {
  pollId: string
  answer: (progress: number) => Answer
}

export interface AudienceCounts {
  connected: number
  voted: number
  /** Acknowledged votes that replaced another one. */
  changed: number
  /** Votes that were given up. */
  failed: number
}

export interface Audience {
  counts: () => AudienceCounts
  /** From now on this poll is voted on. */
  turnTo: (turn: Turn) => void
  /** The newest results of the poll that is voted on, which any of the voters was sent. */
  results: () => Results | undefined
  /** Called once, when the audience is gone for good: all sockets closed, all timers cleared. */
  stop: () => Promise<void>
}

const arrivalMs = 5000
const votingMs = 40_000
const ackTimeoutMs = 5000
const maxAttempts = 5
// Who cannot decide goes on changing, ever more slowly, so that there is something to see.
const waverers = 0.3
const maxDoubtMs = 60_000
/** How often who has voted looks up for the next question. */
const glanceMs = 3000

/** Starts `size` voters who arrive, join the room, think, vote, and partly change their minds. */
export function startAudience ({ url, code, size }: AudienceOptions): Audience {
  const ending = new AbortController()
  // One pause of each voter listens to it.
  setMaxListeners(size + 1, ending.signal)
  const sockets: ClientSocket[] = []
  const counts = { voted: 0, changed: 0, failed: 0 }
  let current: (Turn & { startedAt: number }) | undefined
  let newest: Results | undefined

  const pause = async (ms: number) => { await delay(ms, undefined, { signal: ending.signal }) }

  function connect (): ClientSocket {
    const socket: ClientSocket = io(url, {
      transports: ['websocket'], forceNew: true, reconnectionDelay: 1000, reconnectionDelayMax: 10_000, auth: {}
    })
    // It tries again by itself.
    socket.on('connect_error', () => {})
    socket.io.on('error', () => {})
    socket.on('results', (results) => {
      if (results.pollId === current?.pollId && results.version > (newest?.version ?? 0)) newest = results
    })
    // Joining again is all that a reconnect needs; with the token it is the same voter again.
    socket.on('connect', () => { void join(socket) })
    sockets.push(socket)
    return socket
  }

  async function join (socket: ClientSocket): Promise<void> {
    const ack = await callSocket(socket, 'room:join', { code }, ackTimeoutMs)
    if (ack?.ok === true) socket.auth = { voterToken: ack.data.voterToken }
  }

  async function cast (socket: ClientSocket, pollId: string, answer: Answer): Promise<Receipt | undefined> {
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      // Without an answer in time asking again is safe, since the same vote counts once.
      const ack = await callSocket(socket, 'vote:cast', { pollId, answer }, ackTimeoutMs)
      if (ack?.ok === true) return ack.data
      if (ack?.ok === false && ack.error.retryAfterMs === undefined) return undefined
      await pause(between(1, 2) * (ack?.error.retryAfterMs ?? 1000))
    }
    return undefined
  }

  async function attend (): Promise<void> {
    await pause(between(0, arrivalMs))
    const socket = connect()
    let answered: Turn | undefined
    for (;;) {
      const turn = current
      if (turn === undefined || turn === answered) {
        await pause(between(glanceMs, 2 * glanceMs))
        continue
      }
      answered = turn
      await takeTurn(socket, turn)
    }
  }

  /** Thinks, votes, and partly changes its mind, until another question is on. */
  async function takeTurn (socket: ClientSocket, turn: Turn & { startedAt: number }): Promise<void> {
    const isOn = () => turn === current
    const isWavering = Math.random() < waverers
    await pause(between(0, votingMs - arrivalMs))
    for (let change = 0; isOn(); change++) {
      const receipt = await cast(socket, turn.pollId, turn.answer(Math.min(1, (Date.now() - turn.startedAt) / votingMs)))
      if (receipt === undefined) {
        counts.failed += 1
        return
      }
      if (receipt.status === 'recorded') counts.voted += 1
      if (receipt.status === 'changed') counts.changed += 1
      if (!isWavering) return
      // The first doubt comes soon, the later ones ever more slowly.
      await pause(between(2000, Math.min(maxDoubtMs, 10_000 * (change + 1))))
    }
  }

  const voters = Array.from({ length: size }, async () => {
    try {
      await attend()
    } catch (error) {
      // The pause of who is on the way out ends like this.
      if (!ending.signal.aborted) throw error
    }
  })

  return {
    counts: () => ({ ...counts, connected: sockets.filter((socket) => socket.connected).length }),
    turnTo (turn) {
      current = { ...turn, startedAt: Date.now() }
      newest = undefined
    },
    results: () => newest,
    async stop () {
      ending.abort()
      for (const socket of sockets) socket.disconnect()
      await Promise.all(voters)
    }
  }
}

function between (low: number, high: number): number {
  return low + Math.random() * (high - low)
}
