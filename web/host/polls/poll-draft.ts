import type { NewPoll, Poll, PollKind, ResultsVisibility, Revote } from '../../../server/protocol/poll.ts'
import type { Scoring, WriteIns } from '../../../server/protocol/poll-settings.ts'
import { wordsOf } from '../form-values.ts'

export interface DraftOption {
  /** Of the field, as long as the page is there. */
  key: number
  /** Of the option, once it is stored. */
  id?: number
  label: string
  isRight: boolean
}

interface SentOption { id?: number, label: string, correct?: boolean }

/** A poll in the making. What is typed for a number or a time is text until it is sent. */
export interface PollDraft {
  kind: PollKind
  question: string
  options: readonly DraftOption[]
  minChoices: string
  maxChoices: string
  scale: { min: string, max: string, minLabel: string, maxLabel: string }
  range: { min: string, max: string, step: string }
  isQuiz: boolean
  target: { value: string, tolerance: string }
  explanation: string
  scoring: Scoring | ''
  timeLimit: string
  shuffle: boolean
  isModerated: boolean
  /** As they are typed. */
  stopWords: string
  mergesPlurals: boolean
  writeIns: WriteIns
  revote: Revote
  resultsVisibility: ResultsVisibility
  /** As `datetime-local` has them, in the zone of this device. */
  opensAt: string
  closesAt: string
}

export const hasOptions = (kind: PollKind) => kind === 'single' || kind === 'multiple' || kind === 'ranking'
export const hasBounds = (kind: PollKind) => kind === 'multiple' || kind === 'ranking' || kind === 'words'
export const mayBeQuiz = (kind: PollKind) => kind === 'single' || kind === 'multiple' || kind === 'number'
export const mayTakeWriteIns = (kind: PollKind) => kind === 'single' || kind === 'multiple'
export const mayBeModerated = (kind: PollKind) => kind === 'text' || kind === 'words'

let lastKey = 0

export function newOption (label = '', id?: number, isRight = false): DraftOption {
  lastKey += 1
  return { key: lastKey, label, isRight, ...(id === undefined ? {} : { id }) }
}

export function draftOf (poll: NewPoll | Poll): PollDraft {
  const { kind, question, options = [], scale, range, correct, explanation, scoring, timeLimitSeconds, revote = 'locked', resultsVisibility = 'live' } = poll
  const target = correct == null || Array.isArray(correct) ? undefined : correct
  const right = Array.isArray(correct) ? correct : []
  const isDefaultBounds = !hasBounds(kind) || (kind !== 'words' && poll.minChoices === 1 && poll.maxChoices === options.length)
  return {
    kind,
    question,
    options: options.map((option: SentOption, at) => newOption(option.label, option.id, option.correct ?? right.includes(option.id ?? at + 1))),
    minChoices: isDefaultBounds ? '' : numberText(poll.minChoices),
    maxChoices: isDefaultBounds ? '' : numberText(poll.maxChoices),
    scale: { min: numberText(scale?.min ?? 1), max: numberText(scale?.max ?? 5), minLabel: scale?.minLabel ?? '', maxLabel: scale?.maxLabel ?? '' },
    range: { min: numberText(range?.min), max: numberText(range?.max), step: numberText(range?.step) },
    isQuiz: correct != null,
    target: { value: numberText(target?.value), tolerance: numberText(target?.tolerance) },
    explanation: explanation ?? '',
    scoring: scoring ?? '',
    timeLimit: numberText(timeLimitSeconds),
    shuffle: poll.shuffle ?? false,
    isModerated: poll.moderation === 'pre',
    stopWords: (poll.stopWords ?? []).join('\n'),
    mergesPlurals: poll.mergePlurals ?? false,
    writeIns: poll.writeIns ?? 'off',
    revote,
    resultsVisibility,
    opensAt: timeText(poll.opensAt),
    closesAt: timeText(poll.closesAt)
  }
}

/** A new poll with all of this one but its times. */
export function copyOf (poll: Poll): NewPoll {
  const draft = draftOf(poll)
  return bodyOf({ ...draft, options: draft.options.map(({ label, isRight }) => newOption(label, undefined, isRight)), opensAt: '', closesAt: '' })
}

/** The draft as it is sent; only what its kind has. For an edit null takes back what was set before. */
export function bodyOf (draft: PollDraft): Omit<NewPoll, 'options'> & { options: SentOption[] } {
  const { kind } = draft
  const isQuiz = draft.isQuiz && mayBeQuiz(kind)
  return {
    kind,
    question: draft.question.trim(),
    options: hasOptions(kind) ? draft.options.map(({ id, label, isRight }) => ({ label: label.trim(), ...(id === undefined ? {} : { id }), ...(isQuiz ? { correct: isRight } : {}) })) : [],
    revote: draft.revote,
    resultsVisibility: draft.resultsVisibility,
    ...(hasBounds(kind) && draft.minChoices !== '' ? { minChoices: Number(draft.minChoices) } : {}),
    ...(hasBounds(kind) && draft.maxChoices !== '' ? { maxChoices: Number(draft.maxChoices) } : {}),
    ...(kind === 'rating' ? { scale: { min: Number(draft.scale.min), max: Number(draft.scale.max), minLabel: orNull(draft.scale.minLabel), maxLabel: orNull(draft.scale.maxLabel) } } : {}),
    ...(kind === 'number' ? { range: { min: numberOrNull(draft.range.min), max: numberOrNull(draft.range.max), step: numberOrNull(draft.range.step) } } : {}),
    ...(isQuiz && hasOptions(kind) ? {} : { correct: isQuiz ? targetOf(draft) : null }),
    explanation: isQuiz ? orNull(draft.explanation) : null,
    scoring: isQuiz && draft.scoring !== '' ? draft.scoring : null,
    timeLimitSeconds: numberOrNull(draft.timeLimit),
    ...(hasOptions(kind) ? { shuffle: draft.shuffle } : {}),
    ...(mayBeModerated(kind) ? { moderation: draft.isModerated ? 'pre' as const : 'post' as const } : {}),
    ...(kind === 'words' ? { stopWords: wordsOf(draft.stopWords), mergePlurals: draft.mergesPlurals } : {}),
    ...(mayTakeWriteIns(kind) ? { writeIns: draft.writeIns } : {}),
    opensAt: instantOf(draft.opensAt),
    closesAt: instantOf(draft.closesAt)
  }
}

function targetOf ({ target: { value, tolerance } }: PollDraft) {
  return { value: Number(value), ...(tolerance === '' ? {} : { tolerance: Number(tolerance) }) }
}

function numberText (value: number | null | undefined): string {
  return value == null ? '' : String(value)
}

function numberOrNull (text: string): number | null {
  return text.trim() === '' ? null : Number(text)
}

function orNull (text: string): string | null {
  return text.trim() === '' ? null : text.trim()
}

/** Without a zone of its own, in that of this device. */
function timeText (instant: string | null | undefined): string {
  if (instant == null) return ''
  const time = new Date(instant)
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function instantOf (text: string): string | null {
  const time = new Date(text)
  return text === '' || Number.isNaN(time.getTime()) ? null : time.toISOString()
}
