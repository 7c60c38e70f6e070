import { isDeepStrictEqual } from 'node:util'
import type { LockedState, OptionRow, PollChange, PollRow } from '../../db/poll-store.ts'
import type { NewPoll, PollEdit } from '../protocol/poll.ts'
import { invalidField, PlenumError } from '../protocol/problem.ts'
import { kinds } from './kinds/kinds.ts'

type Definition = Pick<PollRow, 'kind' | 'question' | 'revote' | 'resultsVisibility' | 'minChoices' | 'maxChoices' | 'opensAt' | 'closesAt'>

/** A new poll with the defaults filled in. Throws validation_failed. `now` is the database's clock. */
export function defineNewPoll (input: NewPoll, now: Date): Definition {
  const definition = {
    kind: input.kind,
    question: input.question,
    revote: input.revote ?? 'locked',
    resultsVisibility: input.resultsVisibility ?? 'live',
    ...defineChoices(input.kind, input.options.length, input),
    opensAt: readInstant('/opensAt', input.opensAt),
    closesAt: readInstant('/closesAt', input.closesAt)
  }
  refuseBadSchedule(definition, input, now)
  return definition
}

/**
 * What an edit changes, or undefined when everything is as it was.
 * Throws `conflict` where the poll's state forbids it: an archived poll, or another kind, bounds or options under cast ballots.
 */
export function applyEdit (state: LockedState, edit: PollEdit): PollChange | undefined {
  const { poll, tally } = state
  if (poll.status === 'archived') throw new PlenumError('conflict', { detail: 'An archived poll cannot be edited.' })
  const kind = edit.kind ?? poll.kind
  const options = edit.options === undefined ? state.options : identifyOptions(state, edit.options)
  const bounds = editChoices(state, kind, options.length, edit)
  const definition: Definition = {
    kind,
    question: edit.question ?? poll.question,
    revote: edit.revote ?? poll.revote,
    resultsVisibility: edit.resultsVisibility ?? poll.resultsVisibility,
    ...bounds,
    opensAt: edit.opensAt === undefined ? poll.opensAt : readInstant('/opensAt', edit.opensAt),
    closesAt: edit.closesAt === undefined ? poll.closesAt : readInstant('/closesAt', edit.closesAt)
  }
  refuseBadSchedule(definition, edit, state.now)
  if (poll.status !== 'draft' && !isDeepStrictEqual(definition.opensAt, poll.opensAt)) {
    throw new PlenumError('conflict', { detail: 'Only a draft can wait for its opening.' })
  }

  const ids = options.map((option) => option.id)
  const isOtherBallot = kind !== poll.kind || bounds.minChoices !== poll.minChoices || bounds.maxChoices !== poll.maxChoices ||
    !isDeepStrictEqual(new Set(ids), new Set(state.options.map((option) => option.id)))
  if (isOtherBallot && state.hasBallots) {
    throw new PlenumError('conflict', { detail: 'This round has ballots: its kind, bounds and options stay. Texts can still be edited.' })
  }
  const isSame = isDeepStrictEqual(options, state.options) && isDeepStrictEqual(definition, definitionOf(poll))
  if (isSame) return undefined
  const counts = isOtherBallot ? kinds[kind].emptyCounts(ids) : tally.counts
  return {
    poll: { ...definition, nextOptionId: Math.max(poll.nextOptionId, ...ids.map((id) => id + 1)) },
    ...(edit.options === undefined ? {} : { options }),
    // Nobody but its hosts sees a draft change, so it makes no version; other buckets always do.
    ...(poll.status === 'draft' && !isOtherBallot ? {} : { tally: { round: poll.round, voters: tally.voters, counts } })
  }
}

/** Known ids are kept, options without one get ids that this poll has never used. */
function identifyOptions (state: LockedState, edited: { id?: number, label: string }[]): OptionRow[] {
  const known = new Set(state.options.map((option) => option.id))
  let nextId = state.poll.nextOptionId
  const seen = new Set<number>()
  return edited.map(({ id, label }, at) => {
    if (id === undefined) return { id: nextId++, label }
    if (!known.has(id)) throw invalidField(`/options/${at}/id`, 'must be an option of this poll')
    if (seen.has(id)) throw invalidField(`/options/${at}/id`, 'must be there once')
    seen.add(id)
    return { id, label }
  })
}

/** Bounds that were chosen are kept; bounds that were the default follow the number of options. */
function editChoices ({ poll, options }: LockedState, kind: PollRow['kind'], optionCount: number, edit: PollEdit) {
  const isDefault = isDeepStrictEqual(kinds[poll.kind].defaultChoices(options.length), { minChoices: poll.minChoices, maxChoices: poll.maxChoices })
  const isKept = kind === poll.kind && !isDefault
  return defineChoices(kind, optionCount, {
    minChoices: edit.minChoices ?? (isKept ? poll.minChoices : undefined),
    maxChoices: edit.maxChoices ?? (isKept ? poll.maxChoices : undefined)
  })
}

function defineChoices (
  kind: PollRow['kind'], optionCount: number, given: { minChoices?: number | undefined, maxChoices?: number | undefined }
) {
  const rules = kinds[kind]
  const defaults = rules.defaultChoices(optionCount)
  const bounds = { minChoices: given.minChoices ?? defaults.minChoices, maxChoices: given.maxChoices ?? defaults.maxChoices }
  const refusal = rules.refuseChoices(bounds, optionCount)
  if (refusal !== undefined) throw invalidField('/maxChoices', refusal)
  return bounds
}

function refuseBadSchedule ({ opensAt, closesAt }: Definition, given: Pick<PollEdit, 'opensAt' | 'closesAt'>, now: Date): void {
  if (given.closesAt != null && closesAt !== null && closesAt <= now) throw invalidField('/closesAt', 'must lie in the future')
  if (opensAt !== null && closesAt !== null && closesAt <= opensAt) throw invalidField('/closesAt', 'must be later than opensAt')
}

/** ISO 8601 knows leap seconds and years that neither a Date nor the database can hold. */
function readInstant (pointer: string, text: string | null | undefined): Date | null {
  if (text == null) return null
  const instant = new Date(text)
  const year = instant.getUTCFullYear()
  if (!(year >= 1 && year <= 9999)) throw invalidField(pointer, 'must be an instant of the years 1 to 9999, without a leap second')
  return instant
}

function definitionOf ({ kind, question, revote, resultsVisibility, minChoices, maxChoices, opensAt, closesAt }: PollRow): Definition {
  return { kind, question, revote, resultsVisibility, minChoices, maxChoices, opensAt, closesAt }
}
