import { createBallotDrafts, type BallotDrafts } from './ballot-drafts.ts'
import { createBallotOutbox, type BallotOutbox } from './ballot-outbox.ts'
import { createBallotSender, type BallotSender } from './ballot-sender.ts'
import { browserStorage } from './browser-storage.ts'
import type { Connection } from './connection.ts'
import type { LiveRoom } from './live-room.ts'
import { createOtherTabs } from './other-tabs.ts'

/** What a page holds of the ballots of its voter: as filled in, as kept, and as sent. */
export interface Ballots {
  drafts: BallotDrafts
  outbox: BallotOutbox
  sender: BallotSender
}

export function createBallots (connection: Connection, liveRoom: LiveRoom): Ballots {
  const drafts = createBallotDrafts()
  const outbox = createBallotOutbox(browserStorage)
  return { drafts, outbox, sender: createBallotSender({ connection, liveRoom, drafts, outbox, otherTabs: createOtherTabs() }) }
}
