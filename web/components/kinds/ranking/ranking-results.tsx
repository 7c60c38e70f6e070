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
    return { id, label, share: mostPoints === 0 ? 0 : points / mostPoints, figure: points.toLocaleString('en'), mark: irv?.winner === id ? '★ Runoff winner' : undefined }
  })
  const winner = poll.options.find(({ id }) => id === irv?.winner)
  const laterRounds = pickRounds(irv?.rounds ?? []).slice(1)
  return (
    <div class='results rank-results' data-version={version} data-rows='few' style={{ '--rows': bars.length }}>
      <Bars bars={bars} />
      <FigureTable
        isVisible
        caption={`Results of “${poll.question}”`}
        headings={['Option', 'Points', 'First choices', ...laterRounds.map(({ number }) => `Round ${number}`)]}
        rows={poll.options.map(({ id, label }) => ({ id, cells: [label, borda[id] ?? 0, counts[id] ?? 0, ...votesByRound(id, laterRounds)] }))}
      />
      <p class='denominator'>
        {winner === undefined ? 'No winner yet.' : `${winner.label} wins the instant-runoff.`}
        {' '}Bars show points: a first place gives {poll.options.length - 1}, the next one less. In each round the last option leaves, and its votes go to the next choice.
      </p>
    </div>
  )
}
