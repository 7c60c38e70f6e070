import type { Range } from '../../../../server/protocol/poll-settings.ts'
import type { BallotFieldsProps } from '../ballot-fields.ts'
import { t } from '../../../client/text.ts'

export function NumberBallot ({ poll: { range }, draft: { value = '' }, edit }: BallotFieldsProps) {
  return (
    <label class='field'>
      <span>{t('yourNumber')}</span>
      <input
        type='number' name='number' class='number' value={value} autoComplete='off' enterKeyHint='done'
        min={range?.min ?? undefined} max={range?.max ?? undefined} step={range?.step ?? 'any'} inputMode={keyboardFor(range)}
        aria-describedby='choice-rule' onInput={(event) => edit({ value: event.currentTarget.value })}
      />
    </label>
  )
}

/** The number pads of phones have no minus. */
function keyboardFor (range: Range | undefined): 'numeric' | 'decimal' | 'text' {
  if (range?.min == null || range.min < 0) return 'text'
  return range.step !== null && Number.isInteger(range.step) && Number.isInteger(range.min) ? 'numeric' : 'decimal'
}
