import { Field } from '../components/field.tsx'
import { Form } from '../components/form.tsx'
import { textOf } from '../form-values.ts'
import { client, setUser, user } from '../session.ts'
import { t } from '../text.ts'
import { wrongPasswordText } from './password-form.tsx'

/** At once: whoever gives the password means it. */
export function DeleteAccount () {
  async function remove (fields: FormData) {
    await client.auth.deleteAccount(textOf(fields, 'password'))
    setUser(null)
  }

  return (
    <section aria-labelledby='delete-account'>
      <h2 id='delete-account'>{t('deleteAccount')}</h2>
      {user.value?.role === 'admin'
        ? <p class='hint'>{t('adminStays')}</p>
        : (
          <>
            <p>{t('deleteAccountRule')}</p>
            <Form send={remove} submitText={t('deleteAccountNow')} explain={wrongPasswordText}>
              <Field name='password' label={t('password')}>{(field) => <input {...field} type='password' required maxLength={200} autocomplete='current-password' />}</Field>
            </Form>
          </>
          )}
    </section>
  )
}
