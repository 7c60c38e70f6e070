import { sql } from 'drizzle-orm'
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, smallint, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { Answer, Counts, PollKind, PollStatus, ResultsVisibility, Revote } from '../server/protocol/poll.ts'
import type { Derived } from '../server/protocol/derived.ts'
import type { PollSettings } from '../server/protocol/poll-settings.ts'
import type { ApiScope, UserRole } from '../server/protocol/identity.ts'
import type { QuestionStatus } from '../server/protocol/question.ts'
import type { MemberRole, QuestionsMode, RoomAccess } from '../server/protocol/room.ts'
import type { SuggestionStatus } from '../server/protocol/suggestion.ts'
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
  access: text().$type<RoomAccess>().notNull().default('open'),
  questionsMode: text().$type<QuestionsMode>().notNull().default('off'),
  /** Rises with every change of its questions that anyone can see. */
  questionsVersion: integer().notNull().default(1),
  /** Words that are held for review in open answers, questions and names. */
  blockedWords: jsonb().$type<string[]>().notNull().default([]),
  /** Ids of its polls in the host's order; those that are not in it come after. */
  pollOrder: jsonb().$type<string[]>().notNull().default([]),
  /** Of the secret in the presenter link; null without one. */
  presenterHash: text(),
  /** The colour of its pages, as #rrggbb; null: ours. */
  accent: text(),
  /** Whose pages may show it in a frame. */
  embedOrigins: jsonb().$type<string[]>().notNull().default([]),
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

/** One-time codes of a room with the access `codes`. A code is used by one device, whose voter id is the code's. Only its hash is kept. */
export const accessCodes = pgTable('access_codes', {
  id: uuid().primaryKey(),
  roomId: uuid().notNull().references(() => rooms.id, { onDelete: 'cascade' }),
  codeHash: text().notNull(),
  createdAt: createdAt(),
  usedAt: instant(),
  /** The voter that the device was until then; null for a device that was none. */
  redeemedBy: uuid(),
  revokedAt: instant()
}, (table) => [uniqueIndex('access_codes_room_id_code_hash_key').on(table.roomId, table.codeHash)])

/** What is known of a voter in a room beside the ballots: that it has joined, a chosen name, a ban. */
export const participants = pgTable('participants', {
  roomId: uuid().notNull().references(() => rooms.id, { onDelete: 'cascade' }),
  voterId: uuid().notNull(),
  name: text(),
  bannedAt: instant(),
  joinedAt: instant(),
  createdAt: createdAt()
}, (table) => [
  primaryKey({ columns: [table.roomId, table.voterId] }),
  // Read with every poll and room, of which few have bans and some have thousands of participants.
  index('participants_banned_idx').on(table.roomId).where(sql`banned_at IS NOT NULL`)
])

/** Questions of the audience. */
export const questions = pgTable('questions', {
  id: uuid().primaryKey(),
  roomId: uuid().notNull().references(() => rooms.id, { onDelete: 'cascade' }),
  voterId: uuid().notNull(),
  /** Null: asked anonymously. */
  authorName: text(),
  text: text().notNull(),
  status: text().$type<QuestionStatus>().notNull(),
  isPinned: boolean().notNull().default(false),
  /** The question that has this one's votes now. */
  mergedInto: uuid(),
  votes: integer().notNull().default(0),
  createdAt: createdAt(),
  answeredAt: instant()
}, (table) => [index('questions_room_id_idx').on(table.roomId, table.id.desc())])

export const questionVotes = pgTable('question_votes', {
  questionId: uuid().notNull().references(() => questions.id, { onDelete: 'cascade' }),
  voterId: uuid().notNull(),
  createdAt: createdAt()
}, (table) => [primaryKey({ columns: [table.questionId, table.voterId] })])

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
  /** What only this kind has, and what only a quiz has. */
  settings: jsonb().$type<PollSettings>().notNull().default({}),
  opensAt: instant(),
  closesAt: instant(),
  /** When this round was opened first: from then on a quiz measures the voters' time. */
  openedAt: instant(),
  /** When the right answer of this round was shown first: from then on a vote earns nothing. */
  revealedAt: instant(),
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

/** Options that voters suggested: one of each text in a poll, whatever became of it. */
export const optionSuggestions = pgTable('option_suggestions', {
  id: uuid().primaryKey(),
  pollId: uuid().notNull().references(() => polls.id, { onDelete: 'cascade' }),
  voterId: uuid().notNull(),
  text: text().notNull(),
  /** As texts are compared. */
  folded: text().notNull(),
  status: text().$type<SuggestionStatus>().notNull(),
  /** The option that it became; it may have been taken out since. */
  optionId: smallint(),
  createdAt: createdAt()
}, (table) => [
  // A text may be longer than an index takes.
  uniqueIndex('option_suggestions_poll_id_folded_key').on(table.pollId, sql`md5(${table.folded})`),
  index('option_suggestions_poll_id_idx').on(table.pollId, table.id)
])

/** The exact counts of one round at its newest version. Updated once per batch, in the batch's transaction. */
export const tallies = pgTable('tallies', {
  pollId: uuid().notNull().references(() => polls.id, { onDelete: 'cascade' }),
  round: integer().notNull(),
  version: bigint({ mode: 'number' }).notNull(),
  voters: integer().notNull().default(0),
  /** As they are shown: of an open-ended kind the most frequent only; all of its buckets are in `tally_buckets`. */
  counts: jsonb().$type<Counts>().notNull(),
  /** What the kind derives from all of its buckets; null for a kind that derives nothing. */
  derived: jsonb().$type<Derived>(),
  /** Of a quiz: how many of the voters are right. */
  correctVoters: integer().notNull().default(0),
  at: instant().notNull()
}, (table) => [primaryKey({ columns: [table.pollId, table.round] })])

/** The exact counts of an open-ended kind: each number, word or order that was ever answered in a round. No foreign key, as for ballots. */
export const tallyBuckets = pgTable('tally_buckets', {
  pollId: uuid().notNull(),
  round: integer().notNull(),
  bucket: text().notNull(),
  count: integer().notNull(),
  /** The version that changed it last: whoever holds an older version reads only what is newer. */
  version: bigint({ mode: 'number' }).notNull()
}, (table) => [primaryKey({ columns: [table.pollId, table.round, table.bucket] })])

export interface VersionDefinition {
  kind: PollKind
  minChoices: number
  maxChoices: number
  settings: PollSettings
  optionIds: number[]
  revealed: boolean | null
}

/** The versions that commands and edits made, and what the poll was then; those that ballots made are in the ballots. */
export const pollVersions = pgTable('poll_versions', {
  pollId: uuid().notNull().references(() => polls.id, { onDelete: 'cascade' }),
  version: bigint({ mode: 'number' }).notNull(),
  round: integer().notNull(),
  status: text().$type<PollStatus>().notNull(),
  /** What ballots counted by from this version on. */
  definition: jsonb().$type<VersionDefinition>().notNull(),
  at: instant().notNull()
}, (table) => [primaryKey({ columns: [table.pollId, table.version] })])

/** Each text that an option ever had, from the poll's revision on. */
export const optionLabels = pgTable('option_labels', {
  pollId: uuid().notNull().references(() => polls.id, { onDelete: 'cascade' }),
  optionId: smallint().notNull(),
  revision: integer().notNull(),
  label: text().notNull(),
  at: instant().notNull()
}, (table) => [primaryKey({ columns: [table.pollId, table.optionId, table.revision] })])

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
  /** Null: counts. Held or removed by a moderator: does not, and its text is shown to nobody but the staff. */
  review: text().$type<'held' | 'removed'>(),
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
