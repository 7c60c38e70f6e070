import { notify } from './components/notices.tsx'
import { problemText } from './problem-text.ts'
import { noteSignedOut } from './session.ts'

/** Does what was pressed for, and tells why it could not be done. */
export async function attempt (act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    noteSignedOut(error)
    notify(problemText(error))
  }
}
