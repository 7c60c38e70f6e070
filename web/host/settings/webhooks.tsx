import { useSignal } from '@preact/signals'
import type { Webhook, WebhookEvent } from '../../../server/protocol/webhook.ts'
import { pageLanguage } from '../../client/page-language.ts'
import { Field } from '../components/field.tsx'
import { Form } from '../components/form.tsx'
import { Loading } from '../components/loading.tsx'
import { Moment } from '../components/moment.tsx'
import { MoreButton } from '../components/more-button.tsx'
import { Secret } from '../components/secret.tsx'
import { textOf } from '../form-values.ts'
import { isLeaving, removeLater } from '../removal.ts'
import { explainFull } from '../refusals.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { usePages } from '../use-pages.ts'
import { Deliveries } from './deliveries.tsx'
import { eventText, webhookEvents } from './webhook-events.ts'

/** Where the room's events are sent. */
export function Webhooks ({ roomId }: { roomId: string }) {
  const webhooks = usePages((cursor) => client.webhooks.list(roomId, cursor === undefined ? {} : { cursor }), [roomId])
  const secret = useSignal('')

  async function create (fields: FormData, form: HTMLFormElement) {
    const events = webhookEvents.filter((event) => fields.has(event))
    secret.value = (await client.webhooks.create(roomId, { url: textOf(fields, 'url').trim(), events })).secret
    form.reset()
    await webhooks.reload()
  }

  return (
    <section aria-labelledby='webhooks'>
      <h2 id='webhooks'>{t('webhooks')}</h2>
      <p>{t('webhooksRule')}</p>
      {webhooks.data === undefined
        ? <Loading of={webhooks} />
        : <ul class='cards'>{webhooks.data.items.filter(({ id }) => !isLeaving(id)).map((webhook) => <WebhookCard key={webhook.id} webhook={webhook} />)}</ul>}
      <MoreButton of={webhooks} />
      <Form send={create} submitText={t('addWebhook')} explain={explainFull(t('tooManyWebhooks'))}>
        <Field name='url' label={t('webhookUrl')}>{(field) => <input {...field} type='url' required maxLength={2000} pattern='https?://.+' dir='ltr' placeholder='https://' />}</Field>
        <fieldset class='choices'>
          <legend>{t('webhookEvents')}</legend>
          {webhookEvents.map((event) => (
            <label key={event} class='option'><input type='checkbox' name={event} defaultChecked={event !== 'poll.results'} /><span>{eventText(event)}</span></label>
          ))}
        </fieldset>
      </Form>
      {secret.value !== '' && <Secret label={t('webhookSecret')} value={secret.value} />}
    </section>
  )
}

function WebhookCard ({ webhook: { id, url, events, disabledAt } }: { webhook: Webhook }) {
  const isShown = useSignal(false)

  function remove () {
    removeLater(id, t('webhookDeleted', { url }), async () => { await client.webhooks.delete(id) })
  }

  return (
    <li class='card'>
      <p class='main'><span dir='ltr'>{url}</span><br /><span class='hint'>{listOf(events)}</span></p>
      {disabledAt !== null && <p class='alert'>{t('webhookDisabled')} <Moment at={disabledAt} /></p>}
      <button type='button' aria-label={t('deleteOf', { name: url })} onClick={remove}>{t('delete')}</button>
      <details class='whole' onToggle={(event) => { isShown.value = event.currentTarget.open }}>
        <summary>{t('deliveries')}</summary>
        {isShown.value && <Deliveries webhookId={id} isDisabled={disabledAt !== null} />}
      </details>
    </li>
  )
}

const lists = new Intl.ListFormat(pageLanguage)

function listOf (events: readonly WebhookEvent[]): string {
  return lists.format(events.map(eventText))
}
