import { maxTextLength } from '../../../client/answer-rules.ts'
import { countGraphemes } from '../../../client/graphemes.ts'
import type { BallotFieldsProps } from '../ballot-fields.ts'
import { t } from '../../../client/text.ts'

export function TextBallot ({ draft: { text = '' }, edit }: BallotFieldsProps) {
  const length = countGraphemes(text.trim())
  return (
    <label class='field'>
      <span>{t('yourAnswer')}</span>
      <textarea
        name='text' rows={4} value={text} enterkeyhint='done' aria-describedby='choice-rule text-length' aria-invalid={length > maxTextLength}
        // An answer is one line: a pasted or typed break becomes a space.
        onInput={(event) => edit({ text: event.currentTarget.value.replace(/[\r\n\t]+/g, ' ') })}
      />
      <span id='text-length' class='counter' data-over={length > maxTextLength}>{t('characters', { length, count: maxTextLength })}</span>
    </label>
  )
}
