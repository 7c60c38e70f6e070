import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

const intervalMs = 2000

/** A value that changes often, at most every two seconds: for what is asked of the server whenever it changes. */
export function useSettled<T> (value: T): T {
  const settled = useSignal(value)
  const newest = useRef(value)
  newest.current = value
  useEffect(() => {
    if (settled.value === value) return undefined
    const timer = setTimeout(() => { settled.value = newest.current }, intervalMs)
    return () => { clearTimeout(timer) }
    // Whether there is something to wait for, not for what: else a busy poll would wait for ever.
  }, [settled.value === value])
  return settled.value
}
