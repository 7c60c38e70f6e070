import { and, asc, eq, exists, gt, sql, type InferSelectModel } from 'drizzle-orm'
import type { SuggestionStatus } from '../server/protocol/suggestion.ts'
import type { Db, Tx } from './client.ts'
import { ballots, optionSuggestions, polls } from './schema.ts'

export type SuggestionRow = InferSelectModel<typeof optionSuggestions>

export async function findSuggestion (db: Db | Tx, id: string): Promise<SuggestionRow | undefined> {
  const [row] = await db.select().from(optionSuggestions).where(eq(optionSuggestions.id, id))
  return row
}

export async function findSuggestionByText (tx: Tx, pollId: string, folded: string): Promise<SuggestionRow | undefined> {
  const [row] = await tx.select().from(optionSuggestions)
    .where(and(eq(optionSuggestions.pollId, pollId), sql`md5(${optionSuggestions.folded}) = md5(${folded})`, eq(optionSuggestions.folded, folded)))
  return row
}

/** How many of the poll wait for a moderator, and how many this voter was the first to make. */
export async function countSuggestions (tx: Tx, pollId: string, voterId: string): Promise<{ pending: number, own: number }> {
  const [row] = await tx.select({
    pending: sql<number>`(count(*) FILTER (WHERE ${optionSuggestions.status} = 'pending'))::int`,
    own: sql<number>`(count(*) FILTER (WHERE ${optionSuggestions.voterId} = ${voterId}))::int`
  }).from(optionSuggestions).where(eq(optionSuggestions.pollId, pollId))
  return row ?? { pending: 0, own: 0 }
}

export async function insertSuggestion (tx: Tx, row: Omit<SuggestionRow, 'createdAt'>): Promise<void> {
  await tx.insert(optionSuggestions).values(row)
}

export async function updateSuggestion (tx: Tx, id: string, change: Pick<SuggestionRow, 'status' | 'optionId'>): Promise<SuggestionRow | undefined> {
  const [row] = await tx.update(optionSuggestions).set(change).where(eq(optionSuggestions.id, id)).returning()
  return row
}

export interface SuggestionFilter {
  pollId: string
  status?: SuggestionStatus | undefined
  /** Only those that come after the one with this id. */
  after?: string | undefined
  limit: number
}

/** Newest last. */
export async function listSuggestions (db: Db, { pollId, status, after, limit }: SuggestionFilter): Promise<SuggestionRow[]> {
  return await db.select().from(optionSuggestions).where(and(
    eq(optionSuggestions.pollId, pollId),
    status === undefined ? undefined : eq(optionSuggestions.status, status),
    after === undefined ? undefined : gt(optionSuggestions.id, after)))
    .orderBy(asc(optionSuggestions.id)).limit(limit)
}

/** Whether a ballot of any round names the option, also one that counts no more. */
export async function isOptionNamed (tx: Tx, pollId: string, optionId: number): Promise<boolean> {
  const naming = tx.select({ n: ballots.n }).from(ballots)
    .where(and(eq(ballots.pollId, pollId), sql`${ballots.answer} -> 'choices' @> ${String(optionId)}::jsonb`))
  const [row] = await tx.select({ isNamed: sql<boolean>`${exists(naming)}` }).from(polls).where(eq(polls.id, pollId))
  return row?.isNamed === true
}
