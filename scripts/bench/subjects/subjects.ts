// The subjects besides Plenum.
import { plenumDialect } from '../dialect.ts'
import type { SubjectProgram } from '../subject-process.ts'
import type { StageDatabase } from '../stage.ts'
import { optionIds, type StoredVotes, type Subject } from '../subject.ts'

/** Acknowledges over Socket.IO and does nothing else. */
export const bareAck: Subject = {
  name: 'bare Socket.IO ack',
  firstRate: 8000,
  async start (stage) {
    const program = await stage.startSubjectProgram('echo')
    return {
      address: { host: '127.0.0.1', port: program.port },
      pids: [program.pid],
      readLoopBlockMs: async () => await program.readLoopBlockMs(),
      openPoll: async () => ({ dialect: plenumDialect('00000000-0000-7000-8000-000000000000', optionIds) }),
      stop: async () => { await program.stop() }
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
