import type { FunctionComponent } from 'preact'
import type { PollKind } from '../../../server/protocol/poll.ts'
import { NumberResults } from './number/number-results.tsx'
import { OptionResults } from './option/option-results.tsx'
import { RankingResults } from './ranking/ranking-results.tsx'
import { RatingResults } from './rating/rating-results.tsx'
import type { ResultsProps } from './results-props.ts'
import { TextResults } from './text/text-results.tsx'
import { WordsResults } from './words/words-results.tsx'

/** How each kind of poll shows its results. */
export const resultsByKind: Record<PollKind, FunctionComponent<ResultsProps>> = {
  single: OptionResults,
  multiple: OptionResults,
  rating: RatingResults,
  ranking: RankingResults,
  number: NumberResults,
  text: TextResults,
  words: WordsResults
}
