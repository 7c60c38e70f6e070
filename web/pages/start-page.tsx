import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { normalizeRoomCode } from '../../server/protocol/room.ts'
import { findRoom, type RoomSearch } from '../client/find-room.ts'
import { isLoopback } from '../client/room-code.ts'

const problemWords = {
  unknown: 'There is no room with this code. Look at the screen in the room and try again.',
  too_many: 'Too many tries. Wait a minute, then try again.',
  unreachable: 'The server cannot be reached. Check your connection and try again.'
} as const satisfies Record<Exclude<RoomSearch, 'found'>, string>

export function StartPage () {
  const field = useRef<HTMLInputElement>(null)
  const problem = useSignal('')
  const isSearching = useSignal(false)

  async function submit () {
    if (isSearching.value) return
    const code = normalizeRoomCode(field.current?.value ?? '')
    problem.value = ''
    isSearching.value = true
    const outcome = code === '' ? 'Type the code from the screen.' : await search(code)
    isSearching.value = false
    if (outcome === null) {
      location.assign(`/j/${encodeURIComponent(code)}`)
      return
    }
    problem.value = outcome
    field.current?.focus()
  }

  return (
    <main class='narrow start'>
      <h1>Join a poll</h1>
      <form onSubmit={(event) => { event.preventDefault(); void submit() }} noValidate>
        <label for='code'>Code</label>
        <div class='code-row'>
          <input
            id='code' ref={field} name='code' type='text' maxLength={40}
            autoComplete='off' autoCapitalize='characters' autoCorrect='off' spellcheck={false} enterKeyHint='go'
            aria-describedby='code-problem' aria-invalid={problem.value !== ''}
            onInput={() => { problem.value = '' }}
          />
          <button type='submit' class='primary'>Join</button>
        </div>
        <p id='code-problem' class='alert' role='alert'>{problem}</p>
      </form>
      <p class='hint'>The code is on the screen in the room.</p>
      {isLoopback(location.hostname) && (
        <p class='note'>
          This address works on this computer only. To let phones in, start Plenum with <code>HOST=0.0.0.0</code> and
          open it by this computer’s network address.
        </p>
      )}
    </main>
  )
}

/** What is wrong, in words; null when the room is there. */
async function search (code: string): Promise<string | null> {
  const outcome = await findRoom(code)
  return outcome === 'found' ? null : problemWords[outcome]
}
