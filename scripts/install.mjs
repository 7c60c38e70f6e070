// Installs the dependencies when they are missing or do not match package-lock.json.
// Node built-ins only: it runs on a fresh clone.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { withLock } from './lock.mjs'

export const root = resolve(import.meta.dirname, '..')

async function readJson (path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return null
    throw error
  }
}

/**
 * npm writes node_modules/.package-lock.json as its last step, so that file both proves a finished
 * installation and lists what is in it, whoever ran npm.
 */
async function isInstalled () {
  const wanted = await readJson(join(root, 'package-lock.json'))
  if (wanted === null) return existsSync(join(root, 'node_modules'))
  const present = await readJson(join(root, 'node_modules/.package-lock.json'))
  if (present === null) return false
  return Object.entries(wanted.packages).every(([path, entry]) => {
    // Optional packages are left out on systems they are not for.
    if (path === '' || entry.optional || entry.devOptional || entry.link) return true
    const found = present.packages[path]
    return found !== undefined && found.version === entry.version && found.integrity === entry.integrity
  })
}

/** Runs a command with its output on stderr and resolves with the exit code. */
export function run (command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

/** Throws when npm fails. Of two processes at once only one installs; the other waits for it. */
export async function ensureInstalled () {
  if (await isInstalled()) return
  await withLock(join(root, 'dist/.install-lock'), 'Another process is installing the dependencies; waiting.', async () => {
    if (await isInstalled()) return
    console.error('Installing dependencies with npm ci (about a minute).')
    const startedAt = Date.now()
    const isWindows = process.platform === 'win32'
    const code = await run(isWindows ? 'npm.cmd' : 'npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], { shell: isWindows })
    if (code !== 0) throw new Error(`npm ci failed with exit code ${code}`)
    console.error(`Dependencies installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`)
  })
}
