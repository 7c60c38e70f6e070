import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { browserStorage } from '../client/browser-storage.ts'
import { t } from '../client/text.ts'

const keysOffKey = 'plenum.keysOff'

interface Props {
  isQrLarge: boolean
  toggleQr: () => void
}

/** Every key is also a button; the keys can be switched off, because speech input may press them by chance. */
export function ProjectorTools ({ isQrLarge, toggleQr }: Props) {
  const help = useRef<HTMLDialogElement>(null)
  const isFullScreen = useSignal(document.fullscreenElement !== null)
  const usesKeys = useSignal(browserStorage.getItem(keysOffKey) === null)

  function showHelp () {
    if (help.current?.open) help.current.close()
    else help.current?.showModal()
  }

  function setUsesKeys (isOn: boolean) {
    usesKeys.value = isOn
    if (isOn) browserStorage.removeItem(keysOffKey)
    else browserStorage.setItem(keysOffKey, '1')
  }

  useEffect(() => {
    const update = () => { isFullScreen.value = document.fullscreenElement !== null }
    document.addEventListener('fullscreenchange', update)
    return () => document.removeEventListener('fullscreenchange', update)
  }, [])

  useEffect(() => {
    const actions: Record<string, () => void> = { f: toggleFullScreen, q: toggleQr, '?': showHelp }
    const press = (event: KeyboardEvent) => {
      if (!usesKeys.value || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
      const action = actions[event.key.toLowerCase()]
      if (action === undefined) return
      event.preventDefault()
      action()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [toggleQr])

  return (
    <div class='tools'>
      {document.fullscreenEnabled && (
        <button type='button' onClick={toggleFullScreen} aria-keyshortcuts='F'>{t(isFullScreen.value ? 'leaveFullScreen' : 'fullScreen')}</button>
      )}
      <button type='button' onClick={toggleQr} aria-keyshortcuts='Q' aria-pressed={isQrLarge}>{t('largeQr')}</button>
      <button type='button' onClick={showHelp} aria-keyshortcuts='?'>{t('help')}</button>
      <dialog ref={help} aria-labelledby='help-heading'>
        <h2 id='help-heading'>{t('keys')}</h2>
        <dl>
          <div><dt><kbd>F</kbd></dt><dd>{t('keyFullScreen')}</dd></div>
          <div><dt><kbd>Q</kbd></dt><dd>{t('keyQr')}</dd></div>
          <div><dt><kbd>?</kbd></dt><dd>{t('keyHelp')}</dd></div>
        </dl>
        <label class='option'>
          <input type='checkbox' checked={usesKeys.value} onChange={(event) => setUsesKeys(event.currentTarget.checked)} />
          <span>{t('useKeys')}</span>
        </label>
        <form method='dialog'><button class='primary'>{t('close')}</button></form>
      </dialog>
    </div>
  )
}

function toggleFullScreen () {
  // A browser may refuse (no gesture, a policy); the page then simply stays as it is.
  const change = document.fullscreenElement === null ? document.documentElement.requestFullscreen() : document.exitFullscreen()
  change.catch(() => undefined)
}
