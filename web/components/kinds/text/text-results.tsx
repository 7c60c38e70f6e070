import { useSignal } from '@preact/signals'
import { useContext, useEffect, useRef } from 'preact/hooks'
import type { Response } from '../../../../server/protocol/response.ts'
import { exactWords } from '../../../client/figures.ts'
import { t } from '../../../client/text.ts'
import { Viewer } from '../../../client/viewer.ts'
import { Around, slot } from '../../around.tsx'
import type { ResultsProps } from '../results-props.ts'

const listedAnswers = { phone: 20, projector: 8 }
/** More often a list only flickers; and of phones there are many, which should not all ask at once. */
const reloadMs = { phone: 15_000, projector: 1500 }
const phoneSpreadMs = 3000

/** Answers in one's own words are not counted by what they say: there is how many there are, and the newest of them. */
export function TextResults ({ poll, results: { voters, version }, screen }: ResultsProps) {
  const answers = useNewestAnswers(poll.id, version, screen)
  const text = t('answers', { count: voters }).replace(exactWords(voters), slot)
  return (
    <div class='results' data-version={version}>
      <p class='answers-count'><Around text={text}><b>{exactWords(voters)}</b></Around></p>
      {answers.length > 0 && (
        <ul class='answer-list' aria-label={t('newestAnswers')}>
          {answers.map(({ version, castAt, answer }) => <li key={`${version} ${castAt} ${answer.text}`}>{answer.text}</li>)}
        </ul>
      )}
      {answers.length > 0 && answers.length < voters && <p class='denominator'>{t('newestAnswersShown', { count: answers.length })}</p>}
    </div>
  )
}

/** Asked for again when a version tells that there is something new, at most once in a while. */
function useNewestAnswers (pollId: string, version: number, screen: ResultsProps['screen']): readonly Response[] {
  const viewer = useContext(Viewer)
  const answers = useSignal<readonly Response[]>([])
  const nextAt = useRef(screen === 'phone' ? Date.now() + Math.random() * phoneSpreadMs : 0)

  useEffect(() => {
    const load = () => {
      nextAt.current = Date.now() + reloadMs[screen]
      // What cannot be loaded now is loaded with the next version. An answer that was overtaken is overwritten by the one that did.
      viewer.polls.responses(pollId, { limit: listedAnswers[screen] }).then(({ items }) => { answers.value = items }, () => undefined)
    }
    const timer = setTimeout(load, Math.max(0, nextAt.current - Date.now()))
    return () => clearTimeout(timer)
  }, [viewer, pollId, version, screen])
  return answers.value
}
