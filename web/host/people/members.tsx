import { useLocation } from 'preact-iso'
import type { Room, RoomMember } from '../../../server/protocol/room.ts'
import { attempt } from '../attempt.ts'
import { notify } from '../components/notices.tsx'
import { isMemberRole, RoleGuide, RoleOptions, roleText } from '../components/role-select.tsx'
import { isLeaving, removeLater, showAgain } from '../removal.ts'
import { client, user } from '../session.ts'
import { t } from '../text.ts'

interface MembersProps {
  room: Room
  members: readonly RoomMember[]
  isOwner: boolean
  reload: () => Promise<void>
}

export function Members ({ room, members, isOwner, reload }: MembersProps) {
  const { route } = useLocation()

  async function changeRole ({ userId, name }: RoomMember, role: string) {
    if (!isMemberRole(role)) return
    await attempt(async () => {
      await client.rooms.editMember(room.id, userId, role)
      notify(t('roleChanged', { name, role: roleText(role) }))
    })
    // Also after a refusal: the menu shows what is true.
    await reload()
  }

  function leave ({ userId }: RoomMember) {
    // Its card is hidden among the rooms meanwhile.
    removeLater(room.id, t('roomLeft', { title: room.title }), async () => { await client.rooms.removeMember(room.id, userId) })
    route('/host')
  }

  function remove ({ userId, name }: RoomMember) {
    const id = idOf(room, userId)
    removeLater(id, t('memberRemoved', { name }), async () => {
      await client.rooms.removeMember(room.id, userId)
      await reload()
      // Who is invited again may come back.
      showAgain(id)
    })
  }

  return (
    <section aria-labelledby='members'>
      <h2 id='members'>{t('members')}</h2>
      <ul class='cards'>
        {members.filter(({ userId }) => !isLeaving(idOf(room, userId))).map((member) => (
          <li key={member.userId} class='card'>
            <p class='main'>{member.name}<br /><span class='hint' dir='ltr'>{member.email}</span></p>
            {isOwner && member.role !== 'owner'
              ? (
                <select aria-label={t('roleOf', { name: member.name })} value={member.role} onChange={(event) => { void changeRole(member, event.currentTarget.value) }}>
                  <RoleOptions />
                </select>
                )
              : <span>{roleText(member.role)}</span>}
            {member.role !== 'owner' && member.userId === user.value?.id && <button type='button' onClick={() => { leave(member) }}>{t('leaveRoom')}</button>}
            {member.role !== 'owner' && isOwner && <button type='button' aria-label={t('removeOf', { name: member.name })} onClick={() => { remove(member) }}>{t('remove')}</button>}
          </li>
        ))}
      </ul>
      <RoleGuide />
    </section>
  )
}

function idOf (room: Room, userId: string): string {
  return `${room.id}/${userId}`
}
