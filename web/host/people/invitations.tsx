import type { Invitation } from '../../../server/protocol/room.ts'
import { Field } from '../components/field.tsx'
import { Form } from '../components/form.tsx'
import { Loading } from '../components/loading.tsx'
import { notify } from '../components/notices.tsx'
import { isMemberRole, RoleOptions, roleText } from '../components/role-select.tsx'
import { textOf } from '../form-values.ts'
import { isLeaving, removeLater } from '../removal.ts'
import { explainFull } from '../refusals.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { useLoad } from '../use-load.ts'

/** Who is invited to manage the room, and has not answered yet. */
export function Invitations ({ roomId }: { roomId: string }) {
  const invitations = useLoad(async () => (await client.rooms.invitations(roomId)).items, [roomId])

  async function invite (fields: FormData, form: HTMLFormElement) {
    const role = textOf(fields, 'role')
    const email = textOf(fields, 'email').trim()
    await client.rooms.invite(roomId, { email, role: isMemberRole(role) ? role : 'viewer' })
    form.reset()
    notify(t('invited', { email }))
    await invitations.reload()
  }

  function withdraw ({ id, email }: Invitation) {
    removeLater(id, t('invitationWithdrawn', { email }), async () => { await client.rooms.withdrawInvitation(roomId, id) })
  }

  return (
    <section aria-labelledby='invitations'>
      <h2 id='invitations'>{t('invitations')}</h2>
      {invitations.data === undefined
        ? <Loading of={invitations} />
        : (
          <ul class='cards'>
            {invitations.data.filter(({ id }) => !isLeaving(id)).map((invitation) => (
              <li key={invitation.id} class='card'>
                <p class='main' dir='ltr'>{invitation.email}</p>
                <span>{roleText(invitation.role)}</span>
                <button type='button' aria-label={t('withdrawOf', { email: invitation.email })} onClick={() => { withdraw(invitation) }}>{t('withdraw')}</button>
              </li>
            ))}
          </ul>
          )}
      <Form send={invite} submitText={t('invite')} explain={explainFull(t('tooManyPeople'))}>
        <p class='hint'>{t('inviteRule')}</p>
        <Field name='email' label={t('email')}>{(field) => <input {...field} type='email' required maxLength={254} autocomplete='off' />}</Field>
        <Field name='role' label={t('role')}>{(field) => <select {...field}><RoleOptions /></select>}</Field>
      </Form>
    </section>
  )
}
