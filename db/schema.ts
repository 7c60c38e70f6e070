import { sql } from 'drizzle-orm'
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, smallint, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { Answer, Counts, PollKind, PollStatus, ResultsVisibility, Revote } from '../server/protocol/poll.ts'
import type { ApiScope, UserRole } from '../server/protocol/identity.ts'
import type { MemberRole } from '../server/protocol/room.ts'
import type { DeliveryStatus, WebhookEvent } from '../server/protocol/webhook.ts'

// Milliseconds are what the API shows; storing no more keeps a stored instant equal to the one a client was told.
const instant = () => timestamp({ withTimezone: true, precision: 3, mode: 'date' })
const createdAt = () => instant().notNull().default(sql`clock_timestamp()`)

export const users = pgTable('users', {
  id: uuid().primaryKey(),
  email: text().notNull(),
  name: text().notNull(),
  passwordHash: text().notNull(),
  role: text().$type<UserRole>().notNull(),
  createdAt: createdAt(),
  /** An admin has locked the account: no sign-in, and none of its sessions and keys is good. */
  disabledAt: instant()
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

/** A program's way in. Only a hash of the key is kept: it is shown once. */
export const apiKeys = pgTable('api_keys', {
  id: uuid().primaryKey(),
  userId: uuid().notNull().references(() => users.id, { onDelete: 'cascade' }),
  name: text().notNull(),
  keyHash: text().notNull().unique('api_keys_key_hash_key'),
  scopes: jsonb().$type<ApiScope[]>().notNull(),
  createdAt: createdAt(),
  lastUsedAt: instant()
}, (table) => [index('api_keys_user_id_idx').on(table.userId, table.id.desc())])

/** The first answer to a request with an Idempotency-Key; without a status it is still on its way. */
export const idempotencyKeys = pgTable('idempotency_keys', {
  userId: uuid().notNull().references(() => users.id, { onDelete: 'cascade' }),
  key: text().notNull(),
  requestHash: text().notNull(),
  status: smallint(),
  headers: jsonb().$type<Record<string, string>>(),
  body: text(),
  createdAt: createdAt()
}, (table) => [primaryKey({ columns: [table.userId, table.key] }), index('idempotency_keys_created_at_idx').on(table.createdAt)])

export const rooms = pgTable('rooms', {
  id: uuid().primaryKey(),
  code: text().notNull().unique('rooms_code_key'),
  title: text().notNull(),
  ownerId: uuid().notNull().references(() => users.id, { onDelete: 'cascade' }),
  currentPollId: uuid(),
  access: text().$type<'open'>().notNull().default('open'),
  /** Of the secret in the presenter link; null without one. */
  presenterHash: text(),
  revision: integer().notNull().default(1),
  createdAt: createdAt(),
  updatedAt: createdAt()
}, (table) => [index('rooms_owner_id_idx').on(table.ownerId, table.id.desc())])

/** Who else manages a room. Its owner is not among them. */
export const roomMembers = pgTable('room_members', {
  roomId: uuid().notNull().references(() => rooms.id, { onDelete: 'cascade' }),
  userId: uuid().notNull().references(() => users.id, { onDelete: 'cascade' }),
  role: text().$type<MemberRole>().notNull(),
  createdAt: createdAt()
}, (table) => [primaryKey({ columns: [table.roomId, table.userId] }), index('room_members_user_id_idx').on(table.userId)])

/** Waits for a user with this address to accept it, whether or not there is one yet. */
export const roomInvitations = pgTable('room_invitations', {
  id: uuid().primaryKey(),
  roomId: uuid().notNull().references(() => rooms.id, { onDelete: 'cascade' }),
  email: text().notNull(),
  role: text().$type<MemberRole>().notNull(),
  createdAt: createdAt()
}, (table) => [
  uniqueIndex('room_invitations_room_id_email_key').on(table.roomId, sql`lower(${table.email})`),
  index('room_invitations_email_idx').on(sql`lower(${table.email})`)
])

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

/** Where a room's events are sent. */
export const webhooks = pgTable('webhooks', {
  id: uuid().primaryKey(),
  roomId: uuid().notNull().references(() => rooms.id, { onDelete: 'cascade' }),
  url: text().notNull(),
  events: jsonb().$type<WebhookEvent[]>().notNull(),
  /** Signs each delivery. Kept as it is: it must be known to sign. */
  secret: text().notNull(),
  createdAt: createdAt(),
  /** Set when its receiver failed for a whole day. */
  disabledAt: instant()
}, (table) => [index('webhooks_room_id_idx').on(table.roomId)])

/** One event for one webhook: waiting, delivered or given up. Also the queue of what is to be sent. */
export const webhookDeliveries = pgTable('webhook_deliveries', {
  id: uuid().primaryKey(),
  webhookId: uuid().notNull().references(() => webhooks.id, { onDelete: 'cascade' }),
  pollId: uuid().notNull(),
  event: text().$type<WebhookEvent>().notNull(),
  /** The JSON text as it is signed and sent. */
  payload: text().notNull(),
  status: text().$type<DeliveryStatus>().notNull().default('waiting'),
  attempts: smallint().notNull().default(0),
  /** When it is tried next; a worker that has taken it moves this on, so that another takes over if that one dies. */
  nextAttemptAt: instant().notNull().default(sql`clock_timestamp()`),
  responseStatus: smallint(),
  error: text(),
  createdAt: createdAt(),
  deliveredAt: instant()
}, (table) => [
  index('webhook_deliveries_webhook_id_idx').on(table.webhookId, table.id.desc()),
  // Only what still has to be sent is in it.
  index('webhook_deliveries_due_idx').on(table.nextAttemptAt).where(sql`status = 'waiting'`)
])
