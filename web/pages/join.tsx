import { render } from 'preact'
import '../styles/base.css'
import '../styles/results.css'
import '../styles/join.css'
import '../styles/ballots.css'
import '../styles/questions.css'
import '../styles/plain.css'
import { createAccessCodeEntry } from '../client/access-code-entry.ts'
import { wearAccent } from '../client/accent.ts'
import { createBallotDrafts } from '../client/ballot-drafts.ts'
import { createBallotOutbox } from '../client/ballot-outbox.ts'
import { createBallotSender } from '../client/ballot-sender.ts'
import { connectToRoom } from '../client/connection.ts'
import { createLiveRoom } from '../client/live-room.ts'
import { roomCodeFromPath } from '../client/room-code.ts'
import { browserStorage } from '../client/browser-storage.ts'
import { createViewer, Viewer } from '../client/viewer.ts'
import { PhonePage } from './phone-page.tsx'

const code = roomCodeFromPath(location.pathname)
const liveRoom = createLiveRoom()
const connection = connectToRoom(code, liveRoom)
const outbox = createBallotOutbox(browserStorage)
const sender = createBallotSender({ connection, liveRoom, outbox })
const ballots = { drafts: createBallotDrafts(), outbox, sender }

// A printed code brings itself in the fragment, which no server is sent. It leaves the address bar, so that nobody passes it on with the page.
const printed = new URLSearchParams(location.hash.slice(1)).get('code')
if (printed !== null) history.replaceState(null, '', location.pathname)
const accessCode = createAccessCodeEntry(connection, printed)

wearAccent(liveRoom)
const root = document.querySelector('#app')
if (root !== null) {
  // What the server drew for browsers without scripts.
  root.replaceChildren()
  render(
    <Viewer.Provider value={createViewer(connection)}>
      <PhonePage code={code} liveRoom={liveRoom} connection={connection} accessCode={accessCode} ballots={ballots} />
    </Viewer.Provider>,
    root
  )
}
