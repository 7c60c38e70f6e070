// A lock between processes: a directory that names its owner and that a dead owner does not keep.
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const maxAgeMs = 15 * 60_000
const pollIntervalMs = 300

function isAlive (pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** The name of the owner when it is gone, else null. */
async function findDeadOwner (path) {
  try {
    const owner = await readFile(`${path}/owner`, 'utf8')
    const [pid, host] = owner.split(' ')
    if (Date.now() - (await stat(path)).mtimeMs > maxAgeMs) return owner
    // In a restarted container the dead owner had this host name, and perhaps this very pid.
    if (host === hostname() && (Number(pid) === process.pid || !isAlive(Number(pid)))) return owner
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  return null
}

/** False when somebody else has it. The rename makes lock and owner appear in one step. */
async function tryLock (path) {
  const own = `${path}.${process.pid}`
  await mkdir(own, { recursive: true })
  await writeFile(`${own}/owner`, `${process.pid} ${hostname()}`)
  try {
    await rename(own, path)
    return true
  } catch {
    await rm(own, { recursive: true, force: true })
    return false
  }
}

export async function withLock (path, waitMessage, action) {
  await mkdir(dirname(path), { recursive: true })
  let tombstone = null
  for (let isFirst = true; !(await tryLock(path)); isFirst = false) {
    if (isFirst) console.error(waitMessage)
    const deadOwner = await findDeadOwner(path)
    if (deadOwner === null) {
      await delay(pollIntervalMs)
      continue
    }
    // Two waiters may see the same dead owner. The tombstone's name is theirs in common and it stays
    // until the work is done, so the slower one cannot move away the lock of the faster one.
    tombstone = `${path}.dead-${deadOwner.replaceAll(/\W/g, '-')}`
    await rename(path, tombstone).catch(() => { tombstone = null })
  }
  try {
    return await action()
  } finally {
    await rm(path, { recursive: true, force: true })
    if (tombstone !== null) await rm(tombstone, { recursive: true, force: true })
  }
}
