import { useLayoutEffect, useRef } from 'preact/hooks'
import { Field } from '../components/field.tsx'
import { useFieldErrors } from '../components/form.tsx'
import { t } from '../text.ts'
import { mayBeQuiz, newOption, type DraftOption, type PollDraft } from './poll-draft.ts'

interface OptionsFieldProps {
  draft: PollDraft
  change: (part: Partial<PollDraft>) => void
}

/** The options in their order; of a quiz each with whether it is right. */
export function OptionsField ({ draft: { kind, options, isQuiz }, change }: OptionsFieldProps) {
  const list = useRef<HTMLOListElement>(null)
  const errors = [...useFieldErrors('options'), ...useFieldErrors('correct')]
  const set = (changed: readonly DraftOption[]) => { change({ options: changed }) }
  const edit = (option: DraftOption, part: Partial<DraftOption>) => {
    const alone = kind === 'single' && part.isRight === true
    set(options.map((one) => one === option ? { ...one, ...part } : alone ? { ...one, isRight: false } : one))
  }
  const focus = (at: number) => { list.current?.querySelectorAll<HTMLInputElement>('.field input')[at]?.focus() }
  /** The field that takes the focus as soon as it is there: what is typed right after Enter belongs to it. */
  const awaited = useRef<number | null>(null)
  useLayoutEffect(() => {
    if (awaited.current !== null) focus(awaited.current)
    awaited.current = null
  }, [options])

  function add () {
    awaited.current = options.length
    set([...options, newOption()])
  }

  function remove (at: number) {
    awaited.current = Math.max(0, at - 1)
    set(options.toSpliced(at, 1))
  }

  return (
    <fieldset class='options-field'>
      <legend>{t('options')}</legend>
      <ol ref={list} class='draft-options'>
        {options.map((option, at) => (
          <li key={option.key}>
            <Field name={`options/${at}/label`} label={t('optionLabel', { number: at + 1 })}>
              {(field) => (
                <input
                  {...field} value={option.label} required maxLength={300} autocomplete='off' dir='auto' onInput={(event) => edit(option, { label: event.currentTarget.value })}
                  onKeyDown={(event) => {
                    if (event.key !== 'Enter' || event.isComposing) return
                    event.preventDefault()
                    if (at === options.length - 1) add()
                    else focus(at + 1)
                  }}
                />
              )}
            </Field>
            {isQuiz && mayBeQuiz(kind) && (
              <label class='option right-option'>
                <input type='checkbox' checked={option.isRight} aria-label={t('isRightOption', { number: at + 1 })} onChange={(event) => edit(option, { isRight: event.currentTarget.checked })} />
                <span aria-hidden='true'>✓</span>
              </label>
            )}
            <button type='button' class='remove-option' aria-label={t('removeOption', { number: at + 1 })} title={t('removeOption', { number: at + 1 })} onClick={() => remove(at)}>×</button>
          </li>
        ))}
      </ol>
      {errors.length > 0 && <p class='alert'>{errors.map(({ detail }) => detail).join(' ')}</p>}
      <button type='button' data-repeats onClick={add}>{t('addOption')}</button>
    </fieldset>
  )
}
