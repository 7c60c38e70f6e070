import type { Delivery } from '../../../server/protocol/webhook.ts'
import { ActionButton } from '../components/action-button.tsx'
import { Loading } from '../components/loading.tsx'
import { Moment, momentText } from '../components/moment.tsx'
import { MoreButton } from '../components/more-button.tsx'
import { notify } from '../components/notices.tsx'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { usePages } from '../use-pages.ts'
import { eventText } from './webhook-events.ts'

/** What was sent to a webhook, and what waits. */
export function Deliveries ({ webhookId, isDisabled }: { webhookId: string, isDisabled: boolean }) {
  const deliveries = usePages((cursor) => client.webhooks.deliveries(webhookId, cursor === undefined ? {} : { cursor }), [webhookId])
  if (deliveries.data === undefined) return <Loading of={deliveries} />

  async function replay (deliveryId: string) {
    await client.webhooks.replay(webhookId, deliveryId)
    notify(t('sentAgain'))
    await deliveries.reload()
  }

  return (
    <>
      {deliveries.data.items.length === 0 && <p class='hint'>{t('noDeliveries')}</p>}
      <ul class='cards'>
        {deliveries.data.items.map((delivery) => (
          <li key={delivery.id} class='card'>
            <p class='main'>{eventText(delivery.event)}<br /><span class='hint'>{stateOf(delivery)}</span></p>
            <Moment at={delivery.createdAt} />
            {!isDisabled && delivery.status !== 'waiting' && <ActionButton act={async () => { await replay(delivery.id) }} label={t('sendAgainOf', { event: eventText(delivery.event), time: momentText(delivery.createdAt) })}>{t('sendAgain')}</ActionButton>}
          </li>
        ))}
      </ul>
      <div class='actions'>
        <MoreButton of={deliveries} />
        <ActionButton class='quiet' act={deliveries.reload}>{t('lookAgain')}</ActionButton>
      </div>
    </>
  )
}

function stateOf ({ status, attempts, responseStatus, error, nextAttemptAt }: Delivery): string {
  const reason = error ?? (responseStatus === null ? '' : t('answeredWith', { status: String(responseStatus) }))
  switch (status) {
    case 'delivered': return t('delivered', { count: attempts })
    case 'failed': return t('givenUp', { count: attempts, reason })
    case 'waiting': return attempts === 0 || nextAttemptAt === null ? t('waiting') : t('waitingAgain', { count: attempts, time: momentText(nextAttemptAt), reason })
    default: return status satisfies never
  }
}
