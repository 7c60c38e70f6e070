import type { PollKind } from '../../protocol/poll.ts'
import type { Kind } from './kind.ts'
import { multiple } from './multiple.ts'
import { single } from './single.ts'

export const kinds = { single, multiple } satisfies Record<PollKind, Kind>
