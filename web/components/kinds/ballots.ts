import type { FunctionComponent } from 'preact'
import type { PollKind } from '../../../server/protocol/poll.ts'
import type { BallotFieldsProps } from './ballot-fields.ts'
import { MultipleBallot } from './option/multiple-ballot.tsx'
import { SingleBallot } from './option/single-ballot.tsx'
import { NumberBallot } from './number/number-ballot.tsx'
import { RankingBallot } from './ranking/ranking-ballot.tsx'
import { RatingBallot } from './rating/rating-ballot.tsx'
import { TextBallot } from './text/text-ballot.tsx'
import { WordsBallot } from './words/words-ballot.tsx'

/** What each kind of poll is answered with. */
export const ballots: Record<PollKind, FunctionComponent<BallotFieldsProps>> = {
  single: SingleBallot,
  multiple: MultipleBallot,
  rating: RatingBallot,
  ranking: RankingBallot,
  number: NumberBallot,
  text: TextBallot,
  words: WordsBallot
}
