import { signal } from '@preact/signals'
import { problemText } from '../problem-text.ts'
import { noteSignedOut } from '../session.ts'
import { t } from '../text.ts'

interface Notice {
  id: number
  text: string
  undo?: () => void
}

const undoMs = 8000
const noticeMs = 4000

const notices = signal<readonly Notice[]>([])
let lastId = 0

/** Tells what happened, for a moment. */
export function notify (text: string): void {
  const id = show(text)
  setTimeout(() => { hide(id) }, noticeMs)
}

/** Deletes when the time to undo is over, or when the page goes. What is to be deleted should be hidden meanwhile, and shown again by `restore`. */
export function deleteLater (text: string, { remove, restore }: { remove: () => Promise<void>, restore: () => void }): void {
  const end = () => {
    clearTimeout(timer)
    window.removeEventListener('pagehide', finish)
    hide(id)
  }
  const finish = () => {
    end()
    remove().catch((error: unknown) => {
      restore()
      noteSignedOut(error)
      notify(problemText(error))
    })
  }
  const timer = setTimeout(finish, undoMs)
  const id = show(text, () => {
    end()
    restore()
  })
  window.addEventListener('pagehide', finish)
}

function show (text: string, undo?: () => void): number {
  lastId += 1
  notices.value = [...notices.value, { id: lastId, text, ...(undo === undefined ? {} : { undo }) }]
  return lastId
}

function hide (id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id)
}

export function Notices () {
  return (
    <div class='notices' role='status'>
      {notices.value.map(({ id, text, undo }) => (
        <p key={id} class='notice'>
          <span>{text}</span>
          {undo !== undefined && <button type='button' onClick={undo}>{t('undo')}</button>}
        </p>
      ))}
    </div>
  )
}
