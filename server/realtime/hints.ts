import type { ResultsBoard } from '../polls/results-board.ts'
import type { RoomBoard } from '../rooms/room-board.ts'
import { isHint } from './hint.ts'
import type { OwnVoteTeller } from './own-vote-teller.ts'
import type { Presence } from './presence.ts'
import type { QuestionsBroadcaster } from './questions-broadcaster.ts'
import type { SuggestionsTeller } from './suggestions-teller.ts'

export interface HintsOptions {
  board: ResultsBoard
  rooms: RoomBoard
  presence: Presence
  questions: QuestionsBroadcaster
  ownVotes: OwnVoteTeller
  suggestions: SuggestionsTeller
  isWatchedRoom: (roomId: string) => boolean
  onError: (error: unknown, sentence: string) => void
}

/** Takes over what another instance tells. Only what is held here anyway is of interest; anything malformed is dropped. */
export function createHintReader ({ board, rooms, presence, questions, ownVotes, suggestions, isWatchedRoom, onError }: HintsOptions) {
  return (hint: unknown): void => {
    if (!isHint(hint)) {
      onError(new Error('malformed hint'), 'a message of another instance was dropped')
      return
    }
    switch (hint.type) {
      case 'poll': {
        const { poll, secret, results, staff } = hint
        if (board.peek(poll.id) !== undefined || isWatchedRoom(poll.roomId)) board.put({ poll, secret, results, staff }, 'hint')
        break
      }
      case 'results': {
        const { pollId } = hint.results
        if (board.peek(pollId) === undefined) break
        if (board.putResults(hint.results, hint.revision, 'hint') === 'poll_unknown') {
          board.refresh(pollId).catch((error: unknown) => { onError(error, 'a poll could not be read again') })
        }
        break
      }
      case 'removed': board.remove(hint.pollId, 'hint'); break
      case 'room':
        // Polls may be held without their room.
        board.putStaff(hint.room.id, hint.staff)
        if (rooms.peek(hint.room.id) !== undefined) rooms.put({ room: hint.room, staff: hint.staff, pollOrder: hint.pollOrder }, 'hint')
        break
      case 'questions': questions.heard(hint.roomId, hint.version); break
      case 'reviewed': ownVotes.heard(hint.pollId, hint.voterId); break
      case 'suggestions': suggestions.heard(hint.pollId); break
      case 'present': presence.hear(hint); break
      default: hint satisfies never
    }
  }
}
