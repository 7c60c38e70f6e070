import { isDeepStrictEqual } from 'node:util'
import type { LockedState, OptionRow, PollChange, PollRow, StoredPoll } from '../../db/poll-store.ts'
import type { NewPoll, PollEdit } from '../protocol/poll.ts'
import type { NewSettings } from '../protocol/poll-settings.ts'
import { invalidField, PlenumError } from '../protocol/problem.ts'
import type { Definition } from './kinds/kind.ts'
import { kinds } from './kinds/kinds.ts'
import { defineSettings, editSettings, isSameBallot } from './poll-settings.ts'
import { emptyTally, type TallyContent } from './tally.ts'

type DefinedPoll = Pick<PollRow, 'kind' | 'question' | 'revote' | 'resultsVisibility' | 'minChoices' | 'maxChoices' | 'settings' | 'opensAt' | 'closesAt'>

export interface DefinedNewPoll {
  poll: DefinedPoll
  /** Get the option ids 1 to n in this order. */
  labels: string[]
  tally: TallyContent
}

/** A new poll with the defaults filled in. Throws validation_failed. `now` is the database's clock. */
export function defineNewPoll (input: NewPoll, now: Date): DefinedNewPoll {
  const { kind, options = [] } = input
  checkOptionCount(kind, options.length)
  const ids = options.map((_option, at) => at + 1)
  const optionIds = new Set(ids)
  const bounds = defineChoices(kind, options.length, input)
  const poll: DefinedPoll = {
    kind,
    question: input.question,
    revote: input.revote ?? 'locked',
    resultsVisibility: input.resultsVisibility ?? 'live',
    ...bounds,
    settings: defineSettings(kind, nameRightOptions(input, ids), { ...bounds, optionIds }),
    opensAt: readInstant('/opensAt', input.opensAt),
    closesAt: readInstant('/closesAt', input.closesAt)
  }
  refuseBadSchedule(poll, input, now)
  return { poll, labels: options.map((option) => option.label), tally: emptyTally(kind, { ...poll, optionIds }) }
}

function checkOptionCount (kind: PollRow['kind'], count: number): void {
  const limits = kinds[kind].optionLimits
  if (limits === null) {
    if (count > 0) throw invalidField('/options', `must be empty for a poll of the kind ${kind}`)
  } else if (count < limits.min || count > limits.max) {
    throw invalidField('/options', `must be ${limits.min} to ${limits.max}`)
  }
}

/**
 * What an edit changes, or undefined when everything is as it was.
 * Throws `conflict` where the poll's state forbids it: an archived poll, or another kind, bounds or options under cast ballots.
 */
export function applyEdit (state: LockedState, edit: PollEdit): PollChange | undefined {
  const { poll, tally } = state
  if (poll.status === 'archived') throw new PlenumError('conflict', { detail: 'An archived poll cannot be edited.' })
  const kind = edit.kind ?? poll.kind
  const options = edit.options === undefined ? optionsFor(kind, state.options) : identifyOptions(state, edit.options)
  checkOptionCount(kind, options.length)
  const ids = options.map((option) => option.id)
  const bounds = editChoices(state, kind, options.length, edit)
  const definition: DefinedPoll = {
    kind,
    question: edit.question ?? poll.question,
    revote: edit.revote ?? poll.revote,
    resultsVisibility: edit.resultsVisibility ?? poll.resultsVisibility,
    ...bounds,
    settings: defineSettings(kind, editSettings(kind, poll, nameRightOptions(edit, ids)), { ...bounds, optionIds: new Set(ids) }),
    opensAt: edit.opensAt === undefined ? poll.opensAt : readInstant('/opensAt', edit.opensAt),
    closesAt: edit.closesAt === undefined ? poll.closesAt : readInstant('/closesAt', edit.closesAt)
  }
  refuseBadSchedule(definition, edit, state.now)
  if (poll.status !== 'draft' && !isDeepStrictEqual(definition.opensAt, poll.opensAt)) {
    throw new PlenumError('conflict', { detail: 'Only a draft can wait for its opening.' })
  }

  const isOtherBallot = kind !== poll.kind || !isSameBallot(definition.settings, poll.settings) || bounds.minChoices !== poll.minChoices || bounds.maxChoices !== poll.maxChoices ||
    !isDeepStrictEqual(new Set(ids), new Set(state.options.map((option) => option.id)))
  if (isOtherBallot && state.hasBallots) {
    throw new PlenumError('conflict', { detail: 'This round has ballots: its kind, bounds, options, scale and right answer stay. Texts can still be edited.' })
  }
  const isSame = isDeepStrictEqual(options, state.options) && isDeepStrictEqual(definition, definedPollOf(poll))
  if (isSame) return undefined
  const content = isOtherBallot ? emptyTally(kind, { ...definition, optionIds: new Set(ids) }) : tally
  return {
    poll: { ...definition, nextOptionId: Math.max(poll.nextOptionId, ...ids.map((id) => id + 1)) },
    ...(isDeepStrictEqual(options, state.options) ? {} : { options }),
    // Nobody but its hosts sees a draft change, so it makes no version; other buckets always do.
    ...(poll.status === 'draft' && !isOtherBallot ? {} : { tally: { round: poll.round, content } })
  }
}

/** The poll with other options, under its ballots too: none may name one that goes. Throws conflict where the poll cannot have just these. */
export function applyOptions ({ poll, tally, ...state }: LockedState, options: OptionRow[]): PollChange {
  if (poll.status === 'archived') throw new PlenumError('conflict', { detail: 'An archived poll cannot be edited.' })
  const { kind } = poll
  const optionIds = new Set(options.map((option) => option.id))
  try {
    checkOptionCount(kind, options.length)
    const bounds = editChoices({ poll, tally, ...state }, kind, options.length, {})
    const settings = defineSettings(kind, poll.settings, { ...bounds, optionIds })
    const shown = kinds[kind].show(new Map(Object.entries(tally.counts)), { ...bounds, settings, optionIds })
    return {
      poll: { ...bounds, settings, nextOptionId: Math.max(poll.nextOptionId, ...options.map((option) => option.id + 1)) },
      options,
      tally: { round: poll.round, content: { ...tally, ...shown } }
    }
  } catch (error) {
    if (error instanceof PlenumError) throw new PlenumError('conflict', { detail: `The poll cannot have these options: ${error.detail ?? ''}`, cause: error })
    throw error
  }
}

/** Options that a kind without any cannot keep go with the old kind. */
function optionsFor (kind: PollRow['kind'], options: OptionRow[]): OptionRow[] {
  return kinds[kind].optionLimits === null ? [] : options
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

/** What is given, with the options that are marked as right named by their ids: a new one has no id before. */
function nameRightOptions (given: NewSettings & { options?: Array<{ correct?: boolean }> }, ids: readonly number[]): NewSettings {
  const { options = [] } = given
  if (options.every(({ correct }) => correct === undefined)) return given
  if (given.correct !== undefined) throw invalidField('/correct', 'must be absent where options are marked')
  const correct = ids.filter((_id, at) => options[at]?.correct === true)
  if (correct.length === 0) throw invalidField('/correct', 'must be at least one option')
  return { ...given, correct }
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

function refuseBadSchedule ({ opensAt, closesAt }: DefinedPoll, given: Pick<PollEdit, 'opensAt' | 'closesAt'>, now: Date): void {
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

function definedPollOf ({ kind, question, revote, resultsVisibility, minChoices, maxChoices, settings, opensAt, closesAt }: PollRow): DefinedPoll {
  return { kind, question, revote, resultsVisibility, minChoices, maxChoices, settings, opensAt, closesAt }
}

/** What the kind of a stored poll works with. */
export function definitionOf ({ poll, options }: StoredPoll): Definition {
  return { minChoices: poll.minChoices, maxChoices: poll.maxChoices, settings: poll.settings, optionIds: new Set(options.map((option) => option.id)) }
}
