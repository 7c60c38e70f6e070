import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ConnectionState } from '../client/connection.ts'

/** Whether the numbers on the screen follow the server. */
export function ConnectionLight ({ state }: { state: ConnectionState }) {
  const lostAt = useSignal<Date | null>(null)

  useEffect(() => {
    if (state === 'live') lostAt.value = null
    else lostAt.value ??= new Date()
  }, [state])

  return <p class='connection' data-state={state}>{words(state, lostAt.value)}</p>
}

function words (state: ConnectionState, lostAt: Date | null): string {
  switch (state) {
    case 'live': return 'Live'
    case 'connecting': return 'Connecting…'
    case 'lost': {
      const since = lostAt === null ? '' : ` since ${lostAt.toLocaleTimeString('en-GB')}`
      return `No connection${since}. Numbers may be out of date.`
    }
    default: return state satisfies never
  }
}
