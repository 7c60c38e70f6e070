import { PlenumError } from '../../../server/protocol/problem.ts'
import { Field } from '../components/field.tsx'
import { Form } from '../components/form.tsx'
import { notify } from '../components/notices.tsx'
import { textOf } from '../form-values.ts'
import { client, user } from '../session.ts'
import { t } from '../text.ts'

export function PasswordForm () {
  async function change (fields: FormData, form: HTMLFormElement) {
    await client.auth.changePassword(textOf(fields, 'currentPassword'), textOf(fields, 'newPassword'))
    form.reset()
    notify(t('passwordChanged'))
  }

  return (
    <section aria-labelledby='password'>
      <h2 id='password'>{t('changePassword')}</h2>
      <Form send={change} submitText={t('changePassword')} explain={wrongPasswordText}>
        {/* For the browser's store of passwords. */}
        <input type='email' hidden readOnly autocomplete='username' value={user.value?.email} />
        <Field name='currentPassword' label={t('currentPassword')}>{(field) => <input {...field} type='password' required maxLength={200} autocomplete='current-password' />}</Field>
        <Field name='newPassword' label={t('newPassword')} hint={t('passwordRule')}>{(field) => <input {...field} type='password' required minLength={8} maxLength={200} autocomplete='new-password' />}</Field>
        <p class='hint'>{t('changePasswordRule')}</p>
      </Form>
    </section>
  )
}

export function wrongPasswordText (error: unknown): string | undefined {
  return error instanceof PlenumError && error.code === 'forbidden' ? t('passwordNotRight') : undefined
}
