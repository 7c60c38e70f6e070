import { useEffect } from 'preact/hooks'
import type { Connection } from '../client/connection.ts'
import { currentResults, type HeldView } from '../client/held-view.ts'
import type { LiveRoom } from '../client/live-room.ts'
import { t } from '../client/text.ts'
import { projectorWords, voterWords } from '../client/words.ts'
import { PollGone } from '../components/poll-gone.tsx'
import { PollResults } from '../components/poll-results.tsx'

interface Props {
  pollId: string
  liveRoom: LiveRoom
  connection: Connection
}

/** The results of one poll, to lie over a video's picture: nothing around them, and nothing to press. */
export function OverlayPage ({ pollId, liveRoom, connection }: Props) {
  const view = liveRoom.view(pollId)

  useEffect(() => {
    document.title = `${view?.poll.question ?? t('liveResults')} – Plenum`
  }, [view?.poll.question])

  const isGone = view === undefined && liveRoom.room.value !== null
  if (connection.refusal.value !== null || isGone) return <PollGone problem={connection.refusal.value} />
  // Until there is something to show, the picture is left alone.
  return view === undefined ? null : <Picture view={view} />
}

function Picture ({ view }: { view: HeldView }) {
  const { poll } = view
  const results = currentResults(view)
  return (
    <main class='picture'>
      <h1>{poll.question}</h1>
      {results === null
        ? view.results === null && <p class='hidden-results'>{t('resultsHidden')}</p>
        : <PollResults screen='projector' poll={poll} results={results} />}
      <p class='summary'>
        {results !== null && <span class='voters'>{voterWords(results.voters)}</span>}
        <span role='status'>{projectorWords(poll.status, results?.final ?? false)}</span>
      </p>
    </main>
  )
}
