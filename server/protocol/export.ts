import { Type, type Static } from 'typebox'
import { Closed, Id, Instant, Nullable } from './common.ts'
import { Answer, Counts, PollKind, PollStatus } from './poll.ts'

export const ExportFormat = Type.Union([Type.Literal('csv'), Type.Literal('json'), Type.Literal('ndjson')], { default: 'csv' })
export type ExportFormat = Static<typeof ExportFormat>

export const ExportContent = Type.Union([Type.Literal('results'), Type.Literal('ballots'), Type.Literal('timeline')], {
  default: 'results',
  description: 'results: a row for each round and option, step, number, word or order; ballots: every stored ballot; timeline: the counts at each version that ballots made'
})
export type ExportContent = Static<typeof ExportContent>

export const ExportQuery = Closed({ format: Type.Optional(ExportFormat), what: Type.Optional(ExportContent) })

export const QuestionsExportQuery = Closed({ format: Type.Optional(ExportFormat) })

const Round = Type.Integer({ minimum: 1 })
const Version = Type.Integer({ minimum: 1 })
const Label = Nullable(Type.String({ description: 'As it is now; null for an option that was taken out of the poll, and for what is not an option' }))
const OptionId = Type.Integer()

export const ResultsRow = Closed({
  pollId: Id,
  question: Type.String({ description: 'As it is now' }),
  kind: PollKind,
  round: Round,
  version: Version,
  status: PollStatus,
  final: Type.Boolean(),
  at: Instant,
  optionId: Nullable(OptionId),
  label: Label,
  selections: Type.Integer({ minimum: 0, description: 'How often it was chosen; with several choices or words the sum is above voters. Of an option in a ranking: how often it came first' }),
  voters: Type.Integer({ minimum: 0, description: 'People who count in this round' }),
  percentOfVoters: Nullable(Type.Number({ description: 'selections in percent of voters, rounded to two digits; null without voters' })),
  formerLabels: Type.Array(Type.String(), { description: 'The texts that the option had before, oldest first, at most the last 100' }),
  value: Type.Optional(Type.Number({ description: 'A step of a rating, or a number that was answered' })),
  word: Type.Optional(Type.String()),
  choices: Type.Optional(Type.Array(OptionId, { description: 'Of a ranking: an order of preference that was given' })),
  bordaPoints: Type.Optional(Type.Integer({ minimum: 0, description: 'Of an option in a ranking' }))
})
export type ResultsRow = Static<typeof ResultsRow>

export const BallotRow = Closed({
  round: Round,
  version: Type.Integer({ minimum: 1, description: 'Of the batch that it was stored with' }),
  voterId: Type.String({ format: 'uuid', description: 'A random id, one per device by default' }),
  n: Type.Integer({ minimum: 1, description: 'Numbers the ballots of a voter in a round' }),
  answer: Nullable(Answer),
  labels: Type.Array(Label, { description: 'Of the chosen options, in the order of choices' }),
  castAt: Instant,
  counts: Type.Boolean({ description: 'Whether it is the newest of its voter in its round, and neither a withdrawal nor held or removed' }),
  review: Nullable(Type.Union([Type.Literal('held'), Type.Literal('removed')]))
})
export type BallotRow = Static<typeof BallotRow>

export const TimelineRow = Closed({
  round: Round,
  version: Version,
  at: Instant,
  voters: Type.Integer({ minimum: 0 }),
  counts: Counts
}, { description: 'Of numbers and words, counts has those that the last results of the round show' })
export type TimelineRow = Static<typeof TimelineRow>
