import type { Db } from '../../db/client.ts'
import { listSubscribedRooms } from '../../db/webhook-store.ts'

const refreshIntervalMs = 3000

export type Subscriptions = ReturnType<typeof startSubscriptions>

/**
 * Which rooms have webhooks, as of a few seconds ago: where there are none, nothing else of the webhooks asks the database.
 * What another instance has just added is known here at the next refresh.
 */
export function startSubscriptions ({ db, onError }: { db: Db, onError: (error: unknown, sentence: string) => void }) {
  let rooms = new Map<string, { wantsResults: boolean }>()
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  async function load (): Promise<void> {
    try {
      rooms = new Map((await listSubscribedRooms(db)).map((room) => [room.roomId, room]))
    } catch (error) {
      onError(error, 'the list of webhooks could not be read')
    }
  }

  async function refresh (): Promise<void> {
    clearTimeout(timer)
    // One that runs already may have read before the change that this one is asked for.
    await running
    if (isStopped) return
    running = load()
    await running
    clearTimeout(timer)
    if (!isStopped) timer = setTimeout(() => { void refresh() }, refreshIntervalMs)
  }

  void refresh()
  return {
    refresh,
    hasAny: () => rooms.size > 0,
    wantsResults: (roomId: string) => rooms.get(roomId)?.wantsResults === true,
    async stop (): Promise<void> {
      isStopped = true
      clearTimeout(timer)
      await running
    }
  }
}
