import type { Poll } from '../../../server/protocol/poll.ts'
import { client } from '../session.ts'
import { useLoad } from '../use-load.ts'

/** All polls of a room, in the host's order. */
export function useRoomPolls (roomId: string) {
  return useLoad(async () => await readRoomPolls(roomId), [roomId])
}

async function readRoomPolls (roomId: string): Promise<Poll[]> {
  const polls = new Map<string, Poll>()
  let cursor: string | undefined
  do {
    const page = await client.polls.list({ roomId, limit: 100, ...(cursor === undefined ? {} : { cursor }) })
    for (const poll of page.items) polls.set(poll.id, poll)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  const { pollIds } = await client.rooms.pollOrder(roomId)
  return pollIds.map((id) => polls.get(id)).filter((poll) => poll !== undefined)
}
