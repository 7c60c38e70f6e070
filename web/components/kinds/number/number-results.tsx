import { compactWords, exactWords, percentWords, statisticWords } from '../../../client/figures.ts'
import type { HistogramBar } from '../../../../server/protocol/derived.ts'
import type { Range } from '../../../../server/protocol/poll-settings.ts'
import { Columns } from '../../columns.tsx'
import { FigureTable } from '../../figure-table.tsx'
import { Statistics } from '../../statistics.tsx'
import type { ResultsProps } from '../results-props.ts'
import { t } from '../../../client/text.ts'

export function NumberResults ({ poll, results: { voters, version, derived } }: ResultsProps) {
  const bars = pickBars(derived?.histogram ?? [], poll.range)
  const hasSingles = isWhole(poll.range) && bars.every(({ from, to }) => Number.isInteger(from) && to - from <= 1)
  const end = bars.at(-1)?.to ?? 0
  return (
    <div class='results distribution' data-version={version}>
      <Statistics
        figures={[
          [t('mean'), statisticWords(derived?.mean)], [t('median'), statisticWords(derived?.median)], [t('standardDeviation'), statisticWords(derived?.stddev)],
          [t('differentNumbers'), exactWords(derived?.distinct ?? 0)]
        ]}
      />
      {bars.length > 0 && (
        <>
          <Columns columns={bars.map(({ from, count }) => ({ id: from, label: compactWords(from), count }))} axis={hasSingles ? undefined : { end: compactWords(end) }} />
          <FigureTable
            caption={t('resultsOf', { question: poll.question })}
            headings={[t('numberHeading'), t('votes'), t('shareOfVoters')]}
            rows={bars.map((bar, at) => ({ id: bar.from, cells: [spanWords(bar, hasSingles, at === bars.length - 1), bar.count, percentWords(bar.count, voters)] }))}
          />
        </>
      )}
    </div>
  )
}

/** Of whole numbers none lies in a bar that begins between two of them. */
function pickBars (bars: HistogramBar[], range: Range | undefined): HistogramBar[] {
  return isWhole(range) ? bars.filter(({ from, to }) => to - from >= 1 || Number.isInteger(from)) : bars
}

function isWhole (range: Range | undefined): boolean {
  return range !== undefined && Number.isInteger(range.step) && Number.isInteger(range.min ?? 0)
}

function spanWords ({ from, to }: HistogramBar, isSingle: boolean, isLast: boolean): string {
  if (isSingle) return exactWords(from)
  return t(isLast ? 'spanTo' : 'spanUnder', { from: exactWords(from), to: exactWords(to) })
}
