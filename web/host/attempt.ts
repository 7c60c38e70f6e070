import { notify } from './components/notices.tsx'
import { problemText } from './problem-text.ts'
import { noteSignedOut } from './session.ts'

/** Does what was pressed for, or tells why it could not be done; answers which. */
export async function attempt (act: () => Promise<void>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    noteSignedOut(error)
    notify(problemText(error))
    return false
  }
}
