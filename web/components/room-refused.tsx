import type { SocketProblem } from '../../server/protocol/problem.ts'
import { t } from '../client/text.ts'
import { refusalText } from '../client/words.ts'
import { Around, slot } from './around.tsx'

export function RoomRefused ({ problem, code }: { problem: SocketProblem, code: string }) {
  const isUnknown = problem.code === 'room_not_found' || problem.code === 'validation_failed'
  return (
    <main class='narrow'>
      <h1>{t(isUnknown ? 'roomUnknown' : 'roomRefused')}</h1>
      <p>{isUnknown ? <Around text={t('codeWas', { code: slot })}><b dir='ltr'>{code}</b></Around> : refusalText(problem.code)}</p>
      <p><a class='button' href='/'>{t('otherCode')}</a></p>
    </main>
  )
}
