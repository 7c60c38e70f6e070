// A polls backend as Django's users write it: a vote is unique, its counter rises by an F() update, both in one transaction.
// Django REST framework behind gunicorn with threads, keep-alive and persistent database connections.
import { execFile } from 'node:child_process'
import { writeFileSync, mkdirSync, chmodSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findFreePort, waitUntil } from '../../../test/helpers/child-process.ts'
import type { HttpDialect } from '../dialect.ts'
import { optionIds, type Subject } from '../subject.ts'
import { djangoProject } from './django-project.ts'

const run = promisify(execFile)
const packages = ['python3-django', 'python3-djangorestframework', 'python3-psycopg2', 'gunicorn']
const installTimeoutMs = 10 * 60_000
const startTimeoutMs = 30_000
const threads = 4

async function isInstalled (): Promise<boolean> {
  return await run('/usr/bin/python3', ['-c', 'import django, rest_framework, psycopg2, gunicorn'], { timeout: 30_000 }).then(() => true, () => false)
}

/** Throws with the reason where it cannot be had. */
async function install (): Promise<void> {
  if (await isInstalled()) return
  if (process.getuid?.() !== 0) throw new Error(`install ${packages.join(', ')}`)
  const options = { timeout: installTimeoutMs, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, maxBuffer: 64 * 1024 * 1024 }
  try {
    await run('apt-get', ['update', '-q'], options)
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], options)
  } catch {
    throw new Error(`apt-get could not install ${packages.join(', ')}`)
  }
  if (!await isInstalled()) throw new Error('Python does not find Django after its installation')
}

export const django: Subject = {
  name: 'Django REST (nobody watching)',
  firstRate: 100,
  async start (stage) {
    await install()
    const { url, sql } = await stage.createDatabase()
    const folder = stage.createFolder()
    chmodSync(folder, 0o755)
    for (const [name, text] of Object.entries(djangoProject)) {
      mkdirSync(join(folder, name, '..'), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const port = await findFreePort()
    const environment = { DATABASE_URL: url, PYTHONPATH: folder, DJANGO_SETTINGS_MODULE: 'settings', PYTHONDONTWRITEBYTECODE: '1' }
    await run('/usr/bin/python3', ['-m', 'django', 'migrate', '--run-syncdb'], { cwd: folder, env: { ...process.env, ...environment }, timeout: startTimeoutMs })
    const workers = 2 * availableParallelism() + 1
    const program = await stage.startProgram({
      command: '/usr/bin/python3',
      args: ['-m', 'gunicorn.app.wsgiapp', 'wsgi:application', '--chdir', folder, '--bind', `127.0.0.1:${port}`,
        '--worker-class', 'gthread', '--workers', String(workers), '--threads', String(threads), '--keep-alive', '60', '--log-file', '-'],
      environment,
      readPort: (line) => line.includes('Booting worker') ? port : null
    })
    const address = { host: '127.0.0.1', port }
    await waitUntil(async () => await fetch(`http://127.0.0.1:${port}/polls/0/`).then(() => true, () => false), startTimeoutMs, () => 'gunicorn did not become ready')
    return {
      address,
      pids: [program.pid],
      async openPoll () {
        const [poll] = await sql<Array<{ id: number }>>`INSERT INTO polls_poll (question) VALUES ('Which one?') RETURNING id::int`
        const pollId = poll?.id ?? 0
        const options = await sql<Array<{ id: number }>>`
          INSERT INTO polls_option (poll_id, label, votes) SELECT ${pollId}, label, 0 FROM unnest(${optionIds.map((id) => `Option ${id}`)}::text[]) AS label RETURNING id::int`
        const dialect: HttpDialect = {
          transport: 'http',
          method: 'POST',
          path: `/polls/${pollId}/votes/`,
          headers: { 'content-type': 'application/json' },
          bodies: options.map(({ id }) => `{"option":${id},"voter":"{voter}"}`)
        }
        return {
          dialect,
          async readStored () {
            const rows = await sql<Array<{ id: number, votes: number, recount: number }>>`
              SELECT o.id::int, o.votes, (SELECT count(*)::int FROM polls_vote v WHERE v.option_id = o.id) AS recount FROM polls_option o WHERE o.poll_id = ${pollId}`
            return {
              ballots: rows.reduce((sum, row) => sum + row.recount, 0),
              counts: Object.fromEntries(rows.map(({ id, votes }) => [id, votes])),
              recount: Object.fromEntries(rows.map((row) => [row.id, row.recount]))
            }
          }
        }
      },
      stop: async () => { await program.stop() }
    }
  }
}
