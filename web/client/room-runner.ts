import { createHttpClient, type HttpClient } from '../../server/client/http-client.ts'
import type { Poll } from '../../server/protocol/poll.ts'
import { PlenumError, type ErrorCode } from '../../server/protocol/problem.ts'
import { roomStateOf } from '../../server/protocol/room.ts'
import { areResultsShown } from './held-view.ts'
import type { LiveRoom } from './live-room.ts'
import { readRoomPolls } from './room-polls.ts'
import { t, type TextKey } from './text.ts'

/** Keys that are pressed faster than the server answers wait in line, but not without end. */
const maxWaiting = 5

const refusals: Partial<Record<ErrorCode, Extract<TextKey, `cannot${string}` | 'refusedRate'>>> = {
  forbidden: 'cannotForbidden',
  unauthenticated: 'cannotSignedOut',
  conflict: 'cannotConflict',
  poll_not_found: 'cannotGone',
  room_not_found: 'cannotGone',
  rate_limited: 'refusedRate'
}

/** Whether the audience sees everything there is to see of the poll, the right answer of a quiz included. */
export function isRevealed (poll: Poll): boolean {
  return poll.correct === undefined ? areResultsShown(poll, false) : poll.revealed === true
}

/**
 * Runs a room from the screen that shows it, one step after the other.
 * @param say tells what the screen itself does not show
 * @param client as whoever has signed in with this browser: without a token it is the cookie that counts
 */
export function createRoomRunner (liveRoom: LiveRoom, say: (text: string) => void, client: HttpClient = createHttpClient({ baseUrl: location.origin })) {
  let last = Promise.resolve()
  let waiting = 0

  function enqueue (step: () => Promise<string>): void {
    if (waiting >= maxWaiting) return
    waiting += 1
    last = last.then(step).catch(refusalWords).then((text) => {
      waiting -= 1
      say(text)
    })
  }

  /** What is on stage, also when it is a draft, which the audience's screens do not show. */
  async function findPoll (): Promise<Poll | undefined> {
    const stagedId = liveRoom.room.value?.currentPollId ?? null
    if (stagedId === null) return liveRoom.shown.value?.poll
    return liveRoom.view(stagedId)?.poll ?? await client.polls.read(stagedId)
  }

  async function command (change: (poll: Poll) => Promise<Poll>): Promise<string> {
    const poll = await findPoll()
    if (poll === undefined) return t('nothingOnStage')
    // At once, so that the next step begins where this one ended; the event that follows changes nothing.
    liveRoom.apply('poll', await change(poll))
    return ''
  }

  async function go (by: 1 | -1): Promise<string> {
    const room = liveRoom.room.value
    if (room === null) return t('nothingOnStage')
    const polls = (await readRoomPolls(client, room.id)).filter(({ status }) => status !== 'archived')
    const currentId = room.currentPollId ?? liveRoom.shown.value?.poll.id
    const place = polls.findIndex(({ id }) => id === currentId) + by
    const poll = polls[place]
    if (poll === undefined) return t(by === 1 ? 'noNextPoll' : 'noPreviousPoll')
    liveRoom.apply('room', roomStateOf(await client.rooms.setStage(room.id, poll.id), liveRoom.present.value ?? 0))
    // Without its text: the audience reads along, and does not see drafts.
    return t(poll.status === 'draft' ? 'draftReady' : 'stageMoved', { number: place + 1, count: polls.length })
  }

  return {
    toggleOpen: () => enqueue(async () => await command(({ id, status }) => status === 'open' ? client.polls.close(id) : client.polls.open(id))),
    toggleResults: () => enqueue(async () => await command((poll) => client.polls.reveal(poll.id, !isRevealed(poll)))),
    next: () => enqueue(async () => await go(1)),
    previous: () => enqueue(async () => await go(-1))
  }
}

function refusalWords (error: unknown): string {
  if (!(error instanceof PlenumError)) return t('noAnswer')
  return t(refusals[error.code] ?? 'cannotNow')
}
