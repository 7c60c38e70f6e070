import type { PollKind } from '../../protocol/poll.ts'
import type { Kind } from './kind.ts'
import { multiple } from './multiple/multiple.ts'
import { number } from './number/number.ts'
import { ranking } from './ranking/ranking.ts'
import { rating } from './rating/rating.ts'
import { single } from './single/single.ts'
import { text } from './text/text.ts'
import { words } from './words/words.ts'

export const kinds = { single, multiple, rating, ranking, number, text, words } satisfies Record<PollKind, Kind>
