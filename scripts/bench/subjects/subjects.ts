// The subjects besides Plenum.
import { randomUUID } from 'node:crypto'
import { plenumDialect, type SocketDialect } from '../dialect.ts'
import type { SubjectProgram } from '../program.ts'
import type { StageDatabase } from '../stage.ts'
import { optionIds, type StoredVotes, type Subject } from '../subject.ts'

/** Acknowledges over Socket.IO and does nothing else. */
export const bareAck = bareService('bare Socket.IO ack', 'echo', 8000)
/** Counts in memory and shows ten times a second. */
export const relay = bareService('Socket.IO without a database', 'relay', 8000)
/** Socket.IO's own broadcast for each vote. */
export const stockEmit = bareService('stock Socket.IO emit', 'stock-emit', 1)
/** One WebSocket frame, written to all sockets in a loop. */
export const frameLoop = bareService('a loop over bare ws sockets', 'frame-loop', 1, { transport: 'websocket', join: null })

/** Stores nothing, so there is nothing to check but what was acknowledged and shown. */
function bareService (name: string, programName: SubjectProgram, firstRate: number, differences: Partial<SocketDialect> = {}): Subject {
  return {
    name,
    firstRate,
    async start (stage) {
      const program = await stage.startSubjectProgram(programName)
      return {
        address: { host: '127.0.0.1', port: program.port },
        pids: [program.pid],
        program,
        openPoll: async () => ({ dialect: { ...plenumDialect(randomUUID(), optionIds), ...differences } }),
        stop: async () => { await program.stop() }
      }
    }
  }
}

export const naive = voteService('naive (a transaction and a broadcast a vote)', 'naive')
export const recount = voteService('COUNT(*) (a recount and a broadcast a vote)', 'recount')

function voteService (name: string, programName: SubjectProgram): Subject {
  return {
    name,
    firstRate: 40,
    async start (stage) {
      const database = await stage.createDatabase()
      const program = await stage.startSubjectProgram(programName, { DATABASE_URL: database.url })
      return {
        address: { host: '127.0.0.1', port: program.port },
        pids: [program.pid],
        program,
        async openPoll () {
          const response = await fetch(`http://127.0.0.1:${program.port}/polls`, { method: 'POST' })
          const { id } = JSON.parse(await response.text()) as { id: string }
          return {
            dialect: plenumDialect(id, optionIds),
            readStored: async () => await readStored(database, id, programName === 'naive')
          }
        },
        stop: async () => { await program.stop() }
      }
    }
  }
}

async function readStored ({ sql }: StageDatabase, pollId: string, hasCounters: boolean): Promise<StoredVotes> {
  const counted = await sql<Array<{ id: number, votes: number }>>`
    SELECT o.id, count(v.id)::int AS votes FROM options o LEFT JOIN votes v ON v.poll_id = o.poll_id AND v.option_id = o.id
    WHERE o.poll_id = ${pollId} GROUP BY o.id ORDER BY o.id`
  const counters = await sql<Array<{ id: number, votes: number }>>`SELECT id, votes FROM options WHERE poll_id = ${pollId} ORDER BY id`
  const toCounts = (rows: Array<{ id: number, votes: number }>): Record<string, number> => Object.fromEntries(rows.map(({ id, votes }) => [id, votes]))
  return {
    ballots: counted.reduce((sum, { votes }) => sum + votes, 0),
    counts: toCounts(hasCounters ? counters : counted),
    recount: toCounts(counted)
  }
}
