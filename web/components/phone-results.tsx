import { areResultsShown, currentResults, type HeldView } from '../client/held-view.ts'
import { t } from '../client/text.ts'
import { hiddenWords, voterWords } from '../client/words.ts'
import { PollResults } from './poll-results.tsx'

export function PhoneResults ({ view }: { view: HeldView }) {
  const results = currentResults(view)
  if (results === null) {
    return areResultsShown(view.poll, view.myVote !== null) ? null : <p class='hint'>{hiddenWords(view.poll)}</p>
  }
  return (
    <section class='phone-results' aria-labelledby='results-heading'>
      <h2 id='results-heading'>{t(results.final ? 'finalResult' : 'results')}</h2>
      <p class='hint'>{voterWords(results.voters)}</p>
      <PollResults screen='phone' poll={view.poll} results={results} myVote={view.myVote} />
    </section>
  )
}
