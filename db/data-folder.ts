import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync, renameSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A data folder that this process alone may use, until `release()` or its death. */
interface DataFolderLock {
  release(): void
}

/** Another live process has the data folder; `code` is `DATA_DIR_IN_USE`. */
class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse'
  readonly code = 'DATA_DIR_IN_USE'

  constructor (folder: string, holder: Holder) {
    const process = holder.host === hostname() ? `process ${holder.pid}` : `process ${holder.pid} on "${holder.host}"`
    super(`The data folder ${folder} is in use by ${process}. Stop that process, or start this one with another data folder.`)
  }
}

interface Holder {
  /** Tells this lock from every other one, of the same process too. */
  token: string
  pid: number
  /** When the process started, as the system counts it; empty where it does not say. Tells it from a later process with the same id. */
  startedAt: string
  host: string
  /** Where `pid` means something: one boot of one machine, one container. */
  pidSpace: string
  /** To be removed by whoever finds the holder dead. */
  scratchFolder: string | null
}

/** The name of a scratch folder begins with it; nothing else is ever removed. */
export const scratchFolderPrefix = 'plenum-'

const beatIntervalMs = 1000
const silenceOfTheDeadMs = 10_000
const unreadableForMs = 1000

/**
 * Takes `folder` for this process, or throws `DataFolderInUse`. The lock of a dead process is taken over, and its
 * scratch folder removed; of several processes that try this at once, one succeeds.
 */
export async function lockDataFolder (folder: string, scratchFolder: string | null): Promise<DataFolderLock> {
  const path = join(folder, 'postgres.lock')
  const self: Holder = {
    token: randomUUID(),
    pid: process.pid,
    startedAt: readProcessStart(process.pid) ?? '',
    host: hostname(),
    pidSpace: readPidSpace(),
    scratchFolder
  }
  await take(path, self, folder)

  // Processes of other containers cannot look up our id, but they see that this file is being touched.
  const beat = setInterval(() => {
    try { utimesSync(path, new Date(), new Date()) } catch { /* the folder is gone: there is nothing left to guard */ }
  }, beatIntervalMs)
  beat.unref()

  return {
    release () {
      clearInterval(beat)
      drop(path, self)
    }
  }
}

async function take (path: string, self: Holder, folder: string): Promise<void> {
  while (!create(path, self)) {
    const holder = await readHolder(path)
    if (holder === 'gone') continue
    if (holder !== 'unreadable' && await isAlive(holder, path)) throw new DataFolderInUse(folder, holder)
    if (await replace(path, holder, self, folder)) return
  }
}

/**
 * Puts our lock in the place of a dead one. Whoever judged a lock dead may be late: only under a second lock is it
 * certain that the file is still the one that was judged, since nobody replaces a lock without holding this one.
 */
async function replace (path: string, dead: Holder | 'unreadable', self: Holder, folder: string): Promise<boolean> {
  const guard = `${path}.takeover`
  try {
    await take(guard, self, folder)
  } catch (error) {
    if (!(error instanceof DataFolderInUse)) throw error
    await sleep(50) // another starter is at it: look again at what it leaves behind
    return false
  }
  try {
    const current = read(path)
    if (current === 'gone' || tokenOf(current) !== tokenOf(dead)) return false
    const draft = `${path}.${self.token}`
    writeFileSync(draft, JSON.stringify(self), { mode: 0o600 })
    renameSync(draft, path)
  } finally {
    drop(guard, self)
  }
  if (dead !== 'unreadable') removeScratch(dead.scratchFolder)
  return true
}

function removeScratch (folder: string | null): void {
  if (folder !== null && basename(folder).startsWith(scratchFolderPrefix)) rmSync(folder, { recursive: true, force: true })
}

function create (path: string, self: Holder): boolean {
  try {
    writeFileSync(path, JSON.stringify(self), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

function drop (path: string, self: Holder): void {
  if (tokenOf(read(path)) === self.token) unlinkSync(path)
}

function tokenOf (holder: Holder | 'gone' | 'unreadable'): string {
  return typeof holder === 'string' ? holder : holder.token
}

/** A lock without content is being written at this moment, or its writer was killed in doing so. */
async function readHolder (path: string): Promise<Holder | 'gone' | 'unreadable'> {
  const deadline = Date.now() + unreadableForMs
  let holder = read(path)
  while (holder === 'unreadable' && Date.now() < deadline) {
    await sleep(20)
    holder = read(path)
  }
  return holder
}

function read (path: string): Holder | 'gone' | 'unreadable' {
  try {
    const holder: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isHolder(holder) ? holder : 'unreadable'
  } catch (error) {
    if (error instanceof SyntaxError) return 'unreadable'
    if (hasCode(error, 'ENOENT')) return 'gone'
    throw error
  }
}

function isHolder (value: unknown): value is Holder {
  return typeof value === 'object' && value !== null &&
    'token' in value && typeof value.token === 'string' &&
    'pid' in value && typeof value.pid === 'number' && Number.isSafeInteger(value.pid) && value.pid > 0 &&
    'startedAt' in value && typeof value.startedAt === 'string' &&
    'host' in value && typeof value.host === 'string' &&
    'pidSpace' in value && typeof value.pidSpace === 'string' &&
    'scratchFolder' in value && (value.scratchFolder === null || typeof value.scratchFolder === 'string')
}

async function isAlive (holder: Holder, path: string): Promise<boolean> {
  if (holder.pidSpace !== readPidSpace()) return isTouched(path)
  const startedAt = readProcessStart(holder.pid)
  if (startedAt !== null) return startedAt === holder.startedAt
  try {
    process.kill(holder.pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM') // it lives, under another user
  }
}

/** Whether somebody touches the file; only its change counts, so clocks need not agree. */
async function isTouched (path: string): Promise<boolean> {
  const before = modifiedAt(path)
  const deadline = Date.now() + silenceOfTheDeadMs
  while (Date.now() < deadline) {
    await sleep(100)
    if (modifiedAt(path) !== before) return true
  }
  return false
}

function modifiedAt (path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null
}

/** In clock ticks since boot, from proc(5); empty for a process that has ended but is still listed, null where it is not known. */
function readProcessStart (pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // the name before it may hold spaces
    const [state, startedAt] = [fields[0], fields[19]]
    return state === 'Z' || state === 'X' ? '' : startedAt ?? null
  } catch {
    return null
  }
}

function readPidSpace (): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}

function hasCode (error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
