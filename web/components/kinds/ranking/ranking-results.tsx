import { exactWords } from '../../../client/figures.ts'
import { t } from '../../../client/text.ts'
import { Bars } from '../../bars.tsx'
import { FigureTable } from '../../figure-table.tsx'
import type { ResultsProps } from '../results-props.ts'
import { pickRounds, votesByRound } from './runoff-rows.ts'

/** Bars of the Borda points; beside them the rounds of the instant-runoff as a table that everyone sees. */
export function RankingResults ({ poll, results: { counts, voters, version, derived } }: ResultsProps) {
  const { borda = {}, irv } = derived ?? {}
  const mostPoints = voters * (poll.options.length - 1)
  const bars = poll.options.map(({ id, label }) => {
    const points = borda[id] ?? 0
    return { id, label, share: mostPoints === 0 ? 0 : points / mostPoints, figure: exactWords(points), mark: irv?.winner === id ? `★ ${t('runoffWinner')}` : undefined }
  })
  const winner = poll.options.find(({ id }) => id === irv?.winner)
  const laterRounds = pickRounds(irv?.rounds ?? []).slice(1)
  return (
    <div class='results rank-results' data-version={version} data-rows='few' style={{ '--rows': bars.length }}>
      <Bars bars={bars} />
      <FigureTable
        isVisible
        caption={t('resultsOf', { question: poll.question })}
        headings={[t('option'), t('points'), t('firstChoices'), ...laterRounds.map(({ number }) => t('roundNumber', { number }))]}
        rows={poll.options.map(({ id, label }) => ({ id, cells: [label, borda[id] ?? 0, counts[id] ?? 0, ...votesByRound(id, laterRounds)] }))}
      />
      <p class='denominator'>
        {winner === undefined ? t('noWinner') : t('runoffWonBy', { label: winner.label })}
        {' '}{t('bordaRule', { points: poll.options.length - 1 })}
      </p>
    </div>
  )
}
