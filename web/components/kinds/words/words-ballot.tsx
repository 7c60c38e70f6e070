import { useRef } from 'preact/hooks'
import type { BallotFieldsProps } from '../ballot-fields.ts'
import { t } from '../../../client/text.ts'

/** As many fields as words may be given; those that may stay empty say so. */
export function WordsBallot ({ poll: { minChoices, maxChoices }, draft: { words = [] }, edit }: BallotFieldsProps) {
  const inputs = useRef<(HTMLInputElement | null)[]>([])
  const fields = Array.from({ length: maxChoices }, (_field, at) => words[at] ?? '')

  // Enter in one field goes on to the next; only in the last it sends. While an input method composes, it belongs to that.
  function goOn (event: KeyboardEvent, at: number) {
    const next = inputs.current[at + 1]
    if (event.key !== 'Enter' || event.isComposing || next == null) return
    event.preventDefault()
    next.focus()
  }

  return (
    <>
      {fields.map((word, at) => (
        <label key={at} class='field'>
          <span>{maxChoices === 1 ? t('yourWord') : t('wordNumber', { number: at + 1 })}{at >= minChoices && <small> {t('optional')}</small>}</span>
          <input
            type='text' name='word' value={word} autoComplete='off' autoCapitalize='none' enterKeyHint={at + 1 < maxChoices ? 'next' : 'done'}
            aria-describedby='choice-rule' ref={(input) => { inputs.current[at] = input }}
            onKeyDown={(event) => goOn(event, at)} onInput={(event) => edit({ words: fields.with(at, event.currentTarget.value) })}
          />
        </label>
      ))}
    </>
  )
}
