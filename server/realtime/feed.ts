import { setImmediate as nextTurn } from 'node:timers/promises'
import { jsonOf } from '../polls/encoding.ts'
import type { PollSnapshot } from '../polls/poll-snapshot.ts'
import { bodyFor, type Onlooker, type PollViews } from '../polls/poll-views.ts'
import type { ResultsBoard } from '../polls/results-board.ts'
import { maySeePoll, maySeeResults } from '../polls/visibility.ts'
import type { FeedMessage } from '../protocol/events.ts'
import { PlenumError } from '../protocol/problem.ts'
import { seesAsStaff } from '../rooms/staff.ts'
import { voterIn } from '../rooms/voter-identity.ts'

/** One connection of the feed, whatever carries it. */
export interface FeedConnection {
  /** @param text the message, encoded once for all connections. False when the reader does not keep up: nothing more until `drained`. */
  send (message: FeedMessage, text: string): boolean
  heartbeat (): void
  close (): void
}

interface Subscriber {
  pollId: string
  connection: FeedConnection
  onlooker: Onlooker
  /** Of the own vote when the feed began, and who it was then. */
  votedRound: number | undefined
  votedAs: string | undefined
  /** The newest revision and version sent: a change that is in the state it began with is not sent again. */
  sent: Record<FeedMessage['type'], number>
  /** What to send once the reader has caught up; undefined while it keeps up. */
  missed: Set<FeedMessage['type']> | undefined
  behindSince: number
}

const heartbeatMs = 15_000
const patienceMs = 20_000
const sliceSize = 500

export type Feed = ReturnType<typeof createFeed>

/** The read-only feed for whatever has no Socket.IO client: first the current state, then every change, under the same rules. */
export function createFeed ({ board, views }: { board: ResultsBoard, views: PollViews }) {
  const byPoll = new Map<string, Set<Subscriber>>()
  const figures = { deferred: 0, cut: 0 }
  let isClosed = false

  function maySee (subscriber: Subscriber, { poll, staff }: PollSnapshot): boolean {
    const hasVoted = subscriber.votedRound === poll.round && subscriber.votedAs === voterIn(staff.access, subscriber.onlooker)
    return maySeeResults(poll, { isHost: seesAsStaff(staff, subscriber.onlooker), hasVoted })
  }

  function send (subscriber: Subscriber, message: FeedMessage, text: string): void {
    const position = message.type === 'poll' ? message.data.revision : message.data.version
    if (position <= subscriber.sent[message.type]) return
    if (subscriber.missed !== undefined) {
      if (subscriber.missed.size === 0) figures.deferred += 1
      subscriber.missed.add(message.type)
      return
    }
    subscriber.sent[message.type] = position
    if (subscriber.connection.send(message, text)) return
    subscriber.missed = new Set()
    subscriber.behindSince = Date.now()
  }

  function sendState (subscriber: Subscriber, types: Iterable<FeedMessage['type']>): void {
    const snapshot = board.peek(subscriber.pollId)
    if (snapshot === undefined) return
    for (const type of types) {
      const { message, text } = encode(type, snapshot, subscriber.onlooker)
      if (type === 'poll' || maySee(subscriber, snapshot)) send(subscriber, message, text)
    }
  }

  async function broadcast (pollId: string, type: FeedMessage['type']): Promise<void> {
    let encoded: { message: FeedMessage, text: string } | undefined
    let count = 0
    for (const subscriber of Array.from(byPoll.get(pollId) ?? [])) {
      if (count > 0 && count % sliceSize === 0) await nextTurn()
      count += 1
      const snapshot = board.peek(pollId)
      if (snapshot === undefined) return
      if (encoded?.message.data !== dataFor(type, snapshot, subscriber.onlooker)) encoded = encode(type, snapshot, subscriber.onlooker)
      const isHost = seesAsStaff(snapshot.staff, subscriber.onlooker)
      if (type === 'poll' ? maySeePoll(snapshot.poll, { isHost }) : maySee(subscriber, snapshot)) send(subscriber, encoded.message, encoded.text)
    }
  }

  function leave (subscriber: Subscriber): void {
    const subscribers = byPoll.get(subscriber.pollId)
    subscribers?.delete(subscriber)
    if (subscribers?.size === 0) byPoll.delete(subscriber.pollId)
  }

  function all (): Subscriber[] {
    return Array.from(byPoll.values()).flatMap((subscribers) => Array.from(subscribers))
  }

  const heartbeat = setInterval(() => {
    for (const subscriber of all()) {
      if (subscriber.missed === undefined) subscriber.connection.heartbeat()
      else if (subscriber.behindSince < Date.now() - patienceMs) {
        figures.cut += 1
        leave(subscriber)
        subscriber.connection.close()
      }
    }
  }, heartbeatMs)
  heartbeat.unref()

  return {
    /** How often a connection had to miss a message, and how often one did not catch up. */
    figures,
    isWatching: (pollId: string) => byPoll.has(pollId),
    /** Subscriptions, GraphQL's among them. */
    count: () => all().length,

    /** Subscribes and sends the current state. Throws poll_not_found, and busy once this is closed. The carrier calls what this returns. */
    async join (pollId: string, onlooker: Onlooker, open: () => FeedConnection): Promise<{ leave (): void, drained (): void, becomeAudience (): void }> {
      // Before the own vote is looked up: should the room's access change meanwhile, it is not taken for the next identity's.
      const access = (await board.find(pollId))?.staff.access ?? 'open'
      const draw = await views.prepareView(pollId, onlooker)
      const { myVote, poll } = draw()
      // What has been closed would never be closed again.
      if (isClosed) throw new PlenumError('busy', { retryAfterMs: 1000 })
      const subscriber: Subscriber = {
        pollId,
        connection: open(),
        onlooker: { ...onlooker },
        votedRound: myVote === null ? undefined : poll.round,
        votedAs: voterIn(access, onlooker),
        sent: { poll: 0, results: 0 },
        missed: undefined,
        behindSince: 0
      }
      const subscribers = byPoll.get(pollId) ?? new Set()
      byPoll.set(pollId, subscribers.add(subscriber))
      sendState(subscriber, ['poll', 'results'])
      return {
        leave: () => { leave(subscriber) },
        drained () {
          const { missed } = subscriber
          subscriber.missed = undefined
          if (missed !== undefined) sendState(subscriber, missed)
        },
        becomeAudience: () => { subscriber.onlooker.userId = undefined }
      }
    },

    emitResults: async (pollId: string) => { await broadcast(pollId, 'results') },
    emitPoll: async (pollId: string) => { await broadcast(pollId, 'poll') },
    // Each message asks anew who may see it.
    dropStrangers: () => {},
    emitRemoved ({ poll }: PollSnapshot): void {
      for (const { connection } of Array.from(byPoll.get(poll.id) ?? [])) connection.close()
    },

    close (): void {
      isClosed = true
      clearInterval(heartbeat)
      for (const { connection } of all()) connection.close()
    }
  }
}

function dataFor (type: FeedMessage['type'], snapshot: PollSnapshot, onlooker: Onlooker): FeedMessage['data'] {
  return type === 'poll' ? bodyFor(snapshot, onlooker) : snapshot.results
}

function encode (type: FeedMessage['type'], snapshot: PollSnapshot, onlooker: Onlooker): { message: FeedMessage, text: string } {
  const message: FeedMessage = type === 'poll' ? { type, data: bodyFor(snapshot, onlooker) } : { type, data: snapshot.results }
  return { message, text: `{"type":"${type}","data":${jsonOf(message.data)}}` }
}
