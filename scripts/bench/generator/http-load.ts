// Requests over keep-alive connections, one under way on each: at a rate, or as fast as the answers come.
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { randomInt } from 'node:crypto'
import { readClock } from '../clock.ts'
import type { Address, HttpDialect } from '../dialect.ts'
import { runOpenLoop } from './open-loop.ts'
import { startLoadMeter } from './voting.ts'

export interface HttpRequest {
  address: Address
  dialect: HttpDialect
  connections: number
  /** Null: the next request follows the last answer. */
  ratePerSecond: number | null
  durationMs: number
  warmUpMs: number
  drainMs: number
}

export interface HttpReport {
  sent: number
  /** Answers by status class: 2xx, 3xx, anything else. */
  ok: number
  notModified: number
  failed: number
  failures: string[]
  latencyMs: Float32Array
  lateMs: Float32Array
  load: number
  elapsedMs: number
}

const voterDigits = 16
const placeholder = '{voter}'
const maxFailures = 5
const sharedBuffer = Buffer.allocUnsafe(64 * 1024)

/** Each copy has an id of its own where the placeholder stood. */
function createRequestTemplate (dialect: HttpDialect, { host, port }: Address, body: string): () => Buffer {
  const filled = (text: string): string => text.replaceAll(placeholder, '0'.repeat(voterDigits))
  const headers = { host: `${host}:${port}`, ...dialect.headers, ...(body === '' ? {} : { 'content-length': Buffer.byteLength(filled(body)) }) }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const source = `${dialect.method} ${dialect.path} HTTP/1.1\r\n${head}\r\n${body}`
  const model = Buffer.from(filled(source))
  const offsets: number[] = []
  const parts = source.split(placeholder)
  let at = 0
  for (const part of parts.slice(0, -1)) {
    at += Buffer.byteLength(part)
    offsets.push(at)
    at += voterDigits
  }
  return () => {
    if (offsets.length === 0) return model
    const request = Buffer.from(model)
    const id = String(nextVoter++)
    for (const offset of offsets) request.write(id, offset, 'latin1')
    return request
  }
}

const lastChunk = Buffer.from('0\r\n\r\n')

/** There is never more than one answer under way, so what ends with the last chunk is whole. */
function isWhole (bytes: Buffer, bodyStart: number, head: string): boolean {
  if (head.startsWith('HTTP/1.1 304')) return true
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return bytes.subarray(-lastChunk.length).equals(lastChunk)
  return bytes.length >= bodyStart + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
}

// Another start for each process and run, so that no two of them share a voter.
let nextVoter = 10 ** (voterDigits - 1) + randomInt(8_000) * 10 ** 11

interface Caller { socket: Socket, dueAt: number, n: number, pending: Buffer | null, isBusy: boolean }

export async function runHttpLoad (request: HttpRequest): Promise<HttpReport> {
  const { address, dialect, connections, ratePerSecond, durationMs, warmUpMs, drainMs } = request
  const templates = (dialect.bodies.length === 0 ? [''] : dialect.bodies).map((body) => createRequestTemplate(dialect, address, body))
  const report = { ok: 0, notModified: 0, failed: 0, failures: new Set<string>() }
  const latencyMs: number[] = []
  const waiting: Array<{ n: number, dueAt: number }> = []
  const idle: Caller[] = []
  const callers: Caller[] = []
  let startAt = 0
  let endAt = 0
  let sent = 0
  let isOver = false

  function send (caller: Caller, n: number, dueAt: number): void {
    const template = templates[n % templates.length]
    if (template === undefined) return
    Object.assign(caller, { n, dueAt, isBusy: true })
    caller.socket.write(template())
  }

  function next (caller: Caller): void {
    caller.isBusy = false
    const now = readClock()
    if (ratePerSecond === null) {
      if (now < endAt) send(caller, sent++, now)
      return
    }
    const due = waiting.shift()
    if (due === undefined) idle.push(caller)
    else send(caller, due.n, due.dueAt)
  }

  function receive (caller: Caller, length: number, buffer: Buffer): void {
    const bytes = caller.pending === null ? buffer.subarray(0, length) : Buffer.concat([caller.pending, buffer.subarray(0, length)])
    const head = bytes.indexOf('\r\n\r\n')
    const headText = head === -1 ? '' : bytes.toString('latin1', 0, head)
    if (head === -1 || !isWhole(bytes, head + 4, headText)) {
      caller.pending = Buffer.from(bytes)
      return
    }
    caller.pending = null
    const status = Number(headText.slice(9, 12))
    if (status >= 200 && status < 300) report.ok++
    else if (status === 304) report.notModified++
    else fail(bytes.toString('utf8', 0, Math.min(bytes.length, 400)))
    if (caller.dueAt >= startAt + warmUpMs) latencyMs.push(readClock() - caller.dueAt)
    next(caller)
  }

  function fail (reason: string): void {
    report.failed++
    if (report.failures.size < maxFailures) report.failures.add(reason)
  }

  /** To be written to at once: a server may keep a thread for each connection from which nothing has come yet. */
  function open (): Caller {
    const socket = connect({
      host: address.host,
      port: address.port,
      noDelay: true,
      onread: { buffer: sharedBuffer, callback: (length, buffer) => { receive(caller, length, Buffer.isBuffer(buffer) ? buffer : sharedBuffer); return true } }
    })
    const caller: Caller = { socket, dueAt: 0, n: 0, pending: null, isBusy: false }
    callers.push(caller)
    socket.on('error', () => {})
    socket.on('close', () => {
      if (isOver) return
      callers.splice(callers.indexOf(caller), 1)
      if (caller.isBusy) fail('the connection was lost')
      else idle.splice(idle.indexOf(caller), 1)
    })
    return caller
  }

  startAt = readClock()
  endAt = startAt + durationMs
  const readLoad = startLoadMeter()
  let lateMs = new Float32Array(0)
  if (ratePerSecond === null) {
    for (let n = 0; n < connections; n++) next(open())
    await delay(Math.max(0, endAt - readClock()))
  } else {
    const loop = await runOpenLoop({
      ratePerSecond,
      startAt,
      durationMs,
      send (n, dueAt) {
        const caller = idle.pop() ?? (callers.length < connections ? open() : undefined)
        if (caller === undefined) waiting.push({ n, dueAt })
        else send(caller, n, dueAt)
      }
    })
    sent = loop.sent
    lateMs = new Float32Array(loop.lateMs)
  }
  const load = readLoad()
  const answered = (): number => report.ok + report.notModified + report.failed
  const deadline = readClock() + drainMs
  while (answered() < sent && readClock() < deadline) await delay(2)
  const elapsedMs = readClock() - startAt
  isOver = true
  for (const { socket } of callers) socket.destroy()
  return { ...report, failures: Array.from(report.failures), sent, latencyMs: Float32Array.from(latencyMs), lateMs, load, elapsedMs }
}
