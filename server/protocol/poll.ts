import { Type, type Static } from 'typebox'
import { Closed, Id, Instant, Nullable, PageQuery } from './common.ts'
import { Derived } from './derived.ts'
import { maxNumber, newSettings, settings } from './poll-settings.ts'
import { TextLine } from './text.ts'

export const PollKind = Type.Union([
  Type.Literal('single'), Type.Literal('multiple'), Type.Literal('rating'), Type.Literal('ranking'), Type.Literal('number'), Type.Literal('text'),
  Type.Literal('words')])
export const PollStatus = Type.Union([
  Type.Literal('draft'), Type.Literal('open'), Type.Literal('paused'), Type.Literal('closed'), Type.Literal('archived')])
export const Revote = Type.Union([Type.Literal('locked'), Type.Literal('change'), Type.Literal('withdraw')], {
  description: 'Whether a voter may change the answer until the close, or also take it back'
})
export const ResultsVisibility = Type.Union([
  Type.Literal('live'), Type.Literal('after_vote'), Type.Literal('after_close'), Type.Literal('hosts')])

export type PollKind = Static<typeof PollKind>
export type PollStatus = Static<typeof PollStatus>
export type Revote = Static<typeof Revote>
export type ResultsVisibility = Static<typeof ResultsVisibility>

const maxOptions = 50
const Question = TextLine(300, 'The question.')
export const OptionLabel = TextLine(120, 'The option\'s label.')
const Right = Type.Optional(Type.Boolean({ description: 'Of a quiz: whether this option is right. Where one is marked, the others are wrong and `correct` beside the list must be absent' }))
const Choices = Type.Integer({ minimum: 1, maximum: maxOptions })

export const Poll = Closed({
  id: Id,
  roomId: Id,
  kind: PollKind,
  question: Type.String(),
  options: Type.Array(Closed({ id: Type.Integer({ description: 'Unique in the poll, never reused' }), label: Type.String() })),
  status: PollStatus,
  round: Type.Integer({ minimum: 1 }),
  revote: Revote,
  resultsVisibility: ResultsVisibility,
  revealed: Nullable(Type.Boolean()),
  minChoices: Type.Integer(),
  maxChoices: Type.Integer(),
  opensAt: Nullable(Instant),
  closesAt: Nullable(Instant),
  ...settings,
  revision: Type.Integer({ minimum: 1, description: 'Rises with every change of this body' }),
  createdAt: Instant,
  updatedAt: Instant
}, {
  examples: [{
    id: '01890a5d-ac96-774b-bcce-b302099a8057',
    roomId: '01890a5d-ac96-774b-bcce-b302099a8058',
    kind: 'single',
    question: 'Shall we?',
    options: [{ id: 1, label: 'Yes' }, { id: 2, label: 'No' }],
    status: 'open',
    round: 1,
    revote: 'locked',
    resultsVisibility: 'live',
    revealed: null,
    minChoices: 1,
    maxChoices: 1,
    opensAt: null,
    closesAt: null,
    revision: 2,
    createdAt: '2026-01-15T18:00:00.000Z',
    updatedAt: '2026-01-15T18:30:00.000Z'
  }]
})
export type Poll = Static<typeof Poll>

export const ListedPoll = Closed({
  ...Poll.properties,
  voters: Type.Optional(Type.Integer({ minimum: 0, description: 'As the results have it; absent for a key without the scope results:read' }))
}, { description: 'A poll, and how many have voted' })
export type ListedPoll = Static<typeof ListedPoll>

const rules = {
  revote: Type.Optional(Revote),
  resultsVisibility: Type.Optional(ResultsVisibility),
  minChoices: Type.Optional(Choices),
  maxChoices: Type.Optional(Choices),
  opensAt: Type.Optional(Nullable(Instant)),
  closesAt: Type.Optional(Nullable(Instant)),
  ...newSettings
}

export const NewPoll = Closed({
  roomId: Type.Optional(Id),
  kind: PollKind,
  question: Question,
  options: Type.Optional(Type.Array(Closed({ label: OptionLabel, correct: Right }), { maxItems: maxOptions, description: 'At least 2 for single, multiple and ranking (there at most 10); none for other kinds' })),
  ...rules
}, { examples: [{ kind: 'single', question: 'Shall we?', options: [{ label: 'Yes' }, { label: 'No' }] }] })
export type NewPoll = Static<typeof NewPoll>

export const PollEdit = Closed({
  kind: Type.Optional(PollKind),
  question: Type.Optional(Question),
  options: Type.Optional(Type.Array(
    Closed({ id: Type.Optional(Type.Integer({ minimum: 1 })), label: OptionLabel, correct: Right }),
    { maxItems: maxOptions, description: 'The whole list in its order; an option without an id is a new one' })),
  ...rules
}, { examples: [{ question: 'Shall we really?', closesAt: '2026-01-15T19:00:00.000Z' }] })
export type PollEdit = Static<typeof PollEdit>

export const PollListQuery = Closed({ ...PageQuery.properties, roomId: Type.Optional(Id), status: Type.Optional(PollStatus) })

/** A voter's answer: exactly one of these. Which one fits is the poll's kind's business. */
export const Answer = Type.Object({
  choices: Type.Optional(Type.Array(Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }), {
    maxItems: 1000, description: 'Ids of the chosen options; for ranking in the order of preference'
  })),
  value: Type.Optional(Type.Number({ minimum: -maxNumber, maximum: maxNumber, description: 'Of a rating or a number' })),
  text: Type.Optional(TextLine(500, 'Of an open question.')),
  words: Type.Optional(Type.Array(TextLine(50, 'A word, or a few that belong together.'), { maxItems: 50 }))
}, { additionalProperties: false, minProperties: 1, maxProperties: 1, examples: [{ choices: [1] }] })
export type Answer = Static<typeof Answer>

export const Counts = Type.Record(Type.String(), Type.Integer({ minimum: 0 }))
export type Counts = Static<typeof Counts>

/** A whole snapshot of a poll's counts at one version; never a delta. */
export const Results = Closed({
  pollId: Id,
  round: Type.Integer({ minimum: 1 }),
  version: Type.Integer({ minimum: 1, description: 'Strictly rises per poll, over rounds and restarts' }),
  status: PollStatus,
  final: Type.Boolean(),
  voters: Type.Integer({ minimum: 0, description: 'People who count: the denominator of every percentage' }),
  counts: Counts,
  at: Instant,
  derived: Type.Optional(Derived)
}, {
  examples: [{
    pollId: '01890a5d-ac96-774b-bcce-b302099a8057',
    round: 1,
    version: 17,
    status: 'open',
    final: false,
    voters: 123,
    counts: { 1: 80, 2: 43 },
    at: '2026-01-15T18:30:00.000Z'
  }]
})
export type Results = Static<typeof Results>

export const ReceiptStatus = Type.Union([
  Type.Literal('recorded'), Type.Literal('unchanged'), Type.Literal('changed'), Type.Literal('withdrawn')])
export type ReceiptStatus = Static<typeof ReceiptStatus>

const held = {
  held: Type.Optional(Type.Literal(true, { description: 'Stored, but not counted' })),
  review: Type.Optional(Type.Union([Type.Literal('held'), Type.Literal('removed')], { description: 'Why it is not counted: it waits for a moderator, or a moderator took it out' }))
}

/** What a voter gets back for a committed ballot. */
export const Receipt = Closed({
  pollId: Id,
  round: Type.Integer({ minimum: 1 }),
  status: ReceiptStatus,
  version: Type.Optional(Type.Integer({ description: 'Absent while the results are hidden from this voter' })),
  castAt: Instant,
  ...held
}, { examples: [{ pollId: '01890a5d-ac96-774b-bcce-b302099a8057', round: 1, status: 'recorded', version: 17, castAt: '2026-01-15T18:30:00.000Z' }] })
export type Receipt = Static<typeof Receipt>

/** A poll as one viewer sees it now. `results` is null while they are hidden from this viewer; `held` and `review` are said of `myVote`. */
export const PollView = Closed({
  poll: Poll,
  results: Nullable(Results),
  myVote: Nullable(Answer),
  ...held,
  now: Instant
})
export type PollView = Static<typeof PollView>

/** The `vote` event: how the voter's own vote stands. An older `castAt` never goes before a newer one. */
export const OwnVote = Closed({ pollId: Id, round: Type.Integer({ minimum: 1 }), myVote: Answer, ...held, castAt: Instant })
export type OwnVote = Static<typeof OwnVote>

const PastRound = Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 })

export const ResultsQuery = Closed({
  round: Type.Optional(PastRound),
  version: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'As they were shown at this version' }))
})

export const TimelineQuery = Closed({
  round: Type.Optional(PastRound),
  points: Type.Optional(Type.Integer({ minimum: 2, maximum: 500, default: 100, description: 'At most so many versions, evenly spread' }))
})
