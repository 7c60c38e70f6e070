import { useRoute } from 'preact-iso'
import type { Poll, Results } from '../../server/protocol/poll.ts'
import '../styles/host-polls.css'
import '../styles/present-kinds.css'
import { PollResults } from '../components/poll-results.tsx'
import { Loading } from './components/loading.tsx'
import { mayRun, ownRoleIn, useMembers } from './own-role.ts'
import { hasBuckets } from './polls/chart-rows.ts'
import { Downloads } from './polls/downloads.tsx'
import { ParticipationFigures } from './polls/participation-figures.tsx'
import { PollActions } from './polls/poll-actions.tsx'
import { kindNames, statusNames } from './polls/poll-words.ts'
import { Responses } from './polls/responses.tsx'
import { RoundsTable } from './polls/rounds-table.tsx'
import { Suggestions } from './polls/suggestions.tsx'
import { Timeline } from './polls/timeline.tsx'
import { useLivePoll } from './polls/use-live-poll.ts'
import { t } from './text.ts'
import { usePageTitle } from './use-page-title.ts'

/** One poll as its hosts see it: its results as they come, and everything that can be done with it. */
export function PollPage () {
  const { pollId = '' } = useRoute().params
  const { loaded, poll, results, isLost, set } = useLivePoll(pollId)
  usePageTitle(poll?.question)
  if (poll === undefined) return <main class='host-page'><Loading of={loaded} /></main>
  return <PollDetails poll={poll} results={results} isLost={isLost} set={set} />
}

interface PollDetailsProps {
  poll: Poll
  results: Results | undefined
  isLost: boolean
  set: (poll: Poll) => void
}

function PollDetails ({ poll, results, isLost, set }: PollDetailsProps) {
  const members = useMembers(poll.roomId)
  const role = ownRoleIn(members.data)
  const hasResults = poll.status !== 'draft' && results !== undefined
  return (
    <main class='host-page poll-page'>
      <header class='poll-head'>
        <p><a href={`/host/rooms/${poll.roomId}`}>{t('backToRoom')}</a></p>
        <h1 tabIndex={-1} dir='auto'>{poll.question}</h1>
        <p class='poll-facts'>
          <span class='mark' data-status={poll.status}>{statusNames[poll.status]}</span>
          <span>{kindNames[poll.kind]}</span>
          {poll.correct !== undefined && <span>{t('quiz')}</span>}
          <span>{t('round', { round: poll.round })}</span>
          {poll.revealed !== null && <span>{poll.revealed ? t('resultsRevealed') : t('resultsHidden')}</span>}
        </p>
      </header>
      {members.data === undefined ? <Loading of={members} /> : <PollActions poll={poll} set={set} role={role} />}
      {isLost && <p class='banner' role='alert'>{t('connectionLost')}</p>}
      <section aria-labelledby='results-heading'>
        <h2 id='results-heading'>{results?.final === true ? t('finalResults') : t('results')}</h2>
        {hasResults
          ? (
            <>
              <p class='hint'>{t('pollVoters', { count: results.voters })}</p>
              <PollResults screen='projector' poll={poll} results={results} />
            </>
            )
          : <p class='hint'>{poll.status === 'draft' ? t('noResultsYet') : t('loading')}</p>}
      </section>
      {hasResults && (
        <>
          <ParticipationFigures poll={poll} version={results.version} />
          <Suggestions poll={poll} mayReview={mayRun(role)} />
          {(poll.kind === 'text' || poll.kind === 'words') && <Responses poll={poll} version={results.version} mayReview={mayRun(role)} />}
          <Timeline poll={poll} version={results.version} />
          {poll.round > 1 && hasBuckets(poll) && <RoundsTable poll={poll} results={results} />}
          <Downloads poll={poll} results={results} />
        </>
      )}
    </main>
  )
}
