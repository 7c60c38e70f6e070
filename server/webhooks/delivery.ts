import type { Db } from '../../db/client.ts'
import type { ResultsBoard } from '../polls/results-board.ts'
import { startDeliveryWorker, type DeliveryWorkerOptions } from './delivery-worker.ts'
import { startResultsRecorder } from './results-recorder.ts'
import { createSender, type SenderOptions } from './sender.ts'
import { startSubscriptions } from './subscriptions.ts'

/** What tests make shorter or put in place of the network. */
export type DeliveryTuning = Pick<DeliveryWorkerOptions, 'retryDelaysMs' | 'leaseMs'> & Pick<SenderOptions, 'resolve' | 'timeoutMs'>

export interface DeliveryOptions extends DeliveryTuning {
  db: Db
  board: ResultsBoard
  allowPrivate: boolean
  onError: (error: unknown, sentence: string) => void
}

/** Everything that runs by itself for webhooks on this instance: who wants what, results into the queue, and the queue to its receivers. */
export function startWebhookDelivery ({ db, board, allowPrivate, onError, resolve, timeoutMs, retryDelaysMs, leaseMs }: DeliveryOptions) {
  const sender = createSender({ allowPrivate, ...(resolve && { resolve }), ...(timeoutMs && { timeoutMs }) })
  const subscriptions = startSubscriptions({ db, onError })
  const worker = startDeliveryWorker({ db, sender, subscriptions, onError, ...(retryDelaysMs && { retryDelaysMs }), ...(leaseMs && { leaseMs }) })
  const recorder = startResultsRecorder({ db, board, subscriptions, wakeWorker: worker.wake, onError })

  return {
    /** For when webhooks were added or removed here. */
    refresh: subscriptions.refresh,
    /** For when something was queued here. */
    wake: () => { worker.wake() },
    async stop (): Promise<void> {
      await recorder.stop()
      await worker.stop()
      await subscriptions.stop()
    }
  }
}
