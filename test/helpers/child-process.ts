// Child processes that never outlive the process that started them, not even after kill -9.
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createServer, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Owner } from './owner.ts'

const pollIntervalMs = 20
const programStartTimeoutMs = 20_000
const programExitTimeoutMs = 10_000

/**
 * Reads what lives, one JSON line each, and cleans up when its stdin closes: that happens however
 * the owner ends. SIGQUIT first, since PostgreSQL then frees its shared memory.
 */
const reaperSource = `
const live = new Map()
const { createInterface } = require('node:readline')
const kill = (pid, signal) => { try { process.kill(pid, signal) } catch {} }
createInterface({ input: process.stdin }).on('line', (line) => {
  const { key, pid, folder } = JSON.parse(line)
  if (pid || folder) live.set(key, { pid, folder })
  else live.delete(key)
}).on('close', () => {
  const pids = [...live.values()].flatMap(({ pid }) => pid ? [pid] : [])
  for (const pid of pids) { kill(pid, 'SIGCONT'); kill(pid, 'SIGQUIT') }
  setTimeout(() => {
    for (const pid of pids) kill(pid, 'SIGKILL')
    for (const { folder } of live.values()) if (folder) require('node:fs').rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }, live.size === 0 ? 0 : 500)
})`

let reaper: ChildProcess | null = null
const targets = new Set<number>()

function tellReaper (message: { key: string, pid?: number, folder?: string }): void {
  if (reaper === null) {
    // Detached: Ctrl-C in a terminal must not end it first.
    reaper = spawn(process.execPath, ['-e', reaperSource], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: process.env.PATH }
    })
    reaper.unref()
    reaper.stdin?.on('error', () => {})
    // Without this the pipe would keep the event loop alive.
    if (reaper.stdin instanceof Socket) reaper.stdin.unref()
    process.on('exit', () => { for (const target of targets) sendSignal(target, 'SIGKILL') })
  }
  reaper.stdin?.write(`${JSON.stringify(message)}\n`)
}

function sendSignal (pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended already.
  }
}

/** The folder is removed when this process ends without having removed it. */
export function trackFolder (folder: string): void {
  tellReaper({ key: folder, folder })
}

export function removeFolder (folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  tellReaper({ key: folder })
}

export interface RunningChild {
  process: ChildProcess
  pid: number
  /** True once the process has ended. */
  hasExited (): boolean
  signal (signal: NodeJS.Signals): void
  /** Resolves when the process has ended; after the timeout it is killed and the promise rejects. */
  waitForExit (timeoutMs: number): Promise<void>
}

/** A detached child leads a process group; signals then go to the whole group. */
export function startChild (command: string, args: string[], options: SpawnOptions): RunningChild {
  const child = spawn(command, args, options)
  let exited = false
  let exit = (): void => { exited = true }
  const ended = new Promise<void>((resolve) => { exit = () => { exited = true; resolve() } })
  child.on('error', () => exit())
  const pid = child.pid
  if (pid === undefined) throw new Error(`${command} could not be started`)
  const key = `pid ${pid}`
  // A negative number means the group.
  const target = options.detached === true ? -pid : pid
  targets.add(target)
  tellReaper({ key, pid: target })
  child.on('exit', () => {
    targets.delete(target)
    tellReaper({ key })
    exit()
  })
  child.unref()
  return {
    process: child,
    pid,
    hasExited: () => exited,
    signal: (signal) => { if (!exited) sendSignal(target, signal) },
    waitForExit: async (timeoutMs) => {
      // This timer also keeps the event loop alive, which the unreferenced child does not.
      const timer = new AbortController()
      const timeout = delay(timeoutMs, 'timeout' as const, { signal: timer.signal }).catch(() => 'ended' as const)
      const winner = await Promise.race([ended, timeout])
      timer.abort()
      if (winner !== 'timeout') return
      sendSignal(target, 'SIGKILL')
      throw new Error(`${command} did not end within ${timeoutMs} ms`)
    }
  }
}

export interface HttpProgram {
  /** For what is said when it fails. */
  name: string
  command: string
  args: string[]
  /** Its own, and where it runs; removed with it. */
  folder: string
  user?: { uid?: number, gid?: number }
  /** Answers with success as soon as it is ready. */
  readyUrl: string
  endSignal: NodeJS.Signals
}

/** Resolves when the program answers; it is ended at teardown. */
export async function startHttpProgram (owner: Owner, { name, command, args, folder, user = {}, readyUrl, endSignal }: HttpProgram): Promise<void> {
  let output = ''
  const child = startChild(command, args, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  child.process.stderr?.on('data', (chunk: Buffer) => { output += chunk.toString() })
  owner.teardown(async () => {
    child.signal(endSignal)
    await child.waitForExit(programExitTimeoutMs)
    removeFolder(folder)
  })
  await waitUntil(async () => {
    if (child.hasExited()) throw new Error(`${name} has ended: ${output}`)
    return await fetch(readyUrl).then(async (answer) => {
      await answer.text()
      return answer.ok
    }, () => false)
  }, programStartTimeoutMs, () => `${name} is not ready: ${output}`)
}

/** Asks again and again until the check says true; rejects with the message after the timeout. */
export async function waitUntil (check: () => Promise<boolean>, timeoutMs: number, message: () => string): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(message())
    await delay(pollIntervalMs)
  }
}

// Below the range from which systems take the ports of outgoing connections: those of a busy test would otherwise take it first.
const firstPort = 12_000
const portCount = 20_000

/** A port on 127.0.0.1 that nobody listens on right now. */
export async function findFreePort (): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = firstPort + randomInt(portCount)
    if (await isFree(port)) return port
  }
  throw new Error('no free port on 127.0.0.1')
}

function isFree (port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => { resolve(false) })
    server.listen(port, '127.0.0.1', () => { server.close(() => { resolve(true) }) })
  })
}
