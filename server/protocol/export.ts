import { Type, type Static } from 'typebox'
import { Closed, Id, Instant, Nullable } from './common.ts'
import { Answer, Counts, PollKind, PollStatus } from './poll.ts'

export const ExportFormat = Type.Union([Type.Literal('csv'), Type.Literal('json'), Type.Literal('ndjson')], { default: 'csv' })
export type ExportFormat = Static<typeof ExportFormat>

export const ExportContent = Type.Union([Type.Literal('results'), Type.Literal('ballots'), Type.Literal('timeline')], {
  default: 'results',
  description: 'results: a row for each round and option; ballots: every stored ballot; timeline: the counts at each version that ballots made'
})
export type ExportContent = Static<typeof ExportContent>

export const ExportQuery = Closed({ format: Type.Optional(ExportFormat), what: Type.Optional(ExportContent) })

const Round = Type.Integer({ minimum: 1 })
const Version = Type.Integer({ minimum: 1 })
const Label = Nullable(Type.String({ description: 'As it is now; null for an option that was taken out of the poll' }))

export const ResultsRow = Closed({
  pollId: Id,
  question: Type.String({ description: 'As it is now' }),
  kind: PollKind,
  round: Round,
  version: Version,
  status: PollStatus,
  final: Type.Boolean(),
  at: Instant,
  optionId: Type.Integer(),
  label: Label,
  selections: Type.Integer({ minimum: 0, description: 'How often the option was chosen; with several choices the sum over the options is above voters' }),
  voters: Type.Integer({ minimum: 0, description: 'People who count in this round' }),
  percentOfVoters: Nullable(Type.Number({ description: 'selections in percent of voters, rounded to two digits; null without voters' }))
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
  counts: Type.Boolean({ description: 'Whether it is the newest of its voter in its round, and not a withdrawal' })
})
export type BallotRow = Static<typeof BallotRow>

export const TimelineRow = Closed({
  round: Round,
  version: Version,
  at: Instant,
  voters: Type.Integer({ minimum: 0 }),
  counts: Counts
})
export type TimelineRow = Static<typeof TimelineRow>
