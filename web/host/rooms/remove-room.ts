import type { Room } from '../../../server/protocol/room.ts'
import { removeLater } from '../removal.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'

/** With all that is in it, when the time to undo is over. */
export function removeRoomLater ({ id, title }: Pick<Room, 'id' | 'title'>): void {
  removeLater(id, t('roomDeleted', { title }), async () => { await client.rooms.delete(id) })
}
