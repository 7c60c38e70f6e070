import { uuidv7 } from 'uuidv7'
import type { Db, Tx } from '../../db/client.ts'
import type { LockedState, OptionRow, PollChange } from '../../db/poll-store.ts'
import {
  countSuggestions, findSuggestion, findSuggestionByText, insertSuggestion, isOptionNamed, listSuggestions, updateSuggestion, type SuggestionFilter, type SuggestionRow
} from '../../db/suggestion-store.ts'
import { isFlagged } from '../moderation/word-filter.ts'
import { invalidField, PlenumError } from '../protocol/problem.ts'
import type { NewSuggestion, Suggestion, SuggestionOutcome, SuggestionReview } from '../protocol/suggestion.ts'
import { foldWord } from '../protocol/word-folding.ts'
import { readParticipants } from '../rooms/participants.ts'
import { requirePermission } from '../rooms/staff.ts'
import type { VoterClaims } from '../rooms/voter-identity.ts'
import { refusalOf } from './ballot.ts'
import { kinds } from './kinds/kinds.ts'
import { applyOptions } from './poll-definition.ts'
import type { PollService } from './poll-service.ts'
import { createTurns } from './turns.ts'

export interface SuggestionsOptions {
  db: Db
  polls: PollService
  /** What was suggested for this poll is not what it was. */
  changed: (pollId: string) => void
}

const maxOwn = 3
const maxPending = 500
// Each waits for the poll's lock on a connection that everything else needs, too.
const turnLimits = { maxRunning: 2, maxWaiting: 2000, maxWaitingPerKey: 1000, maxWaitMs: 5000, busyDetail: 'Many suggest an option at once.' }

export type Suggestions = ReturnType<typeof createSuggestions>

/** Options that voters suggest, and what moderators make of them. An accepted one is an option like any other, by an edit of the poll. */
export function createSuggestions ({ db, polls, changed }: SuggestionsOptions) {
  const turns = createTurns(turnLimits)

  return {
    /**
     * The same text again is the same suggestion, whoever makes it. Throws what a vote is told that does not count, and conflict where the
     * poll takes no more.
     */
    async suggest (pollId: string, claims: VoterClaims, { text }: NewSuggestion): Promise<SuggestionOutcome> {
      const label = text.trim().normalize()
      const folded = foldWord(label)
      if (folded === '') throw invalidField('/text', 'must have something to read')
      let outcome: SuggestionOutcome = { status: 'pending' }
      let isNew = false
      await turns.run(pollId, async () => await polls.change(pollId, async (state, tx) => {
        const { poll, staff, now } = state
        const refusal = refusalOf(poll, now)
        // Whether there is such a draft is nobody's to know.
        if (refusal?.code === 'poll_not_found') throw refusal
        const voterId = (await readParticipants(tx, poll.roomId, staff, [claims]))(claims)
        const { writeIns = 'off' } = poll.settings
        if (writeIns === 'off') throw new PlenumError('conflict', { detail: 'This poll takes no suggestions.' })
        if (refusal !== undefined) throw refusal

        const known = await findKnown(tx, state, folded, voterId)
        if (known !== undefined && !known.isHidden) {
          outcome = known.outcome
          return undefined
        }
        const { pending, own } = await countSuggestions(tx, pollId, voterId)
        if (own >= maxOwn) throw new PlenumError('conflict', { detail: `A voter may suggest ${maxOwn} options in a poll.` })
        if (pending >= maxPending) throw new PlenumError('conflict', { detail: `${maxPending} suggestions wait for a moderator already.` })
        // Only now, so that nobody who may suggest no more learns what others have.
        if (known !== undefined) return undefined
        // Nothing waits that the poll has no room for.
        const accepted = addOption(state, label)
        const isHeld = writeIns === 'pre' || isFlagged(label, staff)
        outcome = isHeld ? { status: 'pending' } : { status: 'accepted', optionId: accepted.optionId }
        isNew = true
        await insertSuggestion(tx, { id: uuidv7(), pollId, voterId, text: label, folded, status: outcome.status, optionId: outcome.optionId ?? null })
        return isHeld ? undefined : accepted.change
      }))
      if (isNew) changed(pollId)
      return outcome
    },

    /** Newest last. Throws poll_not_found. */
    async list (userId: string, filter: SuggestionFilter): Promise<Suggestion[]> {
      await polls.findAs('see', filter.pollId, userId)
      return (await listSuggestions(db, filter)).map(toSuggestion)
    },

    /** Throws not_found, forbidden, and conflict where the poll cannot have, or has to keep, the option. */
    async review (suggestionId: string, userId: string, { status }: SuggestionReview): Promise<Suggestion> {
      const { pollId } = await find(db, suggestionId)
      let reviewed: SuggestionRow | undefined
      let isChanged = false
      await polls.change(pollId, async (state, tx) => {
        requirePermission('run', state.staff, userId, 'not_found')
        const row = await find(tx, suggestionId)
        const decision = status === 'accepted' ? accept(state, row) : await dismiss(tx, state, row)
        isChanged = decision !== undefined
        reviewed = decision === undefined ? row : await updateSuggestion(tx, row.id, { status, optionId: decision.optionId })
        return decision?.change
      })
      if (reviewed === undefined) throw new PlenumError('not_found')
      if (isChanged) changed(pollId)
      return toSuggestion(reviewed)
    },

    /** Ends what waits. */
    stop: turns.stop
  }
}

async function find (db: Db | Tx, suggestionId: string): Promise<SuggestionRow> {
  const row = await findSuggestion(db, suggestionId)
  if (row === undefined) throw new PlenumError('not_found')
  return row
}

interface Decision {
  /** Of the poll; undefined where its options stay as they are. */
  change: PollChange | undefined
  optionId: number | null
}

/** Undefined where it is an option already. */
function accept (state: LockedState, row: SuggestionRow): Decision | undefined {
  if (findOption(row, state.options) !== undefined) return undefined
  if (findSame(state.options, row.folded) !== undefined) throw new PlenumError('conflict', { detail: 'The poll has this option already.' })
  return addOption(state, row.text)
}

/** Undefined where it was dismissed already. */
async function dismiss (tx: Tx, state: LockedState, row: SuggestionRow): Promise<Decision | undefined> {
  if (row.status === 'dismissed') return undefined
  const { poll, options, tally } = state
  const option = findOption(row, options)
  if (option === undefined) return { change: undefined, optionId: null }
  // The ballots are read only where the counts do not tell: meanwhile no vote is stored.
  if ((tally.counts[option.id] ?? 0) > 0 || await isOptionNamed(tx, poll.id, option.id)) {
    throw new PlenumError('conflict', { detail: 'There are ballots that name this option.' })
  }
  return { change: applyOptions(state, options.filter(({ id }) => id !== option.id)), optionId: null }
}

/** With an id that the poll has never used. Throws conflict where it cannot have another. */
function addOption (state: LockedState, label: string): { change: PollChange, optionId: number } {
  if (!kinds[state.poll.kind].ownSettings.includes('writeIns')) throw new PlenumError('conflict', { detail: 'This kind of poll has no suggestions.' })
  const optionId = state.poll.nextOptionId
  return { optionId, change: applyOptions(state, [...state.options, { id: optionId, label }]) }
}

function findSame (options: OptionRow[], folded: string): OptionRow | undefined {
  return options.find(({ label }) => foldWord(label) === folded)
}

/** The option that the suggestion became, unless it was taken out since. */
function findOption ({ status, optionId }: Pick<SuggestionRow, 'status' | 'optionId'>, options: OptionRow[]): OptionRow | undefined {
  return status === 'accepted' ? options.find(({ id }) => id === optionId) : undefined
}

/** What became of this text before; hidden from this voter where it is no option and somebody else's. */
async function findKnown (tx: Tx, { poll, options }: LockedState, folded: string, voterId: string): Promise<{ outcome: SuggestionOutcome, isHidden: boolean } | undefined> {
  const earlier = await findSuggestionByText(tx, poll.id, folded)
  const option = findSame(options, folded) ?? (earlier && findOption(earlier, options))
  if (option !== undefined) return { outcome: { status: 'accepted', optionId: option.id }, isHidden: false }
  if (earlier === undefined) return undefined
  return { outcome: { status: earlier.status === 'pending' ? 'pending' : 'dismissed' }, isHidden: earlier.voterId !== voterId }
}

function toSuggestion ({ id, pollId, voterId, text, status, optionId, createdAt }: SuggestionRow): Suggestion {
  return { id, pollId, voterId, text, status, optionId, createdAt: createdAt.toISOString() }
}
