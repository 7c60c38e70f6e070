import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { pageLanguage } from '../client/page-language.ts'
import type { ServerClock } from '../client/server-clock.ts'
import { t } from '../client/text.ts'

const date = new Intl.DateTimeFormat(pageLanguage, { dateStyle: 'medium', timeStyle: 'short' })
const dayMs = 24 * 60 * 60 * 1000

/** Time left until `closesAt`, by the server's clock. */
export function Countdown ({ closesAt, clock }: { closesAt: string, clock: ServerClock }) {
  const closesAtMs = Date.parse(closesAt)
  const words = useSignal(timeLeftWords(closesAtMs, clock.now()))

  useEffect(() => {
    const update = () => { words.value = timeLeftWords(closesAtMs, clock.now()) }
    update()
    const timer = setInterval(update, 250)
    return () => clearInterval(timer)
  }, [closesAtMs, clock])

  return <p class='countdown' role='timer'>{words}</p>
}

function timeLeftWords (closesAtMs: number, nowMs: number): string {
  const leftMs = closesAtMs - nowMs
  if (leftMs <= 0) return t('timeUp')
  if (leftMs > dayMs) return t('closesAt', { time: date.format(closesAtMs) })
  const seconds = Math.ceil(leftMs / 1000)
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'))
  const hours = Math.floor(seconds / 3600)
  return t('closesIn', { time: `${hours > 0 ? `${hours}:` : ''}${parts.join(':')}` })
}
