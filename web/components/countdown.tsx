import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ServerClock } from '../client/server-clock.ts'

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
  if (leftMs <= 0) return 'Time is up'
  if (leftMs > dayMs) return `Closes ${new Date(closesAtMs).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })}`
  const seconds = Math.ceil(leftMs / 1000)
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'))
  const hours = Math.floor(seconds / 3600)
  return `Closes in ${hours > 0 ? `${hours}:` : ''}${parts.join(':')}`
}
