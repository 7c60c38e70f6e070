import { useEffect } from 'preact/hooks'

/** Names the page in the tab; nothing while its name is on its way. */
export function usePageTitle (title: string | undefined): void {
  useEffect(() => {
    if (title !== undefined) document.title = `${title} – Plenum`
  }, [title])
}
