import type { Poll, Results } from '../../server/protocol/poll.ts'
import { shareOf } from '../client/share.ts'

const paletteSize = 7

/**
 * The counts, once as bars to look at and once as a table to read; both from the same snapshot.
 * The order is the poll's own and never moves.
 */
export function ResultBars ({ poll, results }: { poll: Poll, results: Results }) {
  const rows = poll.options.map((option) => ({ ...option, ...shareOf(results.counts, option.id, results.voters) }))
  return (
    <div class='results' data-version={results.version} data-rows={rows.length > 10 ? 'many' : 'few'} style={{ '--rows': rows.length }}>
      <ul class='bars' aria-hidden='true'>
        {rows.map((row, index) => (
          <li key={row.id} class={`bar bar-${index % paletteSize}`}>
            <span class='bar-label'>{row.label}</span>
            <span class='bar-figures'><b>{row.percent}</b> <span class='bar-count'>{row.count.toLocaleString('en')}</span></span>
            <span class='bar-track'>
              <span class='bar-fill' style={{ transform: `translateX(${(row.share - 1) * 100}%)` }} />
            </span>
          </li>
        ))}
      </ul>
      <div class='visually-hidden'>
        <table>
          <caption>{`Results of “${poll.question}”`}</caption>
          <thead>
            <tr><th scope='col'>Option</th><th scope='col'>Votes</th><th scope='col'>Share</th></tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}><th scope='row'>{row.label}</th><td>{row.count}</td><td>{row.percent}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}
