import { and, desc, eq, gte, lt, lte, sql, type InferSelectModel, type SQL } from 'drizzle-orm'
import type { Answer, PollKind } from '../server/protocol/poll.ts'
import type { Db } from './client.ts'
import { readInKeyOrder } from './key-order.ts'
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

/** How many more voters have this answer (null for any, where the kind only counts voters) than at the sample before. */
export type AnswerStep = [sample: number, answer: Answer | null, step: number]

/** The last ballot of the page before. */
export interface BallotKey {
  voterId: string
  n: number
}

export interface StepPage {
  pollId: string
  round: number
  kind: PollKind
  /** Of the samples, rising. A step belongs to the first one whose version has it. */
  versions: number[]
  after: BallotKey | undefined
  /** How many ballots are read, 2 or more. */
  limit: number
}

export interface AnswerSteps {
  /** What these ballots changed from one sample to the next, added up by answer. */
  steps: AnswerStep[]
  /** The commit time of the samples' versions, as far as these ballots made them. */
  times: Map<number, Date>
  /** Where the next page starts; undefined after the last one. */
  last: BallotKey | undefined
}

/**
 * A page of a round's ballots in the order of their key. Each starts with the last ballot of the page before, so that a voter's changes
 * may stand on both. Later versions are left out after the page is cut: a short page would else have to look through all of them.
 */
export async function sumAnswerSteps (db: Db, { pollId, round, kind, versions, after, limit }: StepPage): Promise<AnswerSteps> {
  const samples = sql`${sql.param(versions)}::bigint[]`
  const counted = sql`CASE WHEN review IS NULL AND answer IS NOT NULL THEN ${kind === 'text' ? sql`'null'::jsonb` : sql`answer`} END`
  const compared = (operator: SQL) => after === undefined ? sql`true` : sql`(voter_id, n) ${operator} (${after.voterId}::uuid, ${after.n}::int)`
  const [page] = await readInKeyOrder(db, async (tx) => await tx.execute<StepRow>(sql`
    WITH page AS MATERIALIZED (
      SELECT voter_id, n, version, at, ${counted} AS after, lag(${counted}) OVER (PARTITION BY voter_id ORDER BY n) AS before FROM (
        SELECT voter_id, n, version, answer, review, at FROM ballots
        WHERE poll_id = ${pollId} AND round = ${round} AND ${compared(sql`>=`)} ORDER BY voter_id, n LIMIT ${limit}) AS cut),
    placed AS (
      SELECT width_bucket(version - 1, ${samples}) AS sample, version, at, after, before FROM page
      WHERE version <= ${versions.at(-1) ?? 0} AND ${compared(sql`>`)}),
    summed AS (
      SELECT sample, answer, sum(step)::int AS step FROM placed CROSS JOIN LATERAL (VALUES (after, 1), (before, -1)) AS moved (answer, step)
      WHERE answer IS NOT NULL GROUP BY sample, answer HAVING sum(step) <> 0)
    SELECT voter_id, n, (SELECT count(*)::int FROM page) AS size,
      (SELECT json_agg(json_build_array(sample, answer, step)) FROM summed) AS steps,
      (SELECT json_agg(json_build_array(version, at)) FROM (SELECT DISTINCT version, at FROM placed WHERE version = ANY(${samples})) AS timed) AS times
    FROM page ORDER BY voter_id DESC, n DESC LIMIT 1`))
  if (page === undefined) return { steps: [], times: new Map(), last: undefined }
  return {
    steps: page.steps ?? [],
    times: new Map(page.times?.map(([version, at]) => [version, new Date(at)])),
    last: page.size < limit ? undefined : { voterId: page.voter_id, n: page.n }
  }
}

interface StepRow extends Record<string, unknown> {
  voter_id: string
  n: number
  size: number
  steps: AnswerStep[] | null
  times: [version: number, at: string][] | null
}
