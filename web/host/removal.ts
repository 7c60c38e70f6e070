import { signal } from '@preact/signals'
import { deleteLater } from './components/notices.tsx'

const leaving = signal<ReadonlySet<string>>(new Set())

/** Whether it is hidden: it was deleted, or will be when the time to undo is over. */
export function isLeaving (id: string): boolean {
  return leaving.value.has(id)
}

/** For what can come back after it was removed. */
export function showAgain (id: string): void {
  leaving.value = new Set([...leaving.value].filter((one) => one !== id))
}

/** Hides what has this id on all pages, and removes it when the time to undo is over. */
export function removeLater (id: string, text: string, remove: () => Promise<void>): void {
  leaving.value = new Set([...leaving.value, id])
  deleteLater(text, { remove, restore: () => { showAgain(id) } })
}
