import { Type, type Static } from 'typebox'
import { Closed, Id, Instant, Nullable } from './common.ts'

export const WebhookEvent = Type.Union([Type.Literal('poll.opened'), Type.Literal('poll.closed'), Type.Literal('poll.results')])
export type WebhookEvent = Static<typeof WebhookEvent>

export const NewWebhook = Closed({
  url: Type.String({ minLength: 8, maxLength: 2000, pattern: '^https?://' }),
  events: Type.Array(WebhookEvent, { minItems: 1, maxItems: 3, uniqueItems: true })
})
export type NewWebhook = Static<typeof NewWebhook>

export const Webhook = Closed({
  id: Id, roomId: Id, url: Type.String(), events: Type.Array(WebhookEvent), createdAt: Instant, disabledAt: Nullable(Instant)
})
export type Webhook = Static<typeof Webhook>

/** The secret that verifies deliveries is shown this once, in the form of Standard Webhooks: `whsec_` and base64. */
export const CreatedWebhook = Closed({ ...Webhook.properties, secret: Type.String() })
export type CreatedWebhook = Static<typeof CreatedWebhook>

export const DeliveryStatus = Type.Union([Type.Literal('waiting'), Type.Literal('delivered'), Type.Literal('failed')])
export type DeliveryStatus = Static<typeof DeliveryStatus>

export const Delivery = Closed({
  id: Id,
  event: WebhookEvent,
  pollId: Id,
  status: DeliveryStatus,
  attempts: Type.Integer({ minimum: 0 }),
  responseStatus: Nullable(Type.Integer()),
  error: Nullable(Type.String()),
  createdAt: Instant,
  nextAttemptAt: Nullable(Instant),
  deliveredAt: Nullable(Instant)
})
export type Delivery = Static<typeof Delivery>
