import { computed } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { LiveRoom } from '../../client/live-room.ts'
import { useRoomPolls } from './use-room-polls.ts'

/** All polls of a room, drafts too, in the host's order; read again when the room tells that one of them or their order is another. */
export function useLivePolls (roomId: string, liveRoom: LiveRoom | undefined) {
  const polls = useRoomPolls(roomId)
  // Votes come by the dozen a second, and change none of this.
  const told = useMemo(() => computed(() => liveRoom?.room.value == null ? undefined : revisionsOf(liveRoom)), [liveRoom]).value

  useEffect(() => { if (told !== undefined) void polls.reload() }, [told])
  return polls
}

function revisionsOf ({ room, polls }: LiveRoom): string {
  return [room.value?.revision, ...polls.value.map(({ id, revision }) => `${id} ${revision}`)].join()
}
