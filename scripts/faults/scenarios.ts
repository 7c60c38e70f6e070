import type { Scenario } from './scenario.ts'
import { closes } from './scenarios/closes.ts'
import { crashes } from './scenarios/crashes.ts'
import { networks } from './scenarios/networks.ts'
import { proxies } from './scenarios/proxies.ts'
import { slowReaders } from './scenarios/slow-readers.ts'
import { votes } from './scenarios/votes.ts'

export const scenarios: Scenario[] = [...votes, ...closes, ...crashes, ...networks, ...proxies, ...slowReaders]
