import type { MemberRole, RoomRole } from '../../../server/protocol/room.ts'
import { t } from '../text.ts'

const memberRoles: readonly MemberRole[] = ['editor', 'moderator', 'viewer']

export function isMemberRole (text: string): text is MemberRole {
  return memberRoles.some((role) => role === text)
}

export function roleText (role: RoomRole): string {
  switch (role) {
    case 'owner': return t('roleOwner')
    case 'editor': return t('roleEditor')
    case 'moderator': return t('roleModerator')
    case 'viewer': return t('roleViewer')
    default: return role satisfies never
  }
}

/** What each role may do, for those who give them. */
export function RoleGuide () {
  return (
    <details>
      <summary>{t('roleGuide')}</summary>
      <dl class='guide'>
        <dt>{t('roleOwner')}</dt><dd>{t('roleOwnerMay')}</dd>
        <dt>{t('roleEditor')}</dt><dd>{t('roleEditorMay')}</dd>
        <dt>{t('roleModerator')}</dt><dd>{t('roleModeratorMay')}</dd>
        <dt>{t('roleViewer')}</dt><dd>{t('roleViewerMay')}</dd>
      </dl>
    </details>
  )
}

export function RoleOptions () {
  return <>{memberRoles.map((role) => <option key={role} value={role}>{roleText(role)}</option>)}</>
}
