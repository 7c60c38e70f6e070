import type { ResultsProps } from '../results-props.ts'

/** Answers in one's own words are not counted by what they say: there is only how many there are. */
export function TextResults ({ results: { voters, version } }: ResultsProps) {
  return (
    <div class='results' data-version={version}>
      <p class='answers-count'><b>{voters.toLocaleString('en')}</b> {voters === 1 ? 'answer' : 'answers'}</p>
    </div>
  )
}
