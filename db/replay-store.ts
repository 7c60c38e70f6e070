import { and, desc, eq, gte, lt, lte, sql, type InferSelectModel } from 'drizzle-orm'
import type { Answer, PollKind } from '../server/protocol/poll.ts'
import type { Db } from './client.ts'
import { pollVersions } from './schema.ts'

export type PollVersionRow = InferSelectModel<typeof pollVersions>

/** What the poll was at this version: the newest row that is not newer. */
export async function findPollVersion (db: Db, pollId: string, version: number): Promise<PollVersionRow | undefined> {
  const [row] = await db.select().from(pollVersions)
    .where(and(eq(pollVersions.pollId, pollId), lte(pollVersions.version, version))).orderBy(desc(pollVersions.version)).limit(1)
  return row
}

/** Every command and edit of a round that made a version, oldest first. */
export async function listPollVersionRows (db: Db, pollId: string, versions: { from: number, below: number }): Promise<PollVersionRow[]> {
  return await db.select().from(pollVersions)
    .where(and(eq(pollVersions.pollId, pollId), gte(pollVersions.version, versions.from), lt(pollVersions.version, versions.below)))
    .orderBy(pollVersions.version)
}

/** The first version of a round. */
export async function findFirstVersion (db: Db, pollId: string, round: number): Promise<number | undefined> {
  const [row] = await db.select({ version: pollVersions.version }).from(pollVersions)
    .where(and(eq(pollVersions.pollId, pollId), eq(pollVersions.round, round))).orderBy(pollVersions.version).limit(1)
  return row?.version
}

export interface AnswerStep {
  /** Of the samples: the first whose version has it. */
  sample: number
  /** Null stands for any, where the kind only counts voters. */
  answer: Answer | null
  /** How many more voters have this answer than at the sample before. */
  step: number
}

/**
 * What the ballots of a round changed from one sample to the next, added up by answer: one reading of the ledger in the order of its key,
 * however many samples there are.
 * @param versions of the samples, rising
 */
export async function sumAnswerSteps (
  db: Db, { pollId, round, versions, kind }: { pollId: string, round: number, versions: number[], kind: PollKind }
): Promise<AnswerStep[]> {
  const samples = sql`${sql.param(versions)}::bigint[]`
  const counted = sql`CASE WHEN review IS NULL AND answer IS NOT NULL THEN ${kind === 'text' ? sql`'null'::jsonb` : sql`answer`} END`
  const rows = await db.execute<{ sample: number, answer: Answer | null, step: number }>(sql`
    SELECT sample, answer, sum(step)::int AS step FROM (
      SELECT width_bucket(version - 1, ${samples}) AS sample, after, before FROM (
        SELECT version, ${counted} AS after, lag(${counted}) OVER (PARTITION BY voter_id ORDER BY n) AS before
        FROM ballots WHERE poll_id = ${pollId} AND round = ${round} AND version <= ${versions.at(-1) ?? 0}) AS changes) AS placed
    CROSS JOIN LATERAL (VALUES (after, 1), (before, -1)) AS moved (answer, step)
    WHERE answer IS NOT NULL GROUP BY sample, answer HAVING sum(step) <> 0`)
  return Array.from(rows)
}

/** The commit time of these versions of a round, as far as ballots made them. */
export async function findBallotTimes (db: Db, { pollId, round, versions }: { pollId: string, round: number, versions: number[] }): Promise<Map<number, Date>> {
  const rows = await db.execute<{ version: string, at: string }>(sql`
    SELECT DISTINCT version, at FROM ballots
    WHERE poll_id = ${pollId} AND round = ${round} AND version = ANY(${sql.param(versions)}::bigint[])`)
  return new Map(rows.map(({ version, at }) => [Number(version), new Date(at)]))
}
