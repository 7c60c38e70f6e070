import { isKeptAnswer, type KeptAnswer } from './ballot-outbox.ts'

/** How it stands with the answer to a poll: kept until it is acknowledged; without `kept` the server has the last word. */
export interface BallotNews {
  pollId: string
  kept?: KeptAnswer | undefined
}

/** The other tabs in which this browser has pages of Plenum open: they are the same voter. */
export interface OtherTabs {
  tell: (news: BallotNews) => void
  onNews: (listener: (news: BallotNews) => void) => void
}

/** What is stored is not read instead: it may reach another tab later than the word that it has changed. */
export function createOtherTabs (): OtherTabs {
  const channel = openChannel()
  return {
    tell: (news) => channel?.postMessage(news),
    onNews: (listener) => channel?.addEventListener('message', ({ data }) => { if (isBallotNews(data)) listener(data) })
  }
}

/** Some browsers refuse it where they block storage, as in frames of other sites. */
function openChannel (): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel('plenum.ballots')
  } catch {
    return undefined
  }
}

/** A tab may still run the script of another version. */
function isBallotNews (data: unknown): data is BallotNews {
  return typeof data === 'object' && data !== null && 'pollId' in data && typeof data.pollId === 'string' &&
    (!('kept' in data) || data.kept === undefined || isKeptAnswer(data.kept))
}
