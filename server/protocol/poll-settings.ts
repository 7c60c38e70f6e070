import { Type, type Static } from 'typebox'
import { Closed, Nullable } from './common.ts'
import { TextLine } from './text.ts'

/** How far numbers may go; sums over any audience stay exact enough beyond what is shown. */
export const maxNumber = 1e12

const Value = Type.Number({ minimum: -maxNumber, maximum: maxNumber })
const EndLabel = Type.Optional(Nullable(TextLine(60, 'What this end of the scale means.')))

/** Of a rating: whole numbers, 2 to 11 of them. */
export const NewScale = Closed({
  min: Type.Optional(Type.Integer({ minimum: -100, maximum: 100, default: 1 })),
  max: Type.Optional(Type.Integer({ minimum: -100, maximum: 100, default: 5 })),
  minLabel: EndLabel,
  maxLabel: EndLabel
}, { examples: [{ min: 1, max: 5, minLabel: 'Poor', maxLabel: 'Great' }] })
export type NewScale = Static<typeof NewScale>
export const Scale = Closed({ min: Type.Integer(), max: Type.Integer(), minLabel: Nullable(Type.String()), maxLabel: Nullable(Type.String()) })
export type Scale = Static<typeof Scale>

/** Of a number: null leaves that side, or the steps between, open. Steps are counted from `min`, or from 0. */
export const NewRange = Closed({
  min: Type.Optional(Nullable(Value)),
  max: Type.Optional(Nullable(Value)),
  step: Type.Optional(Nullable(Type.Number({ exclusiveMinimum: 0, maximum: maxNumber })))
}, { examples: [{ min: 0, max: 100, step: 1 }] })
export type NewRange = Static<typeof NewRange>
export const Range = Closed({ min: Nullable(Type.Number()), max: Nullable(Type.Number()), step: Nullable(Type.Number()) })
export type Range = Static<typeof Range>

const Target = Closed({ value: Value, tolerance: Type.Optional(Type.Number({ minimum: 0, maximum: maxNumber, default: 0 })) })
/** The right answer of a quiz: ids of options (any of them for single, exactly these for multiple), or a number and how far from it is still right. */
export const Correct = Type.Union([Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 50 }), Target])
export type Correct = Static<typeof Correct>

export const Scoring = Type.Union([Type.Literal('speed'), Type.Literal('flat')], {
  description: 'Points of a right answer: speed gives 1000 at once and 500 at the end of the time, flat always 1000'
})
export type Scoring = Static<typeof Scoring>

const Moderation = Type.Union([Type.Literal('post'), Type.Literal('pre')], {
  description: 'Whether what people write is shown at once, or only after a moderator has approved it'
})

export const WriteIns = Type.Union([Type.Literal('off'), Type.Literal('pre'), Type.Literal('post')], {
  description: 'Whether voters may suggest options of single and multiple: not at all, each for a moderator to accept, or at once unless a word holds it'
})
export type WriteIns = Static<typeof WriteIns>

const StopWord = TextLine(50, 'A word that is not counted, however it is written.')
const StopWords = Type.Array(StopWord, { maxItems: 100, description: 'Words that are left out of an answer; one of these alone is refused' })
const MergePlurals = Type.Boolean({ description: 'English plurals count as their singular, by a rule of thumb' })

const Explanation = TextLine(500, 'Shown with the right answer.')
const TimeLimit = Type.Integer({ minimum: 3, maximum: 86_400, description: 'Seconds; opening the poll sets closesAt this far ahead' })

/** What a poll may have by its kind. Each is refused where it means nothing. */
export const newSettings = {
  scale: Type.Optional(NewScale),
  range: Type.Optional(NewRange),
  correct: Type.Optional(Nullable(Correct)),
  explanation: Type.Optional(Nullable(Explanation)),
  scoring: Type.Optional(Nullable(Scoring)),
  moderation: Type.Optional(Moderation),
  writeIns: Type.Optional(WriteIns),
  stopWords: Type.Optional(StopWords),
  mergePlurals: Type.Optional(MergePlurals),
  shuffle: Type.Optional(Type.Boolean({ description: 'Each voter sees the options in an order of their own' })),
  timeLimitSeconds: Type.Optional(Nullable(TimeLimit))
}
export type NewSettings = Partial<{ [K in keyof typeof newSettings]: Static<(typeof newSettings)[K]> }>

/** The same as a poll shows them. `correct` and `explanation` are there for hosts, and for everyone after the reveal. */
export const settings = {
  scale: Type.Optional(Scale),
  range: Type.Optional(Range),
  correct: Type.Optional(Correct),
  explanation: Type.Optional(Type.String()),
  scoring: Type.Optional(Scoring),
  moderation: Type.Optional(Moderation),
  writeIns: Type.Optional(WriteIns),
  stopWords: Type.Optional(Type.Array(Type.String())),
  mergePlurals: Type.Optional(Type.Boolean()),
  shuffle: Type.Optional(Type.Boolean()),
  timeLimitSeconds: Type.Optional(Type.Integer({ minimum: 1 }))
}
export type PollSettings = Partial<{ [K in keyof typeof settings]: Static<(typeof settings)[K]> }>
