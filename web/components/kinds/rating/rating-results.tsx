import { percentWords, statisticWords } from '../../../client/figures.ts'
import { stepLabel, stepsOf } from '../../../client/scale.ts'
import { Columns } from '../../columns.tsx'
import { FigureTable } from '../../figure-table.tsx'
import { Statistics } from '../../statistics.tsx'
import type { ResultsProps } from '../results-props.ts'
import { t } from '../../../client/text.ts'

export function RatingResults ({ poll: { question, scale }, results: { counts, voters, version, derived } }: ResultsProps) {
  const rows = stepsOf(scale).map((step) => ({ id: step, label: String(step), meaning: stepLabel(step, scale), count: counts[step] ?? 0 }))
  return (
    <div class='results distribution' data-version={version}>
      <Statistics figures={[[t('mean'), statisticWords(derived?.mean)], [t('median'), statisticWords(derived?.median)], [t('standardDeviation'), statisticWords(derived?.stddev)]]} />
      <Columns columns={rows} />
      <p class='scale-ends' aria-hidden='true'><span>{scale?.minLabel}</span><span>{scale?.maxLabel}</span></p>
      <FigureTable
        caption={t('resultsOf', { question })}
        headings={[t('rating'), t('votes'), t('shareOfVoters'), t('meaning')]}
        rows={rows.map(({ id, label, count, meaning }) => ({ id, cells: [label, count, percentWords(count, voters), meaning ?? ''] }))}
      />
    </div>
  )
}
