// Runs the server and restarts it when a source file has changed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ensureBuilt, hashSources } from './build.mjs'
import { root } from './install.mjs'

const usage = `Usage: node scripts/dev.mjs

Runs the server and restarts it whenever a source file changes. While the sources do not
compile, the last good build stays up.`

// Reading a few hundred small files is cheap, and works on every file system, unlike change events.
const pollIntervalMs = 700
const stopTimeoutMs = 10_000

let server = null

function startServer () {
  const child = spawn(process.execPath, [join(root, 'scripts/run.mjs'), 'server/main'], { stdio: 'inherit' })
  child.on('exit', () => { if (server === child) server = null })
  server = child
}

async function stopServer () {
  const child = server
  if (child === null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  await exited
  clearTimeout(timer)
}

async function watch () {
  for (let seen = null; ;) {
    const hash = await hashSources()
    if (hash !== seen) {
      seen = hash
      try {
        await ensureBuilt()
        await stopServer()
        startServer()
      } catch (error) {
        console.error(`${error.message} Waiting for the next change.`)
      }
    }
    await delay(pollIntervalMs)
  }
}

if (process.argv.includes('--help')) {
  console.log(usage)
} else {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => { void stopServer().finally(() => process.exit(0)) })
  }
  await watch()
}
