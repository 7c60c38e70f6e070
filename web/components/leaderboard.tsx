import { useSignal } from '@preact/signals'
import { useContext, useEffect } from 'preact/hooks'
import type { Leaderboard as LeaderboardBody, Score } from '../../server/protocol/leaderboard.ts'
import type { Poll } from '../../server/protocol/poll.ts'
import { exactWords } from '../client/figures.ts'
import { t } from '../client/text.ts'
import { Viewer } from '../client/viewer.ts'

interface LeaderboardProps {
  roomId: string
  /** It is asked for again when one of them is revealed, hidden or begun anew. */
  polls: readonly Poll[]
  screen: 'phone' | 'projector'
  /** Raised to have it asked for again. */
  change?: number
}

const places = { phone: 5, projector: 10 }
/** A reveal reaches all phones at once; they should not all ask at once. */
const phoneSpreadMs = 1500

/** Those that give points. */
export function revealedQuizzes (polls: readonly Poll[]): Poll[] {
  return polls.filter(({ revealed, correct }) => revealed === true && correct !== undefined)
}

/** The points of the quizzes that have been revealed; nothing before the first. */
export function Leaderboard ({ roomId, polls, screen, change = 0 }: LeaderboardProps) {
  const viewer = useContext(Viewer)
  const board = useSignal<LeaderboardBody | null>(null)
  const revealed = revealedQuizzes(polls).map(({ id, round }) => `${id}.${round}`).join()

  useEffect(() => {
    let isGone = false
    // The points are what is left out when the server cannot say them now; the next reveal asks again.
    const load = () => { viewer.scores.leaderboard(roomId, places[screen]).then((loaded) => { if (!isGone) board.value = loaded }, () => undefined) }
    if (revealed === '') {
      board.value = null
      return
    }
    const timer = setTimeout(load, screen === 'phone' ? Math.random() * phoneSpreadMs : 0)
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [viewer, roomId, revealed, change])

  if (board.value === null || board.value.quizzes === 0) return null
  const { items, mine, players } = board.value
  const isMineBelow = mine !== null && mine.rank > (items.at(-1)?.rank ?? 0)
  // On the projector it stands in the place of the poll.
  const Heading = screen === 'phone' ? 'h2' : 'h1'
  return (
    <section class='leaderboard' aria-labelledby='leaderboard-heading'>
      <Heading id='leaderboard-heading'>{t('leaderboard')}</Heading>
      {mine !== null && <p><b>{t('yourRank', { rank: mine.rank, points: mine.points, count: players })}</b></p>}
      <table class='figures-table'>
        <thead><tr>{[t('rank'), t('playerName'), t('points')].map((heading) => <th key={heading} scope='col'>{heading}</th>)}</tr></thead>
        <tbody>
          {items.map((score, at) => <ScoreRow key={at} score={score} />)}
          {isMineBelow && <ScoreRow score={mine} />}
        </tbody>
      </table>
    </section>
  )
}

function ScoreRow ({ score: { rank, name, points } }: { score: Score }) {
  return <tr><td>{exactWords(rank)}</td><th scope='row'>{name ?? t('anonymous')}</th><td>{exactWords(points)}</td></tr>
}
