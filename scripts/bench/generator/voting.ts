// Votes over the sockets of one load process, at a rate or as fast as the answers come.
import { setTimeout as delay } from 'node:timers/promises'
import { readClock } from '../clock.ts'
import type { SocketDialect } from '../dialect.ts'
import { readVersion, type Audience } from './audience.ts'
import { createCallTemplate, firstId, type CallTemplate } from './frames.ts'
import { runOpenLoop } from './open-loop.ts'

export interface VoteRequest {
  ratePerSecond: number
  startAt: number
  durationMs: number
  /** Votes that are due earlier count, but their latency does not. */
  warmUpMs: number
  /** How long to wait for the last answers. */
  drainMs: number
  /** Report when each vote was due and the version that its ack names. */
  keepVersions: boolean
}

export interface VoteReport {
  sent: number
  acknowledged: number
  refused: number
  /** Some of the refusals' texts. */
  refusals: string[]
  losses: string[]
  /** From due time to ack, of the votes after the warm-up. */
  latencyMs: Float32Array
  lateMs: Float32Array
  /** CPU time of the load process by elapsed time. */
  load: number
  dueAt: Float64Array
  versions: Float64Array
}

export interface FastRequest {
  inFlight: number
  durationMs: number
  drainMs: number
}

const maxRefusals = 5

export interface Voting {
  atRate (request: VoteRequest): Promise<VoteReport>
  /** Keeps `inFlight` votes under way; latency counts from the sending. */
  asFastAsAnswered (request: FastRequest): Promise<VoteReport>
}

/** Load of this process by elapsed time since the call. */
export function startLoadMeter (): () => number {
  const before = process.cpuUsage()
  const startedAt = readClock()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000 / (readClock() - startedAt)
  }
}

export function createVoting (audience: Audience, dialect: SocketDialect): Voting {
  const templates = dialect.votes.map((vote) => createCallTemplate(vote.event, vote.data))
  let casts = 0
  /** Ids go on from run to run, so that a late answer is not taken for one of the next run. */
  let nextId = firstId

  /** Every socket in turn; a socket's next vote is the next choice. */
  function cast (): void {
    const { sockets } = audience
    const socket = sockets[casts % sockets.length]
    const template: CallTemplate | undefined = templates[Math.floor(casts / sockets.length + casts % sockets.length) % templates.length]
    if (socket === undefined || template === undefined) throw new Error('there is nobody to vote')
    casts++
    socket.write(template.encode(nextId++))
  }

  async function settle (answered: () => number, sent: () => number, drainMs: number): Promise<void> {
    const deadline = readClock() + drainMs
    while (answered() < sent() && readClock() < deadline && audience.losses.length === 0) await delay(2)
    audience.onAck = () => {}
  }

  return {
    async atRate ({ ratePerSecond, startAt, durationMs, warmUpMs, drainMs, keepVersions }) {
      const total = Math.floor(ratePerSecond * durationMs / 1000)
      const latencyMs = new Float32Array(total)
      const versions = new Float64Array(keepVersions ? total : 0)
      const intervalMs = 1000 / ratePerSecond
      const refusals: string[] = []
      const baseId = nextId
      let acknowledged = 0
      let refused = 0
      audience.onAck = (id, isAccepted, bytes, start, end) => {
        const n = id - baseId
        if (n < 0) return
        if (!isAccepted) {
          refused++
          if (refusals.length < maxRefusals) refusals.push(bytes.toString('utf8', start, end))
          return
        }
        acknowledged++
        latencyMs[n] = readClock() - startAt - n * intervalMs
        if (keepVersions) versions[n] = readVersion(bytes, start, end)
      }
      const readLoad = startLoadMeter()
      const { sent, lateMs } = await runOpenLoop({ ratePerSecond, startAt, durationMs, send: cast })
      const load = readLoad()
      await settle(() => acknowledged + refused, () => sent, drainMs)
      const first = Math.min(total, Math.ceil(ratePerSecond * warmUpMs / 1000))
      return {
        sent,
        acknowledged,
        refused,
        refusals,
        losses: Array.from(audience.losses),
        latencyMs: latencyMs.subarray(first).slice(),
        lateMs: lateMs.subarray(first).slice(),
        load,
        dueAt: Float64Array.from({ length: versions.length }, (_, n) => startAt + n * intervalMs),
        versions
      }
    },

    async asFastAsAnswered ({ inFlight, durationMs, drainMs }) {
      const sentAt: number[] = []
      const latencyMs: number[] = []
      const refusals: string[] = []
      const baseId = nextId
      let refused = 0
      const endAt = readClock() + durationMs
      const send = (): void => {
        sentAt.push(readClock())
        cast()
      }
      audience.onAck = (id, isAccepted, bytes, start, end) => {
        const now = readClock()
        if (id < baseId) return
        if (isAccepted) latencyMs.push(now - (sentAt[id - baseId] ?? now))
        else {
          refused++
          if (refusals.length < maxRefusals) refusals.push(bytes.toString('utf8', start, end))
        }
        if (now < endAt) send()
      }
      const readLoad = startLoadMeter()
      for (let n = 0; n < inFlight; n++) send()
      await delay(durationMs)
      const load = readLoad()
      await settle(() => latencyMs.length + refused, () => sentAt.length, drainMs)
      return {
        sent: sentAt.length,
        acknowledged: latencyMs.length,
        refused,
        refusals,
        losses: Array.from(audience.losses),
        latencyMs: Float32Array.from(latencyMs),
        lateMs: new Float32Array(0),
        load,
        dueAt: new Float64Array(0),
        versions: new Float64Array(0)
      }
    }
  }
}
