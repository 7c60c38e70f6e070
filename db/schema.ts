import { sql } from 'drizzle-orm'
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, smallint, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { Answer, Counts, PollKind, PollStatus, ResultsVisibility, Revote } from '../server/protocol/poll.ts'
import type { UserRole } from '../server/protocol/identity.ts'

// Milliseconds are what the API shows; storing no more keeps a stored instant equal to the one a client was told.
const instant = () => timestamp({ withTimezone: true, precision: 3, mode: 'date' })
const createdAt = () => instant().notNull().default(sql`clock_timestamp()`)

export const users = pgTable('users', {
  id: uuid().primaryKey(),
  email: text().notNull(),
  name: text().notNull(),
  passwordHash: text().notNull(),
  role: text().$type<UserRole>().notNull(),
  createdAt: createdAt()
}, (table) => [uniqueIndex('users_email_key').on(sql`lower(${table.email})`)])

/** A sign-in. Its refresh token rotates: only the newest one's hash is kept, so an older one shows itself as reused. */
export const sessions = pgTable('sessions', {
  id: uuid().primaryKey(),
  userId: uuid().notNull().references(() => users.id, { onDelete: 'cascade' }),
  refreshHash: text().notNull(),
  createdAt: createdAt(),
  expiresAt: instant().notNull(),
  revokedAt: instant()
}, (table) => [index('sessions_user_id_idx').on(table.userId)])

export const rooms = pgTable('rooms', {
  id: uuid().primaryKey(),
  code: text().notNull().unique('rooms_code_key'),
  title: text().notNull(),
  ownerId: uuid().notNull().references(() => users.id, { onDelete: 'cascade' }),
  currentPollId: uuid(),
  access: text().$type<'open'>().notNull().default('open'),
  revision: integer().notNull().default(1),
  createdAt: createdAt(),
  updatedAt: createdAt()
}, (table) => [index('rooms_owner_id_idx').on(table.ownerId, table.id.desc())])

/** One row per poll. Its row lock is the poll's clock: every batch of votes and every command takes it first. */
export const polls = pgTable('polls', {
  id: uuid().primaryKey(),
  roomId: uuid().notNull().references(() => rooms.id, { onDelete: 'cascade' }),
  kind: text().$type<PollKind>().notNull(),
  question: text().notNull(),
  status: text().$type<PollStatus>().notNull().default('draft'),
  round: integer().notNull().default(1),
  revote: text().$type<Revote>().notNull(),
  resultsVisibility: text().$type<ResultsVisibility>().notNull(),
  revealed: boolean(),
  minChoices: smallint().notNull(),
  maxChoices: smallint().notNull(),
  opensAt: instant(),
  closesAt: instant(),
  nextOptionId: smallint().notNull(),
  revision: integer().notNull().default(1),
  createdAt: createdAt(),
  updatedAt: createdAt()
}, (table) => [
  index('polls_room_id_idx').on(table.roomId, table.id),
  // The sweep asks once a second what is due; only polls that wait for something are in these.
  index('polls_opens_at_idx').on(table.opensAt).where(sql`status = 'draft' AND opens_at IS NOT NULL`),
  index('polls_closes_at_idx').on(table.closesAt).where(sql`status IN ('open', 'paused') AND closes_at IS NOT NULL`)
])

export const options = pgTable('options', {
  pollId: uuid().notNull().references(() => polls.id, { onDelete: 'cascade' }),
  id: smallint().notNull(),
  position: smallint().notNull(),
  label: text().notNull()
}, (table) => [primaryKey({ columns: [table.pollId, table.id] })])

/** The exact counts of one round at its newest version. Updated once per batch, in the batch's transaction. */
export const tallies = pgTable('tallies', {
  pollId: uuid().notNull().references(() => polls.id, { onDelete: 'cascade' }),
  round: integer().notNull(),
  version: bigint({ mode: 'number' }).notNull(),
  voters: integer().notNull().default(0),
  counts: jsonb().$type<Counts>().notNull(),
  at: instant().notNull()
}, (table) => [primaryKey({ columns: [table.pollId, table.round] })])

/**
 * Append-only: the newest n of a voter in a round counts, a null answer is a withdrawal.
 * No foreign key: it would lock the poll's row once per ballot, and the batch's own lock already proves that the poll exists.
 */
export const ballots = pgTable('ballots', {
  pollId: uuid().notNull(),
  round: integer().notNull(),
  voterId: uuid().notNull(),
  n: integer().notNull(),
  version: bigint({ mode: 'number' }).notNull(),
  answer: jsonb().$type<Answer>(),
  at: instant().notNull()
}, (table) => [primaryKey({ columns: [table.pollId, table.round, table.voterId, table.n] })])
