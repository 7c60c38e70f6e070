// The sockets of one load process: connects them, keeps what they were shown, notices who is lost.
import { setTimeout as delay } from 'node:timers/promises'
import { readClock } from '../clock.ts'
import type { Address, SocketDialect } from '../dialect.ts'
import { createClientSocket, type ClientSocket } from './client-socket.ts'

export interface ConnectRequest {
  address: Address
  /** Where the sockets come from: an address has ports for 28,000 of them, those that have just been closed included. */
  localAddress: string
  dialect: SocketDialect
  /** Of the first socket; the others count up from it, over all processes. */
  firstIndex: number
  count: number
  /** Connections that are on their way at the same time. */
  concurrency: number
  timeoutMs: number
}

export interface ConnectReport {
  /** From the start to each connection's join, sorted. */
  readyAfterMs: Float64Array
  startedAt: number
  /** The counts in the answers to the joins: each text once, at most `maxTexts` of them. '' stands for none. */
  joinCounts: string[]
}

/** When one socket was shown which version. */
export interface SampledFrames {
  versions: Float64Array
  times: Float64Array
}

export interface WatchReport {
  sockets: number
  /** Results messages since `startWatch`. */
  frames: number
  firstFrameAt: number
  lastFrameAt: number
  /** What is wrong with what was shown; empty when nothing is. */
  complaints: string[]
  /** The newest message of each socket: each text once, at most `maxTexts` of them. '' stands for none. */
  lastMessages: string[]
  /** Every one of these sockets' messages was parsed as a whole. */
  sampled: SampledFrames[]
}

export type OnAck = (id: number, isAccepted: boolean, bytes: Buffer, start: number, end: number) => void

export interface Audience {
  readonly sockets: readonly ClientSocket[]
  onAck: OnAck
  connect (request: ConnectRequest): Promise<ConnectReport>
  startWatch (): void
  /** What was seen since `startWatch`. */
  readWatch (): WatchReport
  /** Closes the first `count` sockets, or all, without a goodbye. */
  drop (count?: number): void
  /** Reasons, each once, of the sockets that were lost. */
  readonly losses: string[]
}

/** One socket in this many is looked at frame by frame. */
const sampleEvery = 50
const maxTexts = 20
const versionKey = Buffer.from('"version":')
const countsKey = Buffer.from('"counts":')

interface Seen {
  version: number
  message: Buffer
  length: number
  sample: { versions: number[], times: number[] } | null
}

/** The number after `"version":`, or -1. */
export function readVersion (bytes: Buffer, start: number, end: number): number {
  let at = bytes.indexOf(versionKey, start)
  if (at === -1 || at >= end) return -1
  at += versionKey.length
  let version = 0
  for (let digit = bytes[at]; digit !== undefined && digit >= 48 && digit <= 57 && at < end; digit = bytes[++at]) version = version * 10 + digit - 48
  return version
}

/** From `"counts":` to the end of its object. */
function cutCounts (bytes: Buffer, start: number, end: number): string {
  const from = bytes.indexOf(countsKey, start)
  const to = bytes.indexOf('}', from)
  return from === -1 || from >= end || to >= end ? '' : bytes.toString('utf8', from, to + 1)
}

export function createAudience (): Audience {
  let sockets: ClientSocket[] = []
  const seen = new Map<ClientSocket, Seen>()
  const losses: string[] = []
  let complaints = new Set<string>()
  let isWatching = false
  let frames = 0
  let firstFrameAt = 0
  let lastFrameAt = 0

  function show (socket: ClientSocket, bytes: Buffer, start: number, end: number): void {
    const state = seen.get(socket)
    if (state === undefined) return
    const version = readVersion(bytes, start, end)
    if (version < state.version) complaints.add(`version ${version} after ${state.version}`)
    state.version = version
    const length = end - start
    if (state.message.length < length) state.message = Buffer.allocUnsafe(length + 64)
    bytes.copy(state.message, 0, start, end)
    state.length = length
    if (!isWatching) return
    frames++
    const now = readClock()
    if (frames === 1) firstFrameAt = now
    lastFrameAt = now
    if (state.sample === null) return
    state.sample.versions.push(version)
    state.sample.times.push(now)
    checkMessage(bytes.toString('utf8', start, end))
  }

  function checkMessage (text: string): void {
    try {
      JSON.parse(text.slice(text.search(/[[{]/)))
    } catch {
      complaints.add(`not JSON: ${text.slice(0, 200)}`)
    }
  }

  function describeProgress (): string {
    return Array.from(new Set(sockets.map(({ progress }) => progress).filter((progress) => progress !== 'ready'))).join(', ')
  }

  async function connect (request: ConnectRequest): Promise<ConnectReport> {
    const { address, localAddress, dialect, firstIndex, count, concurrency, timeoutMs } = request
    const startedAt = readClock()
    const readyAfterMs: number[] = []
    const answers = new Set<string>()
    let begun = 0
    let failure: string | null = null

    const begin = (): void => {
      const index = firstIndex + begun++
      const socket = createClientSocket({
        index,
        address,
        dialect,
        localAddress,
        listener: {
          ready (_socket, bytes, start, end) {
            readyAfterMs.push(readClock() - startedAt)
            if (answers.size < maxTexts) answers.add(cutCounts(bytes, start, end))
            if (begun < count) begin()
          },
          acknowledged: (id, isAccepted, bytes, start, end) => { audience.onAck(id, isAccepted, bytes, start, end) },
          results: show,
          lost (_socket, reason) {
            failure ??= reason
            if (losses.length < maxTexts && !losses.includes(reason)) losses.push(reason)
          }
        }
      })
      sockets.push(socket)
      seen.set(socket, { version: -1, message: Buffer.alloc(0), length: 0, sample: index % sampleEvery === 0 ? { versions: [], times: [] } : null })
    }

    while (begun < Math.min(count, concurrency)) begin()
    const deadline = startedAt + timeoutMs
    while (readyAfterMs.length < count) {
      if (failure !== null) throw new Error(`a socket was lost while connecting: ${failure}`)
      if (readClock() > deadline) throw new Error(`only ${readyAfterMs.length} of ${count} sockets were ready within ${timeoutMs} ms; the others were ${describeProgress()}`)
      await delay(2)
    }
    return { readyAfterMs: Float64Array.from(readyAfterMs), startedAt, joinCounts: Array.from(answers) }
  }

  const audience: Audience = {
    get sockets () { return sockets },
    losses,
    onAck: () => {},
    connect,
    startWatch () {
      isWatching = true
      frames = 0
      firstFrameAt = 0
      lastFrameAt = 0
      complaints = new Set()
      for (const state of seen.values()) {
        if (state.sample !== null) state.sample = { versions: [], times: [] }
      }
    },
    readWatch () {
      const texts = new Set<string>()
      const sampled: SampledFrames[] = []
      for (const state of seen.values()) {
        const text = state.message.toString('utf8', 0, state.length)
        if (text !== '') checkMessage(text)
        if (texts.size < maxTexts) texts.add(text)
        if (state.sample !== null) sampled.push({ versions: Float64Array.from(state.sample.versions), times: Float64Array.from(state.sample.times) })
      }
      return {
        sockets: sockets.length, frames, firstFrameAt, lastFrameAt, complaints: Array.from(complaints).slice(0, maxTexts), lastMessages: Array.from(texts), sampled
      }
    },
    drop (count = sockets.length) {
      for (const socket of sockets.slice(0, count)) {
        socket.destroy()
        seen.delete(socket)
      }
      sockets = sockets.slice(count)
      if (sockets.length === 0) losses.length = 0
    }
  }
  return audience
}
