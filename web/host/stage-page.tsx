import { useRoute } from 'preact-iso'
import '../styles/host-polls.css'
import '../styles/present-kinds.css'
import type { RoomRole } from '../../server/protocol/room.ts'
import { PollResults } from '../components/poll-results.tsx'
import { ActionButton } from './components/action-button.tsx'
import { Loading } from './components/loading.tsx'
import { RoomFrame, type Framed } from './components/room-frame.tsx'
import { mayRun } from './own-role.ts'
import { PollActions } from './polls/poll-actions.tsx'
import { kindNames, statusNames } from './polls/poll-words.ts'
import { Suggestions } from './polls/suggestions.tsx'
import { useLivePoll } from './polls/use-live-poll.ts'
import { useLivePolls } from './polls/use-live-polls.ts'
import { client } from './session.ts'
import { t } from './text.ts'

/** The remote control of a room: what is on its screens, and what comes next. Made for a phone in one hand. */
export function StagePage () {
  const { roomId = '' } = useRoute().params
  return <RoomFrame roomId={roomId}>{(framed) => <Remote {...framed} />}</RoomFrame>
}

function Remote ({ room: { id, currentPollId }, setRoom, role, liveRoom }: Framed) {
  const polls = useLivePolls(id, liveRoom)
  const present = liveRoom?.present.value ?? null
  if (polls.data === undefined) return <Loading of={polls} />
  const list = polls.data.filter(({ status }) => status !== 'archived')
  const at = list.findIndex((poll) => poll.id === currentPollId)
  const show = async (pollId: string | null) => { setRoom(await client.rooms.setStage(id, pollId)) }
  const step = (text: string, to: number) => {
    const target = list[to]
    return target === undefined
      ? <button type='button' aria-disabled='true'>{text}</button>
      : <ActionButton act={() => show(target.id)}>{text}</ActionButton>
  }

  return (
    <>
      {present !== null && <p class='hint'>{t('present', { count: present })}</p>}
      {currentPollId === null ? <p class='hint'>{t('nothingOnScreens')}</p> : <StagedPoll key={currentPollId} pollId={currentPollId} role={role} />}
      {mayRun(role) && (
        <div class='actions remote-steps'>
          {step(t('previousPoll'), at === -1 ? list.length : at - 1)}
          {step(t('nextPoll'), at + 1)}
          {currentPollId !== null && <ActionButton act={() => show(null)}>{t('clearScreens')}</ActionButton>}
        </div>
      )}
      {list.length === 0 && <p class='hint'>{t('noPolls')}</p>}
      <ol class='cards'>
        {list.map((poll) => (
          <li key={poll.id} class='card' aria-current={poll.id === currentPollId ? 'true' : undefined}>
            <span dir='auto'>{poll.question}</span>
            <p class='poll-facts'>
              <span class='mark' data-status={poll.status}>{statusNames[poll.status]}</span>
              <span>{kindNames[poll.kind]}</span>
            </p>
            {poll.id === currentPollId && <span class='mark'>{t('onScreens')}</span>}
            {poll.id !== currentPollId && mayRun(role) && <ActionButton act={() => show(poll.id)} label={t('showOnScreensNamed', { question: poll.question })}>{t('showOnScreens')}</ActionButton>}
          </li>
        ))}
      </ol>
    </>
  )
}

function StagedPoll ({ pollId, role }: { pollId: string, role: RoomRole | undefined }) {
  const { loaded, poll, results, set } = useLivePoll(pollId)
  if (poll === undefined) return <Loading of={loaded} />
  return (
    <section aria-labelledby='staged-question'>
      <h2 id='staged-question' dir='auto'>{poll.question}</h2>
      <p class='poll-facts'>
        <span class='mark' data-status={poll.status}>{statusNames[poll.status]}</span>
        {results !== undefined && <span>{t('pollVoters', { count: results.voters })}</span>}
        {poll.revealed !== null && <span>{t(poll.revealed ? 'resultsRevealed' : 'resultsHidden')}</span>}
      </p>
      <PollActions poll={poll} set={set} role={role} />
      {poll.status !== 'draft' && results !== undefined && <PollResults screen='phone' poll={poll} results={results} />}
      {poll.status !== 'draft' && <Suggestions poll={poll} mayReview={mayRun(role)} />}
    </section>
  )
}
