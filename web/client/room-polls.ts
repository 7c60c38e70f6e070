import type { HttpClient } from '../../server/client/http-client.ts'
import type { ListedPoll } from '../../server/protocol/poll.ts'

interface RoomPollsClient {
  polls: Pick<HttpClient['polls'], 'list'>
  rooms: Pick<HttpClient['rooms'], 'pollOrder'>
}

/** All polls of a room, in the host's order. */
export async function readRoomPolls ({ polls, rooms }: RoomPollsClient, roomId: string): Promise<ListedPoll[]> {
  const found = new Map<string, ListedPoll>()
  let cursor: string | undefined
  do {
    const page = await polls.list({ roomId, limit: 100, ...(cursor === undefined ? {} : { cursor }) })
    for (const poll of page.items) found.set(poll.id, poll)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  const { pollIds } = await rooms.pollOrder(roomId)
  return pollIds.map((id) => found.get(id)).filter((poll) => poll !== undefined)
}
