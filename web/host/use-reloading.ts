import { useEffect } from 'preact/hooks'
import type { Loaded } from './use-load.ts'

/** People read here; more often a list would move under their fingers. */
const reloadMs = 3000

/** Keeps up what others change, while the page is looked at. */
export function useReloading ({ reload }: Pick<Loaded<unknown>, 'reload'>): void {
  useEffect(() => {
    const timer = setInterval(() => { if (!document.hidden) void reload() }, reloadMs)
    return () => clearInterval(timer)
  }, [reload])
}
