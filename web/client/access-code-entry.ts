import { signal, type Signal } from '@preact/signals'
import type { Connection } from './connection.ts'
import { t } from './text.ts'

/** The one-time code that a voter types, or that the address brought along. */
export interface AccessCodeEntry {
  readonly typed: Signal<string>
  readonly alert: Signal<string>
  /** Redeems what is typed. */
  send: () => Promise<void>
}

/** @param printed is tried as soon as there is a line, and stays in the form until the server has taken or refused it */
export function createAccessCodeEntry (connection: Pick<Connection, 'redeem' | 'onLive'>, printed: string | null): AccessCodeEntry {
  const typed = signal(printed ?? '')
  const alert = signal('')
  let isWaitingForLine = printed !== null
  let isBusy = false

  async function send () {
    if (isBusy) return
    isBusy = true
    alert.value = ''
    const outcome = await connection.redeem(typed.value.trim())
    isBusy = false
    // What the server could not take now is the voter's to try again; a join follows each failure, and would try at once.
    isWaitingForLine &&= outcome === 'disconnected'
    if (outcome === 'taken') typed.value = ''
    else alert.value = t(outcome === 'refused' ? 'accessCodeRefused' : 'noAnswer')
  }

  connection.onLive(() => {
    if (isWaitingForLine) void send()
  })
  return { typed, alert, send }
}
