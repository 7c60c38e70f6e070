// A database of its own for a test file, so that parallel files do not meet.
import { randomBytes } from 'node:crypto'
import postgres, { type Sql } from 'postgres'
import type { Test } from 'tap'
import type { Owner } from './owner.ts'

const connectTimeoutS = 10

async function execute (url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: connectTimeoutS, onnotice: () => {} })
  try {
    await sql.unsafe(statement)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Creates an empty database, which is dropped at teardown, and returns its URL. */
export async function createTestDatabase (t: Test): Promise<string> {
  const serverUrl = process.env.TEST_DATABASE_URL
  if (serverUrl === undefined || serverUrl === '') throw new Error('TEST_DATABASE_URL is not set: run the tests with npm test')
  const name = `test_${randomBytes(8).toString('hex')}`
  await execute(serverUrl, `CREATE DATABASE ${name}`)
  t.teardown(() => execute(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

/** A connection for what only a test does: looking into tables, holding locks, ending backends. Closed at teardown. */
export function connectDatabase (t: Owner, url: string | undefined): Sql {
  if (url === undefined) throw new Error('this server has an embedded database')
  const sql = postgres(url, { max: 4, connect_timeout: connectTimeoutS, onnotice: () => {} })
  t.teardown(() => sql.end({ timeout: 5 }))
  return sql
}
