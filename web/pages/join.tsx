import { render } from 'preact'
import '../styles/phone.css'
import { createAccessCodeEntry } from '../client/access-code-entry.ts'
import { wearAccent } from '../client/accent.ts'
import { createBallots } from '../client/ballots.ts'
import { connectToRoom } from '../client/connection.ts'
import { ignoreDoubleClicks } from '../client/double-clicks.ts'
import { keepFilledIn, keepFocus, readFirstView } from '../client/first-view.ts'
import { createLiveRoom } from '../client/live-room.ts'
import { roomCodeFromPath } from '../client/room-code.ts'
import { createViewer, Viewer } from '../client/viewer.ts'
import { firstField } from '../components/ballot-form.tsx'
import { PhonePage } from './phone-page.tsx'

const code = roomCodeFromPath(location.pathname)
const liveRoom = createLiveRoom()
const connection = connectToRoom(code, liveRoom)
const ballots = createBallots(connection, liveRoom)

// A printed code brings itself in the fragment, which no server is sent. It leaves the address bar, so that nobody passes it on with the page.
const printed = new URLSearchParams(location.hash.slice(1)).get('code')
if (printed !== null) history.replaceState(null, '', location.pathname)
const accessCode = createAccessCodeEntry(connection, printed)

ignoreDoubleClicks()
wearAccent(liveRoom)
const root = document.querySelector('#app')
if (root !== null) {
  const view = readFirstView(root)
  if (view !== null) liveRoom.applyJoin(view)
  const restoreFocus = keepFocus(root, firstField)
  keepFilledIn(root, view?.polls[0]?.poll, ballots.drafts)
  // What the server drew for browsers without scripts.
  root.replaceChildren()
  render(
    <Viewer.Provider value={createViewer(connection)}>
      <PhonePage code={code} liveRoom={liveRoom} connection={connection} accessCode={accessCode} ballots={ballots} />
    </Viewer.Provider>,
    root
  )
  restoreFocus()
}
