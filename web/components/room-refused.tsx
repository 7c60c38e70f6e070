import type { SocketProblem } from '../../server/protocol/problem.ts'
import { refusalWords } from '../client/words.ts'

export function RoomRefused ({ problem, code }: { problem: SocketProblem, code: string }) {
  const isUnknown = problem.code === 'room_not_found' || problem.code === 'validation_failed'
  return (
    <main class='narrow'>
      <h1>{isUnknown ? 'There is no room with this code' : 'This room cannot be joined'}</h1>
      <p>{isUnknown ? <>The code was <b>{code}</b>. Look at the screen in the room and try again.</> : refusalWords[problem.code]}</p>
      <p><a class='button' href='/'>Enter another code</a></p>
    </main>
  )
}
