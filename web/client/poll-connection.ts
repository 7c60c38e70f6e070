import type { ClientEventReply } from '../../server/protocol/events.ts'
import type { JoinedRoom } from '../../server/protocol/room.ts'
import { connect, type Connection } from './connection.ts'
import type { LiveRoom } from './live-room.ts'

/** The poll's id in the page's own address: `/embed/{pollId}` or `/overlay/{pollId}`. */
export function pollIdFromPath (pathname: string): string {
  return (pathname.split('/')[2] ?? '').toLowerCase()
}

/** Joins one poll and nothing of its room, and feeds `liveRoom` with it as if it were a room of its own. */
export function connectToPoll (pollId: string, liveRoom: LiveRoom, presenterToken?: string): Connection {
  return connect({
    key: pollId,
    join: async (request) => {
      const reply = await request('poll:join', { pollId })
      return reply.ok ? { ok: true, data: asRoom(reply.data) } : reply
    }
  }, liveRoom, presenterToken)
}

/** What a poll's viewer is not told of the room does not matter to it: the server decides who votes. */
function asRoom ({ voterToken, ...view }: ClientEventReply['poll:join']): ClientEventReply['room:join'] {
  const room: JoinedRoom = { id: view.poll.roomId, code: '', title: '', currentPollId: view.poll.id, access: 'open', questionsMode: 'off', revision: 1 }
  return { room, polls: [view], questions: null, voterToken }
}
