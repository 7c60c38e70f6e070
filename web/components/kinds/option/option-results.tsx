import { exactWords, percentWords } from '../../../client/figures.ts'
import { isRightOption, isSolved } from '../../../client/solution.ts'
import { Bars } from '../../bars.tsx'
import { FigureTable } from '../../figure-table.tsx'
import type { ResultsProps } from '../results-props.ts'
import { t } from '../../../client/text.ts'

/** Of single and multiple. With several choices each the shares add up to more than one: they are of voters, not of choices. */
export function OptionResults ({ poll, results: { counts, voters, version } }: ResultsProps) {
  const hasSolution = isSolved(poll)
  const rows = poll.options.map(({ id, label }) => {
    const count = counts[id] ?? 0
    const isRight = hasSolution && isRightOption(poll, id)
    return { id, label, count, isRight, share: voters === 0 ? 0 : count / voters, percent: percentWords(count, voters) }
  })
  return (
    <div class='results' data-version={version} data-rows={rows.length > 10 ? 'many' : 'few'} style={{ '--rows': rows.length }}>
      <Bars bars={rows.map(({ count, percent, isRight, ...row }) => ({ ...row, figure: percent, detail: exactWords(count), mark: isRight ? `✓ ${t('right')}` : undefined }))} />
      {poll.kind === 'multiple' && <p class='denominator'>{t('sharesOfVoters')}</p>}
      <FigureTable
        caption={t('resultsOf', { question: poll.question })}
        headings={[t('option'), t('votes'), t('shareOfVoters'), ...(hasSolution ? [t('right')] : [])]}
        rows={rows.map(({ id, label, count, percent, isRight }) => ({ id, cells: [label, count, percent, ...(hasSolution ? [isRight ? t('right') : t('wrong')] : [])] }))}
      />
    </div>
  )
}
