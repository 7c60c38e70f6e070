import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { PlenumError } from '../../server/protocol/problem.ts'
import { LanguageMenu } from '../components/language-menu.tsx'
import { Field } from './components/field.tsx'
import { Form } from './components/form.tsx'
import { textOf } from './form-values.ts'
import { client, setUser } from './session.ts'
import { t } from './text.ts'

export function SignInPage () {
  const isNew = useSignal(false)
  const heading = isNew.value ? t('signUp') : t('signIn')

  useEffect(() => { document.title = `${heading} – Plenum` }, [heading])

  async function send (fields: FormData) {
    const credentials = { email: textOf(fields, 'email').trim(), password: textOf(fields, 'password') }
    const { user } = isNew.value
      ? await client.auth.register({ ...credentials, name: textOf(fields, 'name').trim() })
      : await client.auth.login(credentials)
    setUser(user)
  }

  return (
    <main class='narrow'>
      <h1>{heading}</h1>
      <Form send={send} submitText={heading} explain={(error) => explain(error, isNew.value)}>
        {isNew.value && <Field name='name' label={t('yourName')}>{(field) => <input {...field} autocomplete='name' required maxLength={100} />}</Field>}
        <Field name='email' label={t('email')}>{(field) => <input {...field} type='email' autocomplete='username' required maxLength={254} />}</Field>
        <Field name='password' label={t('password')} hint={isNew.value ? t('passwordRule') : ''}>
          {(field) => <input {...field} type='password' required minLength={isNew.value ? 8 : 1} maxLength={200} autocomplete={isNew.value ? 'new-password' : 'current-password'} />}
        </Field>
      </Form>
      <button type='button' class='quiet' onClick={() => { isNew.value = !isNew.value }}>{isNew.value ? t('signInInstead') : t('signUpInstead')}</button>
      <LanguageMenu />
    </main>
  )
}

function explain (error: unknown, isNew: boolean): string | undefined {
  if (!(error instanceof PlenumError)) return undefined
  if (isNew && error.code === 'conflict') return t('emailTaken')
  if (isNew && error.code === 'forbidden') return t('registrationClosed')
  return !isNew && error.code === 'unauthenticated' ? t('wrongPassword') : undefined
}
