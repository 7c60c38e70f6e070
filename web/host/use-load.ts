import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { noteSignedOut } from './session.ts'

export interface Loaded<T> {
  /** The newest that arrived; undefined before the first. */
  data: T | undefined
  /** Why the newest attempt failed; undefined when it did not. */
  error: unknown
  reload: () => Promise<void>
  /** What a call has answered already. */
  set: (data: T) => void
}

/** Loads when shown and whenever one of `inputs` changes; of several answers the last one asked for counts. */
export function useLoad<T> (load: () => Promise<T>, inputs: readonly unknown[]): Loaded<T> {
  const data = useSignal<T | undefined>(undefined)
  const error = useSignal<unknown>(undefined)
  const attempt = useRef(0)

  const reload = useCallback(async () => {
    attempt.current += 1
    const own = attempt.current
    try {
      const loaded = await load()
      if (own !== attempt.current) return
      data.value = loaded
      error.value = undefined
    } catch (failure) {
      if (own !== attempt.current) return
      noteSignedOut(failure)
      error.value = failure
    }
  }, inputs)

  useEffect(() => {
    data.value = undefined
    void reload()
    return () => { attempt.current += 1 }
  }, [reload])

  const set = (loaded: T) => {
    attempt.current += 1
    data.value = loaded
    error.value = undefined
  }
  return { data: data.value, error: error.value, reload, set }
}
