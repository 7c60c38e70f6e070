import type { WebhookEvent } from '../../../server/protocol/webhook.ts'
import { t } from '../text.ts'

export const webhookEvents: readonly WebhookEvent[] = ['poll.opened', 'poll.closed', 'poll.results']

export function eventText (event: WebhookEvent): string {
  switch (event) {
    case 'poll.opened': return t('eventOpened')
    case 'poll.closed': return t('eventClosed')
    case 'poll.results': return t('eventResults')
    default: return event satisfies never
  }
}
