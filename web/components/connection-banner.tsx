import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ConnectionState } from '../client/connection.ts'
import { t } from '../client/text.ts'

const patienceMs = 2000

/** Says so after 2 s without a connection; a short drop is not worth a word. */
export function ConnectionBanner ({ state }: { state: ConnectionState }) {
  const isLate = useSignal(false)
  const isLive = state === 'live'

  useEffect(() => {
    isLate.value = false
    if (isLive) return
    const timer = setTimeout(() => { isLate.value = true }, patienceMs)
    return () => clearTimeout(timer)
  }, [isLive])

  if (isLive || !isLate.value) return null
  return (
    <p class='banner'>
      {state === 'connecting' ? t('connectingLong') : t('connectionLost')}
    </p>
  )
}
