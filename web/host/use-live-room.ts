import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { connectToRoom, type Connection } from '../client/connection.ts'
import { createLiveRoom, type LiveRoom } from '../client/live-room.ts'

export interface FollowedRoom { liveRoom: LiveRoom, connection: Connection }

/** A room as it happens, for as long as the page is shown; null at first. */
export function useLiveRoom (code: string | undefined): FollowedRoom | null {
  const followed = useSignal<FollowedRoom | null>(null)

  useEffect(() => {
    if (code === undefined) return
    const liveRoom = createLiveRoom()
    const connection = connectToRoom(code, liveRoom)
    followed.value = { liveRoom, connection }
    return () => {
      connection.close()
      followed.value = null
    }
  }, [code])
  return followed.value
}
