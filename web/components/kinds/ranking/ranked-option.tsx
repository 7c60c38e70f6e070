import { t } from '../../../client/text.ts'

interface Props {
  option: { id: number, label: string }
  place: number
  isLast: boolean
  move: (by: 1 | -1) => void
  drop: () => void
}

/** At the ends a button stays there and does nothing: one that went away would take the focus with it. */
export function RankedOption ({ option: { id, label }, place, isLast, move, drop }: Props) {
  return (
    <li class='ranked-option'>
      <span class='place' data-place={place} />
      <span class='ranked-label'>{label}</span>
      <span class='ranked-tools'>
        <button type='button' data-repeats data-action={`up-${id}`} aria-label={t('moveUp', { label, place })} aria-disabled={place === 1} onClick={() => move(-1)}>↑</button>
        <button type='button' data-repeats data-action={`down-${id}`} aria-label={t('moveDown', { label, place })} aria-disabled={isLast} onClick={() => move(1)}>↓</button>
        <button type='button' aria-label={t('removeRanked', { label })} onClick={drop}>×</button>
      </span>
    </li>
  )
}
