// What the two simple designs share: a poll over HTTP, votes and results over Socket.IO. They differ in how they store and count.
import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import postgres, { type Sql } from 'postgres'
import { optionIds } from '../subject.ts'
import { createSocketIoServer, type Acknowledge, type Vote } from './socket-io-server.ts'

export interface VoteStore {
  /** Stores the vote; resolves to the counts to show. */
  store (vote: { pollId: string, voterId: string, optionId: number }): Promise<Record<string, number>>
}

const connections = 16

export async function runVoteService (createStore: (sql: Sql) => VoteStore): Promise<number> {
  const sql = postgres(process.env.DATABASE_URL ?? '', { max: connections, onnotice: () => {} })
  const { store } = createStore(sql)
  await sql`CREATE TABLE options (poll_id uuid, id int, votes int NOT NULL DEFAULT 0, PRIMARY KEY (poll_id, id))`
  await sql`CREATE TABLE votes (id bigserial PRIMARY KEY, poll_id uuid NOT NULL, voter_id uuid NOT NULL, option_id int NOT NULL, at timestamptz NOT NULL DEFAULT now())`
  await sql`CREATE INDEX ON votes (poll_id, option_id)`

  async function createPoll (response: ServerResponse): Promise<void> {
    const id = randomUUID()
    await sql`INSERT INTO options (poll_id, id) SELECT ${id}, unnest(${optionIds}::int[])`
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ id }))
  }

  const { io, listen } = createSocketIoServer((request, response) => {
    if (request.method !== 'POST' || request.url !== '/polls') {
      response.writeHead(404).end()
      return
    }
    createPoll(response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  io.on('connection', (socket) => {
    const voterId = randomUUID()
    socket.on('poll:join', ({ pollId }: { pollId: string }, acknowledge: Acknowledge) => {
      void socket.join(pollId)
      acknowledge({ ok: true, data: {} })
    })
    socket.on('vote:cast', ({ pollId, answer }: Vote, acknowledge: Acknowledge) => {
      store({ pollId, voterId, optionId: answer.choices[0] ?? 0 }).then((counts) => {
        const voters = Object.values(counts).reduce((sum, count) => sum + count, 0)
        acknowledge({ ok: true, data: { version: voters } })
        io.to(pollId).emit('results', { pollId, version: voters, voters, counts })
      }, () => acknowledge({ ok: false, error: { code: 'internal' } }))
    })
  })
  return await listen()
}
