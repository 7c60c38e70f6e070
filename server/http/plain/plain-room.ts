import type { ClientEventReply } from '../../protocol/events.ts'
import type { PollView, ReceiptStatus } from '../../protocol/poll.ts'
import type { ErrorCode } from '../../protocol/problem.ts'
import type { JoinedRoom } from '../../protocol/room.ts'
import { ballotFields } from './ballot-fields.ts'
import { flag, html, type Html } from './html.ts'
import { plainResults } from './plain-results.ts'
import { ask, refusalOf, words } from './words.ts'

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
export function plainRoom ({ room, view, isSignedIn, outcome, path, isPlain, firstView }: PlainRoom): Html {
  return html`<main class="narrow" lang="en" dir="ltr"${firstView && html` data-view="${JSON.stringify(firstView)}"`}>
    <header class="room-header"><p dir="auto">${room.title}</p></header>
    ${saying('alert', outcome.problem === undefined ? '' : refusalOf(outcome.problem))}
    ${view === undefined ? waiting(isPlain ? `${path}?plain` : path) : question(view, { room, isSignedIn, outcome, path, isPlain })}
  </main>`
}

/** Instead of the room, where there is none to show. */
export function plainProblem (code: ErrorCode): Html {
  const isUnknown = code === 'room_not_found'
  return html`<main class="narrow" lang="en" dir="ltr">
    <h1>${isUnknown ? words.noRoom : words.troubled}</h1>
    <p>${isUnknown ? words.lookAgain : refusalOf(code)}</p>
    <p><a class="button" href="/">${words.otherCode}</a></p>
  </main>`
}

function waiting (address: string): Html {
  return html`<h1 class="waiting">${words.waiting}</h1>
    <p><a class="button" href="${address}">${words.reload}</a></p>`
}

function question (view: PollView, { room, isSignedIn, outcome, path, isPlain }: Omit<PlainRoom, 'view' | 'firstView'>): Html {
  const { poll, myVote } = view
  const isOpen = poll.status === 'open'
  const isFinal = myVote !== null && poll.revote === 'locked'
  const lacksAccount = room.access === 'accounts' && !isSignedIn
  const mayVote = isOpen && !isFinal && !lacksAccount
  const rule = isOpen && !isFinal ? ask(poll) : myVote === null ? '' : words.yourAnswerWas
  return html`
    ${saying('status', statusOf(view, outcome))}
    <form class="ballot" method="post" action="${path}/vote${isPlain ? '?plain' : ''}" accept-charset="utf-8">
      <input type="hidden" name="poll" value="${poll.id}"><input type="hidden" name="round" value="${poll.round}">
      <fieldset${flag('disabled', !mayVote)}>
        <legend><h1 dir="auto">${poll.question}</h1></legend>
        <p class="rule">${rule}</p>
        <div class="fields">${ballotFields(poll, myVote)}
        </div>
      </fieldset>
      ${mayVote && room.access === 'codes' ? accessCodeField() : undefined}
      ${mayVote ? buttons(view) : undefined}
    </form>
    ${isOpen ? undefined : html`<p class="poll-status">${poll.status === 'paused' ? words.paused : words.closed}</p>`}
    ${isOpen && lacksAccount ? html`<p class="note">${words.signInReason}</p>` : undefined}
    ${plainResults(poll, view.results)}
    <p><a class="button" href="${path}?${isPlain ? 'plain&' : ''}poll=${poll.id}">${words.reload}</a></p>`
}

function buttons ({ poll, myVote }: PollView): Html {
  const canWithdraw = myVote !== null && poll.revote === 'withdraw'
  return html`<div class="actions">
        <button type="submit" class="primary">${myVote === null ? words.vote : words.changeVote}</button>
        ${canWithdraw ? html`<button type="submit" name="withdraw" value="yes" formnovalidate>${words.withdraw}</button>` : undefined}
      </div>`
}

function accessCodeField (): Html {
  return html`<label class="field">${words.accessCode}
        <input type="text" name="accessCode" maxlength="40" autocomplete="off" autocapitalize="characters" spellcheck="false">
        <small>${words.accessCodeReason}</small>
      </label>`
}

function saying (role: 'status' | 'alert', text: string): Html | undefined {
  return text === '' ? undefined : role === 'alert' ? html`<p class="alert" role="alert">${text}</p>` : html`<p class="status" role="status">${text}</p>`
}

/** What is stored decides: an address alone claims nothing. */
function statusOf ({ myVote, held }: PollView, { vote, problem }: Outcome): string {
  if (myVote === null) return vote === 'withdrawn' ? words.withdrawn : ''
  if (held === true) return words.held
  if (problem !== undefined) return words.earlierCounts
  return vote === 'changed' || vote === 'unchanged' ? words[vote] : words.counted
}

/** Instead of one poll, where there is none to show. */
export function plainPollProblem (code: ErrorCode): Html {
  const isUnknown = code === 'poll_not_found'
  return html`<main class="narrow" lang="en" dir="ltr">
    <h1>${isUnknown ? words.noPoll : words.troubled}</h1>
    <p>${isUnknown ? words.noPollYet : refusalOf(code)}</p>
  </main>`
}
