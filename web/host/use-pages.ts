import type { PageOf } from '../../server/client/http-client.ts'
import { useLoad, type Loaded } from './use-load.ts'

export interface LoadedPages<T> extends Loaded<PageOf<T>> {
  /** Adds the next page; throws what the call throws. */
  loadMore: () => Promise<void>
}

/** A list that comes in pages: the first when shown, the next when asked for. */
export function usePages<T> (load: (cursor: string | undefined) => Promise<PageOf<T>>, inputs: readonly unknown[]): LoadedPages<T> {
  const first = useLoad(async () => await load(undefined), inputs)

  async function loadMore () {
    const { data } = first
    if (data?.nextCursor == null) return
    const next = await load(data.nextCursor)
    first.set({ items: [...data.items, ...next.items], nextCursor: next.nextCursor })
  }
  return { ...first, loadMore }
}
