import { Type, type Static } from 'typebox'
import { Closed, Nullable } from './common.ts'
import { Correct } from './poll-settings.ts'

const Statistic = Type.Optional(Nullable(Type.Number({ description: 'Null without voters' })))
const CountsByOption = Type.Record(Type.String(), Type.Integer({ minimum: 0 }))

/** One round of an instant-runoff: the ballots of each option that is still in, and who leaves after it. */
export const RunoffRound = Closed({ counts: CountsByOption, eliminated: Type.Array(Type.Integer()) })
export type RunoffRound = Static<typeof RunoffRound>

/** `from` is inside, `to` is not, but for the last bar. */
export const HistogramBar = Closed({ from: Type.Number(), to: Type.Number(), count: Type.Integer({ minimum: 0 }) })
export type HistogramBar = Static<typeof HistogramBar>

/** What follows from all ballots that count at this version. Which fields there are depends on the kind. */
export const Derived = Closed({
  mean: Statistic,
  median: Statistic,
  stddev: Statistic,
  histogram: Type.Optional(Type.Array(HistogramBar)),
  distinct: Type.Optional(Type.Integer({ minimum: 0, description: 'Different numbers or words; counts shows the 200 most frequent' })),
  borda: Type.Optional(CountsByOption),
  irv: Type.Optional(Closed({ winner: Nullable(Type.Integer({ description: 'Null when nobody has voted, or when all that are left are equal' })), rounds: Type.Array(RunoffRound) })),
  correct: Type.Optional(Correct),
  correctVoters: Type.Optional(Type.Integer({ minimum: 0 }))
}, { examples: [{ mean: 3.8, median: 4, stddev: 0.9 }] })
export type Derived = Static<typeof Derived>
