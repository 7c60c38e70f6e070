import { exactWords } from '../../../client/figures.ts'
import { t } from '../../../client/text.ts'
import { Around, slot } from '../../around.tsx'
import type { ResultsProps } from '../results-props.ts'

/** Answers in one's own words are not counted by what they say: there is only how many there are. */
export function TextResults ({ results: { voters, version } }: ResultsProps) {
  const text = t('answers', { count: voters }).replace(exactWords(voters), slot)
  return (
    <div class='results' data-version={version}>
      <p class='answers-count'><Around text={text}><b>{exactWords(voters)}</b></Around></p>
    </div>
  )
}
