import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ConnectionState } from '../client/connection.ts'
import { pageLanguage } from '../client/page-language.ts'
import { t } from '../client/text.ts'

const clock = new Intl.DateTimeFormat(pageLanguage, { timeStyle: 'medium' })

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
    case 'live': return t('live')
    case 'connecting': return t('connecting')
    case 'lost': return lostAt === null ? t('staleNumbers') : t('staleNumbersSince', { time: clock.format(lostAt) })
    default: return state satisfies never
  }
}
