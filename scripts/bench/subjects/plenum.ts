// Plenum itself: the real server as a process, on PostgreSQL or on its embedded database.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { findFreePort } from '../../../test/helpers/child-process.ts'
import { plenumDialect } from '../dialect.ts'
import { monitorArgs, type Program } from '../program.ts'
import type { Stage, StageDatabase } from '../stage.ts'
import { optionIds, type OpenPoll, type RunningSubject, type StoredVotes, type Subject } from '../subject.ts'

export interface RunningPlenum extends RunningSubject {
  pollId (poll: OpenPoll): string
  /** Of the room that the poll is shown in. */
  roomCode (poll: OpenPoll): Promise<string>
  program: Program
}

export interface PlenumOptions {
  /** Shared by the instances of one service; undefined is the embedded database. */
  database?: StageDatabase | undefined
  redisUrl?: string | undefined
}

const mainProgram = fileURLToPath(new URL('../../../server/main.js', import.meta.url))
const secretKey = 'a key for measurements only 0123456789abcdef'

export const plenum: Subject = {
  name: 'Plenum',
  firstRate: 4000,
  start: async (stage) => await startPlenum(stage, { database: await stage.createDatabase() })
}

export const embeddedPlenum: Subject = {
  name: 'Plenum, embedded database',
  firstRate: 4000,
  start: async (stage) => await startPlenum(stage, {})
}

export async function startPlenum (stage: Stage, { database, redisUrl }: PlenumOptions): Promise<RunningPlenum> {
  const port = await findFreePort()
  const program = await stage.startProgram({
    command: process.execPath,
    args: [...monitorArgs, mainProgram],
    environment: {
      PORT: String(port),
      SECRET_KEY: secretKey,
      LOG_LEVEL: 'warn',
      // A few hundred sockets vote for many more people here.
      MAX_EVENTS_PER_SOCKET: '10000',
      DATA_DIR: stage.createFolder(),
      ...(database === undefined ? {} : { DATABASE_URL: database.url }),
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
      ...stage.environment
    },
    // It tells its address once it listens.
    readPort: (line) => line.includes(`:${port}`) ? port : null
  })
  const call = createHost(`http://127.0.0.1:${port}`)
  const pollIds = new WeakMap<OpenPoll, string>()
  return {
    address: { host: '127.0.0.1', port },
    pids: [program.pid],
    program,
    pollId: (poll) => pollIds.get(poll) ?? '',
    async roomCode (poll) {
      const { roomId } = await call<{ roomId: string }>('GET', `/polls/${pollIds.get(poll) ?? ''}`)
      return (await call<{ code: string }>('GET', `/rooms/${roomId}`)).code
    },
    async openPoll () {
      const { id } = await call<{ id: string }>('POST', '/polls', {
        kind: 'single', question: 'Which one?', revote: 'change', options: optionIds.map((optionId) => ({ label: `Option ${optionId}` }))
      })
      await call('POST', `/polls/${id}/open`)
      const poll: OpenPoll = {
        dialect: plenumDialect(id, optionIds),
        readStored: async () => database === undefined ? await readOverHttp(call, id) : await readStored(database, id)
      }
      pollIds.set(poll, id)
      return poll
    },
    stop: async () => { await program.stop() }
  }
}

/** The newest ballot of each voter counts; older ones stay. */
async function readStored ({ sql }: StageDatabase, pollId: string): Promise<StoredVotes> {
  const [total] = await sql<Array<{ ballots: number, counts: Record<string, number> }>>`
    SELECT (SELECT count(*)::int FROM ballots WHERE poll_id = ${pollId}) AS ballots, counts FROM tallies WHERE poll_id = ${pollId}`
  const rows = await sql<Array<{ id: string, votes: number }>>`
    SELECT answer->'choices'->>0 AS id, count(*)::int AS votes FROM (
      SELECT DISTINCT ON (voter_id) answer FROM ballots WHERE poll_id = ${pollId} ORDER BY voter_id, n DESC) AS newest GROUP BY 1`
  const found = new Map(rows.map(({ id, votes }) => [id, votes]))
  return {
    ballots: total?.ballots ?? 0,
    counts: total?.counts ?? {},
    recount: Object.fromEntries(optionIds.map((id) => [id, found.get(String(id)) ?? 0]))
  }
}

/** The embedded database has one connection, and that is the server's: here only the shown counts can be read. */
async function readOverHttp (call: Host, pollId: string): Promise<StoredVotes> {
  const { counts } = await call<{ counts: Record<string, number> }>('GET', `/polls/${pollId}/results`)
  return { ballots: NaN, counts, recount: counts }
}

type Host = <T>(method: string, path: string, body?: unknown) => Promise<T>

/** A host account; registered by its first call. */
function createHost (url: string): Host {
  let token: Promise<string> | null = null
  async function send<T> (method: string, path: string, body: unknown, authorization: Record<string, string>): Promise<T> {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`)
    return JSON.parse(text)
  }
  async function register (): Promise<string> {
    const account = { email: `${randomUUID()}@example.org`, password: 'a long password', name: 'Host' }
    return (await send<{ accessToken: string }>('POST', '/auth/register', account, {})).accessToken
  }
  return async (method, path, body) => {
    token ??= register()
    return await send(method, path, body, { authorization: `Bearer ${await token}` })
  }
}
