import type { Poll, Results } from '../../protocol/poll.ts'
import { stepsOf } from './ballot-fields.ts'
import { html, type Html } from './html.ts'
import { hiddenWords, type Say } from './words.ts'

const mostWords = 20

/** The numbers that this voter may see, or why there are none. */
export function plainResults (say: Say, poll: Poll, results: Results | null): Html {
  if (results === null || results.round !== poll.round) return html`<p class="hint">${hiddenWords(say, poll)}</p>`
  const rows = rowsOf(poll, results)
  return html`
    <section class="phone-results" aria-labelledby="results-heading">
      <h2 id="results-heading">${say(results.final ? 'finalResult' : 'results')}</h2>
      <p class="hint">${say('voters', { count: results.voters })}</p>
      ${rows.length === 0
? undefined
: html`<table class="plain-results">
        <thead><tr><th scope="col">${say('answer')}</th><th scope="col">${say('votes')}</th></tr></thead>
        <tbody>${rows.map(([label, count]) => html`
          <tr><th scope="row"><bdi>${label}</bdi></th><td>${count}</td></tr>`)}
        </tbody>
      </table>`}
    </section>`
}

function rowsOf ({ kind, options, scale }: Poll, { counts }: Results): [string, number][] {
  switch (kind) {
    case 'single':
    case 'multiple':
    case 'ranking': return options.map(({ id, label }) => [label, counts[id] ?? 0])
    case 'rating': return stepsOf(scale).map((step) => [String(step), counts[step] ?? 0])
    case 'words': return Object.entries(counts).sort(([, a], [, b]) => b - a).slice(0, mostWords)
    // Too many different answers for a short table.
    case 'number':
    case 'text': return []
    default: return kind satisfies never
  }
}
