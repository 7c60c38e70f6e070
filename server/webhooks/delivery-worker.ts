import type { Db } from '../../db/client.ts'
import { disableWebhook, giveUp, markDelivered, releaseDelivery, retryLater, takeDueDeliveries, type TakenDelivery } from '../../db/delivery-queue.ts'
import type { Sender, SendOutcome } from './sender.ts'
import type { Subscriptions } from './subscriptions.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
/** From each attempt to the next: about a day in all, close together at first. */
const usualRetryDelaysMs: readonly number[] = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 8 * hour, 8 * hour]

export interface DeliveryWorkerOptions {
  db: Db
  sender: Sender
  subscriptions: Subscriptions
  onError: (error: unknown, sentence: string) => void
  retryDelaysMs?: readonly number[]
  /** Longer than sending can take: then whoever has taken a delivery is dead. */
  leaseMs?: number
}

const pollIntervalMs = 1000
const maxConcurrent = 8
const maxConcurrentOfWebhook = 2
const stopGraceMs = 2000
const gone = 410

/**
 * Sends what is queued. Every instance runs one; the database gives each delivery to one of them at a time. Sending happens outside any
 * transaction, so a receiver may get a message twice, with the same webhook-id, when a worker dies between its answer and the note of it.
 */
export function startDeliveryWorker ({ db, sender, subscriptions, onError, retryDelaysMs = usualRetryDelaysMs, leaseMs = minute }: DeliveryWorkerOptions) {
  const inFlight = new Map<Promise<void>, TakenDelivery>()
  const stopping = new AbortController()
  let isStopped = false
  let pollTimer: NodeJS.Timeout | undefined
  const dueTimers = new Set<NodeJS.Timeout>()
  let taking: Promise<void> | undefined
  let isWoken = false

  /** Looks into the queue now, or when something in it is due. */
  function wake (inMs = 0): void {
    if (isStopped) return
    if (inMs > 0) return wakeLater(inMs)
    if (taking !== undefined) {
      // What this is for may have come after the statement that runs now.
      isWoken = true
      return
    }
    clearTimeout(pollTimer)
    taking = take().finally(() => {
      taking = undefined
      if (isWoken) return wake()
      if (!isStopped) pollTimer = setTimeout(wake, pollIntervalMs)
    })
  }

  function wakeLater (inMs: number): void {
    // The next regular look is not later than that.
    if (inMs >= pollIntervalMs) return
    const timer = setTimeout(() => {
      dueTimers.delete(timer)
      wake()
    }, Math.ceil(inMs) + 1)
    dueTimers.add(timer)
  }

  async function take (): Promise<void> {
    isWoken = false
    try {
      const limit = maxConcurrent - inFlight.size
      if (limit > 0 && subscriptions.hasAny()) {
        const taken = await takeDueDeliveries(db, { limit, busyWebhookIds: listBusyWebhooks(), leaseMs })
        for (const delivery of taken) start(delivery)
      }
    } catch (error) {
      onError(error, 'the queue of webhooks could not be read')
    }
  }

  function listBusyWebhooks (): string[] {
    const ids = Array.from(inFlight.values(), ({ webhookId }) => webhookId)
    return Array.from(new Set(ids)).filter((id) => ids.filter((other) => other === id).length >= maxConcurrentOfWebhook)
  }

  function start (delivery: TakenDelivery): void {
    const work = deliver(delivery)
      .catch((error: unknown) => { onError(error, 'the outcome of a webhook could not be stored; it is sent again') })
      .finally(() => {
        inFlight.delete(work)
        // What waited for this one, or for its place.
        wake()
      })
    inFlight.set(work, delivery)
  }

  async function deliver (delivery: TakenDelivery): Promise<void> {
    const { id, payload, secret, url } = delivery
    const outcome = await sender.send(url, { id, body: payload, secret }, stopping.signal)
    switch (outcome.type) {
      case 'aborted': return await releaseDelivery(db, delivery)
      case 'refused': return await giveUp(db, delivery, { responseStatus: null, error: outcome.reason })
      case 'unreachable': return await retry(delivery, outcome)
      case 'answered': {
        if (outcome.status >= 200 && outcome.status < 300) return await markDelivered(db, delivery, { responseStatus: outcome.status, error: null })
        if (outcome.status !== gone) return await retry(delivery, outcome)
        await giveUp(db, delivery, { responseStatus: gone, error: 'The receiver is gone, so the webhook was disabled.' })
        await disable(delivery)
        return
      }
      default: return outcome satisfies never
    }
  }

  async function retry (delivery: TakenDelivery, outcome: Extract<SendOutcome, { type: 'answered' | 'unreachable' }>): Promise<void> {
    const facts = outcome.type === 'answered'
      ? { responseStatus: outcome.status, error: `The receiver answered ${outcome.status}.` }
      : { responseStatus: null, error: outcome.reason }
    const delayMs = retryDelaysMs[delivery.attempts - 1]
    if (delayMs === undefined) {
      await giveUp(db, delivery, facts)
      await disable(delivery, delivery.id)
      return
    }
    // Spread, so that a receiver that comes back does not get everything at the same moment.
    const spreadMs = delayMs * (0.9 + Math.random() * 0.2)
    await retryLater(db, delivery, facts, spreadMs)
    wake(spreadMs)
  }

  async function disable ({ webhookId }: TakenDelivery, unlessAliveSince?: string): Promise<void> {
    if (await disableWebhook(db, webhookId, unlessAliveSince)) await subscriptions.refresh()
  }

  wake()
  return {
    wake,
    /** Gives what is being sent a moment, then leaves it to another instance. */
    async stop (): Promise<void> {
      isStopped = true
      clearTimeout(pollTimer)
      for (const timer of dueTimers) clearTimeout(timer)
      await taking
      const grace = setTimeout(() => { stopping.abort() }, stopGraceMs)
      await Promise.all(inFlight.keys())
      clearTimeout(grace)
    }
  }
}
