import type { ClientEventReply } from '../../protocol/events.ts'
import type { PollView, ReceiptStatus } from '../../protocol/poll.ts'
import type { ErrorCode } from '../../protocol/problem.ts'
import type { JoinedRoom } from '../../protocol/room.ts'
import { ballotFields } from './ballot-fields.ts'
import { flag, html, type Html } from './html.ts'
import { plainResults } from './plain-results.ts'
import { ask, refusalOf, type Say } from './words.ts'

export const voteOutcomes = { recorded: 'counted', unchanged: 'unchanged', changed: 'changed', withdrawn: 'withdrawn' } as const satisfies Record<ReceiptStatus, string>
export type VoteOutcome = (typeof voteOutcomes)[ReceiptStatus]

/** What came of the vote after which the page is shown. */
export interface Outcome {
  vote?: VoteOutcome | undefined
  problem?: ErrorCode | undefined
}

interface PlainRoom {
  room: JoinedRoom
  /** The poll that the room's screens show; undefined while there is none. */
  view: PollView | undefined
  isSignedIn: boolean
  outcome: Outcome
  /** The page's own. */
  path: string
  isPlain: boolean
  /** For the script, which then shows the same without waiting for its socket; undefined where it cannot. */
  firstView: Pick<ClientEventReply['room:join'], 'room' | 'polls' | 'questions'> | undefined
}

/** A room as a page that needs no script: the question, a form of native fields, and what became of the own vote. */
export function plainRoom (say: Say, { room, view, isSignedIn, outcome, path, isPlain, firstView }: PlainRoom): Html {
  return html`<main class="narrow"${firstView && html` data-view="${JSON.stringify(firstView)}"`}>
    <header class="room-header"><p dir="auto">${room.title}</p></header>
    ${saying('alert', outcome.problem === undefined ? '' : refusalOf(say, outcome.problem))}
    ${view === undefined ? waiting(say, isPlain ? `${path}?plain` : path) : question(say, view, { room, isSignedIn, outcome, path, isPlain })}
  </main>`
}

/** Instead of the room, where there is none to show. */
export function plainProblem (say: Say, code: ErrorCode): Html {
  const isUnknown = code === 'room_not_found'
  return html`<main class="narrow">
    <h1>${say(isUnknown ? 'roomUnknown' : 'pageTroubled')}</h1>
    <p>${isUnknown ? say('lookAgain') : refusalOf(say, code)}</p>
    <p><a class="button" href="/">${say('otherCode')}</a></p>
  </main>`
}

function waiting (say: Say, address: string): Html {
  return html`<h1 class="waiting">${say('waiting')}</h1>
    <p><a class="button" href="${address}">${say('reload')}</a></p>`
}

function question (say: Say, view: PollView, { room, isSignedIn, outcome, path, isPlain }: Omit<PlainRoom, 'view' | 'firstView'>): Html {
  const { poll, myVote } = view
  const isOpen = poll.status === 'open'
  const isFinal = myVote !== null && poll.revote === 'locked'
  const lacksAccount = room.access === 'accounts' && !isSignedIn
  const mayVote = isOpen && !isFinal && !lacksAccount
  const rule = isOpen && !isFinal ? ask(say, poll) : myVote === null ? '' : say('yourAnswerWas')
  return html`
    ${saying('status', statusOf(say, view, outcome))}
    <form class="ballot" method="post" action="${path}/vote${isPlain ? '?plain' : ''}" accept-charset="utf-8">
      <input type="hidden" name="poll" value="${poll.id}"><input type="hidden" name="round" value="${poll.round}">
      <fieldset${flag('disabled', !mayVote)}>
        <legend><h1 dir="auto">${poll.question}</h1></legend>
        <p class="rule">${rule}</p>
        <div class="fields">${ballotFields(say, poll, myVote)}
        </div>
      </fieldset>
      ${mayVote && room.access === 'codes' ? accessCodeField(say) : undefined}
      ${mayVote ? buttons(say, view) : undefined}
    </form>
    ${isOpen ? undefined : html`<p class="poll-status">${say(poll.status === 'paused' ? 'statusPaused' : 'statusClosed')}</p>`}
    ${isOpen && lacksAccount ? html`<p class="note">${say('accountReason')}</p>` : undefined}
    ${plainResults(say, poll, view.results)}
    <p><a class="button" href="${path}?${isPlain ? 'plain&' : ''}poll=${poll.id}">${say('reload')}</a></p>`
}

function buttons (say: Say, { poll, myVote }: PollView): Html {
  const canWithdraw = myVote !== null && poll.revote === 'withdraw'
  return html`<div class="actions">
        <button type="submit" class="primary">${say(myVote === null ? 'vote' : 'changeVote')}</button>
        ${canWithdraw ? html`<button type="submit" name="withdraw" value="yes" formnovalidate>${say('withdrawVote')}</button>` : undefined}
      </div>`
}

function accessCodeField (say: Say): Html {
  return html`<label class="field">${say('accessCode')}
        <input type="text" name="accessCode" maxlength="40" autocomplete="off" autocapitalize="characters" spellcheck="false">
        <small>${say('accessCodeReason')}</small>
      </label>`
}

function saying (role: 'status' | 'alert', text: string): Html | undefined {
  return text === '' ? undefined : role === 'alert' ? html`<p class="alert" role="alert">${text}</p>` : html`<p class="status" role="status">${text}</p>`
}

/** What is stored decides: an address alone claims nothing. */
function statusOf (say: Say, { myVote, held }: PollView, { vote, problem }: Outcome): string {
  if (myVote === null) return vote === 'withdrawn' ? say('withdrawn') : ''
  if (held === true) return say('held')
  if (problem !== undefined) return say('earlierCounts')
  return say(vote === 'changed' ? 'countedAnew' : vote === 'unchanged' ? 'countedBefore' : 'counted')
}

/** Instead of one poll, where there is none to show. */
export function plainPollProblem (say: Say, code: ErrorCode): Html {
  const isUnknown = code === 'poll_not_found'
  return html`<main class="narrow">
    <h1>${say(isUnknown ? 'pollGone' : 'pageTroubled')}</h1>
    <p>${isUnknown ? say('pollMayBeGone') : refusalOf(say, code)}</p>
  </main>`
}
