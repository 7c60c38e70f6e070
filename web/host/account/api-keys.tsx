import { useSignal } from '@preact/signals'
import type { ApiKey, ApiScope } from '../../../server/protocol/identity.ts'
import { pageLanguage } from '../../client/page-language.ts'
import { Field } from '../components/field.tsx'
import { Form } from '../components/form.tsx'
import { Loading } from '../components/loading.tsx'
import { momentText } from '../components/moment.tsx'
import { MoreButton } from '../components/more-button.tsx'
import { Secret } from '../components/secret.tsx'
import { textOf } from '../form-values.ts'
import { isLeaving, removeLater } from '../removal.ts'
import { explainFull } from '../refusals.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { usePages } from '../use-pages.ts'

const scopes: readonly ApiScope[] = ['polls:read', 'polls:write', 'results:read', 'votes:write']
const lists = new Intl.ListFormat(pageLanguage)

/** Keys with which programs act for this account. */
export function ApiKeys () {
  const keys = usePages((cursor) => client.keys.list(cursor === undefined ? {} : { cursor }), [])
  const secret = useSignal('')

  async function create (fields: FormData, form: HTMLFormElement) {
    const chosen = scopes.filter((scope) => fields.has(scope))
    secret.value = (await client.keys.create({ name: textOf(fields, 'name').trim(), scopes: chosen })).key
    form.reset()
    await keys.reload()
  }

  return (
    <section aria-labelledby='api-keys'>
      <h2 id='api-keys'>{t('apiKeys')}</h2>
      <p>{t('apiKeysRule')}</p>
      {keys.data === undefined ? <Loading of={keys} /> : <ul class='cards'>{keys.data.items.filter(({ id }) => !isLeaving(id)).map((key) => <KeyCard key={key.id} apiKey={key} />)}</ul>}
      <MoreButton of={keys} />
      <Form send={create} submitText={t('makeApiKey')} explain={explainFull(t('tooManyApiKeys'))}>
        <Field name='name' label={t('apiKeyName')}>{(field) => <input {...field} required maxLength={100} autocomplete='off' />}</Field>
        <fieldset class='choices'>
          <legend>{t('apiKeyMay')}</legend>
          {scopes.map((scope) => (
            <label key={scope} class='option'><input type='checkbox' name={scope} defaultChecked={scope !== 'votes:write'} /><span>{scopeText(scope)}</span></label>
          ))}
        </fieldset>
      </Form>
      {secret.value !== '' && <Secret label={t('apiKey')} value={secret.value} />}
    </section>
  )
}

function KeyCard ({ apiKey: { id, name, scopes: may, lastUsedAt } }: { apiKey: ApiKey }) {
  function remove () {
    removeLater(id, t('apiKeyDeleted', { name }), async () => { await client.keys.delete(id) })
  }

  return (
    <li class='card'>
      <p class='main'>{name}<br /><span class='hint'>{lists.format(may.map(scopeText))}</span></p>
      <span class='hint'>{lastUsedAt === null ? t('neverUsed') : t('lastUsed', { time: momentText(lastUsedAt) })}</span>
      <button type='button' aria-label={t('deleteOf', { name })} onClick={remove}>{t('delete')}</button>
    </li>
  )
}

function scopeText (scope: ApiScope): string {
  switch (scope) {
    case 'polls:read': return t('scopePollsRead')
    case 'polls:write': return t('scopePollsWrite')
    case 'results:read': return t('scopeResultsRead')
    case 'votes:write': return t('scopeVotesWrite')
    default: return scope satisfies never
  }
}
