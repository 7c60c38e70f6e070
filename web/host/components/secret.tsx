import { useEffect, useId, useRef } from 'preact/hooks'
import { t } from '../text.ts'
import { ActionButton } from './action-button.tsx'
import { notify } from './notices.tsx'

/** A value that is shown this once, to be copied. */
export function Secret ({ label, value }: { label: string, value: string }) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)

  // Whoever made it wants it next; with the focus it is also read out.
  useEffect(() => { input.current?.focus() }, [value])

  async function copy () {
    input.current?.select()
    // Pages that came by plain HTTP may not write to the clipboard.
    if (!window.isSecureContext) {
      notify(t('copyByHand'))
      return
    }
    await navigator.clipboard.writeText(value).then(() => { notify(t('copied')) }, () => { notify(t('copyByHand')) })
  }

  return (
    <div class='note secret'>
      <label for={id}>{label}</label>
      <div class='actions'>
        <input ref={input} id={id} value={value} readOnly dir='ltr' spellcheck={false} onFocus={(event) => { event.currentTarget.select() }} />
        <ActionButton act={copy}>{t('copy')}</ActionButton>
      </div>
      <p class='hint'>{t('shownOnce')}</p>
    </div>
  )
}
