import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The generated key of a server that was given none, made at its first start and kept in `dataDir`: tokens survive a restart.
 * Written aside and linked into place, so that nobody ever reads half a key and two first starts agree on one.
 */
export async function loadGeneratedKey (dataDir: string): Promise<string> {
  const path = join(dataDir, 'secret-key')
  const held = await readKey(path)
  if (held !== undefined) return held
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  await writeFile(draft, randomBytes(32).toString('base64'), { mode: 0o600, flush: true })
  await chmod(draft, 0o600)
  try {
    await link(draft, path)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
  const kept = await readKey(path)
  if (kept === undefined) throw new Error(`the key in ${path} cannot be read`)
  return kept
}

async function readKey (path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function hasCode (error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
