import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { normalizeRoomCode } from '../../server/protocol/room.ts'
import { findRoom, type RoomSearch } from '../client/find-room.ts'
import { isLoopback } from '../client/room-code.ts'
import { t, type TextKey } from '../client/text.ts'
import { LanguageMenu } from '../components/language-menu.tsx'

const problemKeys = { unknown: 'codeUnknown', too_many: 'codeTooMany', unreachable: 'unreachable' } as const satisfies Record<Exclude<RoomSearch, 'found'>, TextKey>

export function StartPage () {
  const field = useRef<HTMLInputElement>(null)
  const problem = useSignal('')
  const isSearching = useSignal(false)

  async function submit () {
    if (isSearching.value) return
    const code = normalizeRoomCode(field.current?.value ?? '')
    problem.value = ''
    isSearching.value = true
    const outcome = code === '' ? t('codeMissing') : await search(code)
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
      <h1>{t('joinTitle')}</h1>
      <form onSubmit={(event) => { event.preventDefault(); void submit() }} noValidate>
        <label for='code'>{t('code')}</label>
        <div class='code-row'>
          <input
            id='code' ref={field} name='code' type='text' maxLength={40}
            autoComplete='off' autoCapitalize='characters' autoCorrect='off' spellcheck={false} enterKeyHint='go'
            aria-describedby='code-problem' aria-invalid={problem.value !== ''}
            onInput={() => { problem.value = '' }}
          />
          <button type='submit' class='primary'>{t('join')}</button>
        </div>
        <p id='code-problem' class='alert' role='alert'>{problem}</p>
      </form>
      <p class='hint'>{t('codeHint')}</p>
      <LanguageMenu />
      {isLoopback(location.hostname) && (
        <p class='note'>{t('loopbackNote')}</p>
      )}
    </main>
  )
}

/** What is wrong, in words; null when the room is there. */
async function search (code: string): Promise<string | null> {
  const outcome = await findRoom(code)
  return outcome === 'found' ? null : t(problemKeys[outcome])
}
