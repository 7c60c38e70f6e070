import { t } from '../text.ts'
import type { LoadedPages } from '../use-pages.ts'
import { ActionButton } from './action-button.tsx'

/** Loads the next page of a list; not there when there is none. */
export function MoreButton<T> ({ of: { data, loadMore } }: { of: Pick<LoadedPages<T>, 'data' | 'loadMore'> }) {
  return data?.nextCursor == null ? null : <ActionButton act={loadMore}>{t('more')}</ActionButton>
}
