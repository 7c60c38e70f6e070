import { useLocation } from 'preact-iso'
import type { Invitation } from '../../../server/protocol/room.ts'
import { ActionButton } from '../components/action-button.tsx'
import { roleText } from '../components/role-select.tsx'
import { isLeaving, removeLater, showAgain } from '../removal.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { useLoad } from '../use-load.ts'

/** Rooms that this account was invited to manage; nothing where there are none. */
export function OwnInvitations () {
  const { route } = useLocation()
  const invitations = useLoad(async () => (await client.invitations.list()).items, [])
  const shown = (invitations.data ?? []).filter(({ id }) => !isLeaving(id))
  if (shown.length === 0) return null

  async function accept ({ id }: Invitation) {
    const room = await client.invitations.accept(id)
    // It may be one that was left before.
    showAgain(room.id)
    route(`/host/rooms/${room.id}`)
  }

  function decline ({ id, roomTitle }: Invitation) {
    removeLater(id, t('invitationDeclined', { title: roomTitle }), async () => { await client.invitations.decline(id) })
  }

  return (
    <section aria-labelledby='own-invitations'>
      <h2 id='own-invitations'>{t('ownInvitations')}</h2>
      <ul class='cards'>
        {shown.map((invitation) => (
          <li key={invitation.id} class='card'>
            <p class='main'>{t('invitedTo', { title: invitation.roomTitle, role: roleText(invitation.role) })}</p>
            <div class='actions'>
              <ActionButton class='primary' act={async () => { await accept(invitation) }} label={t('acceptOf', { title: invitation.roomTitle })}>{t('accept')}</ActionButton>
              <button type='button' aria-label={t('declineOf', { title: invitation.roomTitle })} onClick={() => { decline(invitation) }}>{t('decline')}</button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
