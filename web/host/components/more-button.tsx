import { useSignal } from '@preact/signals'
import { problemText } from '../problem-text.ts'
import { t } from '../text.ts'
import type { LoadedPages } from '../use-pages.ts'
import { notify } from './notices.tsx'

/** Loads the next page of a list; not there when there is none. */
export function MoreButton<T> ({ of: { data, loadMore } }: { of: Pick<LoadedPages<T>, 'data' | 'loadMore'> }) {
  const isLoading = useSignal(false)
  if (data?.nextCursor == null) return null

  async function load () {
    if (isLoading.value) return
    isLoading.value = true
    try {
      await loadMore()
    } catch (error) {
      notify(problemText(error))
    } finally {
      isLoading.value = false
    }
  }
  return <button type='button' aria-disabled={isLoading.value} onClick={() => { void load() }}>{t('more')}</button>
}
