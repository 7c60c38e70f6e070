import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

const shownMs = 10_000

/** A line that is said and goes away again. */
export function useSaid (): { said: string, say: (text: string) => void } {
  const said = useSignal('')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  useEffect(() => () => clearTimeout(timer.current), [])

  const say = (text: string) => {
    clearTimeout(timer.current)
    said.value = text
    if (text !== '') timer.current = setTimeout(() => { said.value = '' }, shownMs)
  }
  return { said: said.value, say }
}
