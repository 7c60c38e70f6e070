import type { SocketProblem } from '../../server/protocol/problem.ts'
import { t } from '../client/text.ts'
import { refusalText } from '../client/words.ts'

/** @param problem why the poll cannot be shown; null once it was deleted */
export function PollGone ({ problem }: { problem: SocketProblem | null }) {
  const isUnknown = problem === null || problem.code === 'poll_not_found'
  return (
    <main class='narrow'>
      <h1>{isUnknown ? t('pollGone') : refusalText(problem.code)}</h1>
    </main>
  )
}
