import { problemText } from '../problem-text.ts'
import { t } from '../text.ts'
import type { Loaded } from '../use-load.ts'

/** Stands where something is loaded, until it is there. */
export function Loading ({ of: { error, reload } }: { of: Pick<Loaded<unknown>, 'error' | 'reload'> }) {
  if (error === undefined) return <p class='hint' role='status'>{t('loading')}</p>
  return (
    <div class='load-failed'>
      <p class='alert' role='alert'>{problemText(error)}</p>
      <button type='button' onClick={() => { void reload() }}>{t('tryAgain')}</button>
    </div>
  )
}
