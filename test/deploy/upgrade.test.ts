import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import t, { type Test } from 'tap'
import { migrateDatabase } from '../../db/migrate.ts'
import type { Poll } from '../../server/protocol/poll.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { findPostgres } from '../helpers/programs.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

const skip = skipUnless('TEST_DATABASE_URL')
const migrationsFolder = fileURLToPath(new URL('../../db/migrations', import.meta.url))

/** The migrations as they were before the newest one. */
async function copyOlderMigrations (t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plenum-migrations-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await cp(migrationsFolder, folder, { recursive: true })
  const journalFile = join(folder, 'meta/_journal.json')
  const journal = JSON.parse(await readFile(journalFile, 'utf8'))
  await writeFile(journalFile, JSON.stringify({ ...journal, entries: journal.entries.slice(0, -1) }))
  return folder
}

t.test('[O2] a migration that finds its table in use lets votes through, and comes when it is free', { skip }, async (t) => {
  const databaseUrl = await createTestDatabase(t)
  const sql = connectDatabase(t, databaseUrl)
  await migrate(drizzle(sql), { migrationsFolder: await copyOlderMigrations(t) })
  const isMigrated = async () => (await sql`SELECT to_regclass('option_suggestions') AS name`)[0]?.name !== null
  t.notOk(await isMigrated())

  let release = () => {}
  const isReleased = new Promise<void>((resolve) => { release = resolve })
  // As an instance of the version before does it for a command, but for much longer.
  let isHeld = false
  const held = sql.begin(async (tx) => {
    await tx`LOCK TABLE polls IN ROW EXCLUSIVE MODE`
    isHeld = true
    await isReleased
  })
  await waitUntil(async () => isHeld, 10_000, () => 'the table could not be locked')
  const migrated = migrateDatabase(postgres(databaseUrl, { max: 1, onnotice: () => {} }))
  await waitUntil(async () => {
    const waiting = await sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%ALTER TABLE%'`
    return waiting.length > 0
  }, 10_000, () => 'the migration does not wait for the table')
  await sql.begin(async (tx) => {
    await tx`SET LOCAL lock_timeout = '10s'`
    await tx`LOCK TABLE polls IN ROW EXCLUSIVE MODE`
  })
  t.notOk(await isMigrated(), 'what came later did not wait for it')
  release()
  await held
  await migrated
  t.ok(await isMigrated())
})

t.test('[O2] an instance goes on while a newer version adds to its tables', { skip }, async (t) => {
  const { url, databaseUrl } = await startServer(t)
  const sql = connectDatabase(t, databaseUrl)
  const host = await registerHost(url)
  const poll = await host.openPoll()
  const { voterToken } = await createVoter(url)
  const socket = await connectSocket(t, url, { auth: { voterToken } })
  await socket.joinPoll(poll.id)
  t.match(await socket.vote(poll.id, 1), { ok: true })
  const tables = await sql<{ name: string }[]>`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`
  for (const { name } of tables) await sql`ALTER TABLE ${sql(name)} ADD COLUMN of_a_newer_version int, ADD COLUMN also_newer text NOT NULL DEFAULT 'x'`

  const other = await createVoter(url)
  t.equal((await voteOverHttp(url, other.voterToken, poll.id, { choices: [2] })).status, 200)
  await socket.resultsWhere(({ voters }) => voters === 2)
  t.match((await host.command(poll.id, 'close')).body, { status: 'closed' })
  t.match((await host.results(poll.id)).body, { final: true, voters: 2, counts: { 1: 1, 2: 1 } })
  t.match(await host.openPoll({ question: 'And a new one?' }), { status: 'open' })
  await registerHost(url)
})

t.test('a version may run beside the one before it: migrations only add', async (t) => {
  const { entries } = JSON.parse(await readFile(join(migrationsFolder, 'meta/_journal.json'), 'utf8'))
  for (const { tag } of entries) {
    const text = await readFile(join(migrationsFolder, `${tag}.sql`), 'utf8')
    t.notMatch(text, /\bDROP\b|\bRENAME\b|\bTRUNCATE\b|SET DATA TYPE|SET NOT NULL/i, tag)
  }
})

t.test('what was dumped and restored elsewhere is all there, and goes on', { skip }, async (t) => {
  const programs = await findPostgres()
  const run = async (program: string, ...args: string[]) => await promisify(execFile)(join(programs ?? '', program), args)
  const before = await startServer(t)
  const host = await registerHost(before.url)
  const poll = await host.openPoll({ revote: 'change' })
  const { voterToken } = await createVoter(before.url)
  const { body: receipt } = await voteOverHttp(before.url, voterToken, poll.id, { choices: [2] })
  const { body: results } = await host.results(poll.id)

  const folder = await mkdtemp(join(tmpdir(), 'plenum-dump-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const dump = join(folder, 'plenum.dump')
  await run('pg_dump', '--format=custom', `--file=${dump}`, before.databaseUrl ?? '')
  const restored = await createTestDatabase(t)
  await run('pg_restore', '--clean', '--if-exists', '--no-owner', `--dbname=${restored}`, dump)

  const after = await startServer(t, { DATABASE_URL: restored })
  const ask = async <T>(method: string, path: string) => (await request<T>(after.url, method, `/api/v1${path}`, { token: host.accessToken })).body
  t.match(await ask<Poll>('GET', `/polls/${poll.id}`), poll)
  t.same(await ask('GET', `/polls/${poll.id}/results`), results)
  const again = await voteOverHttp(after.url, voterToken, poll.id, { choices: [2] })
  t.match(again.body, { ...receipt, status: 'unchanged' }, 'a vote that was sent before the dump is known')
  t.match((await voteOverHttp(after.url, voterToken, poll.id, { choices: [1] })).body, { status: 'changed', version: results.version + 1 })
})
