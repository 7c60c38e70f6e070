import { answerRules } from '../../client/answer-rules.ts'
import { currentResults, type HeldView } from '../../client/held-view.ts'
import { t } from '../../client/text.ts'
import { PollResults } from '../poll-results.tsx'
import { Scene } from './scene.tsx'
import { StageHeading } from './stage-heading.tsx'

/** A poll as it stands now. */
export function Stage ({ view }: { view: HeldView }) {
  const { poll } = view
  const results = currentResults(view)
  return (
    <Scene>
      <StageHeading text={poll.question} />
      {results === null
        ? <HiddenResults view={view} />
        : <PollResults screen='projector' poll={poll} results={results} />}
    </Scene>
  )
}

/** The options are shown all the same: who has no phone at hand can still read along. */
function HiddenResults ({ view }: { view: HeldView }) {
  return (
    <>
      {view.poll.options.length > 0 && (
        <ul class='plain-options' style={{ '--rows': view.poll.options.length }}>
          {view.poll.options.map((option) => <li key={option.id}>{option.label}</li>)}
        </ul>
      )}
      {view.poll.options.length === 0 && <p class='hint'>{answerRules[view.poll.kind].ask(view.poll)}</p>}
      {view.results === null && <p class='hidden-results'>{t('resultsHidden')}</p>}
    </>
  )
}
