import { useEffect, useRef } from 'preact/hooks'

/** People read here; more often a list would move under their fingers. */
const reloadMs = 3000

/** Keeps up what others change, while the page is looked at; not again for a version that it has loaded already, where the page knows one. */
export function useReloading (reload: () => Promise<void>, readVersion: () => number | undefined = () => undefined): void {
  const newest = useRef({ readVersion, reload })
  newest.current = { readVersion, reload }

  useEffect(() => {
    let loaded: number | undefined
    const timer = setInterval(() => {
      const version = newest.current.readVersion()
      if (document.hidden || (version !== undefined && version === loaded)) return
      loaded = version
      void newest.current.reload()
    }, reloadMs)
    return () => clearInterval(timer)
  }, [])
}
