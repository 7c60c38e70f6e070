import { readRoomPolls } from '../../client/room-polls.ts'
import { client } from '../session.ts'
import { useLoad } from '../use-load.ts'

/** All polls of a room, in the host's order. */
export function useRoomPolls (roomId: string) {
  return useLoad(async () => await readRoomPolls(client, roomId), [roomId])
}
