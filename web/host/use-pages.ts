import { useMemo, useRef } from 'preact/hooks'
import type { PageOf } from '../../server/client/http-client.ts'
import { useLoad, type Loaded } from './use-load.ts'

export interface LoadedPages<T> extends Loaded<PageOf<T>> {
  /** Adds the next page; throws what the call throws. */
  loadMore: () => Promise<void>
}

/** A list that comes in pages: the first when shown, the next when asked for. Loading it again keeps as many as are shown. */
export function usePages<T> (load: (cursor: string | undefined) => Promise<PageOf<T>>, inputs: readonly unknown[]): LoadedPages<T> {
  const count = useRef(1)
  useMemo(() => { count.current = 1 }, inputs)
  const pages = useLoad(async () => {
    let shown = await load(undefined)
    for (let at = 1; at < count.current && shown.nextCursor !== null; at += 1) shown = append(shown, await load(shown.nextCursor))
    return shown
  }, inputs)

  const newest = useRef(pages.data)
  newest.current = pages.data

  async function loadMore () {
    const { data } = pages
    if (data?.nextCursor == null) return
    const next = await load(data.nextCursor)
    count.current += 1
    // What was loaded again meanwhile is newer than what this page follows.
    if (newest.current === data) pages.set(append(data, next))
    else await pages.reload()
  }
  return { ...pages, loadMore }
}

function append<T> (shown: PageOf<T>, next: PageOf<T>): PageOf<T> {
  return { items: [...shown.items, ...next.items], nextCursor: next.nextCursor }
}
