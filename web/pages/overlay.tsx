import { render } from 'preact'
import '../styles/base.css'
import '../styles/results.css'
import '../styles/present-kinds.css'
import '../styles/overlay.css'
import { createLiveRoom } from '../client/live-room.ts'
import { connectToPoll, pollIdFromPath } from '../client/poll-connection.ts'
import { presenterTokenFromHash } from '../client/room-code.ts'
import { createViewer, Viewer } from '../client/viewer.ts'
import { OverlayPage } from './overlay-page.tsx'

const pollId = pollIdFromPath(location.pathname)
const presenterToken = presenterTokenFromHash(location.hash)
const liveRoom = createLiveRoom({ isStaff: presenterToken !== undefined })
const connection = connectToPoll(pollId, liveRoom, presenterToken)

const root = document.querySelector('#app')
if (root !== null) {
  render(
    <Viewer.Provider value={createViewer(connection)}>
      <OverlayPage pollId={pollId} liveRoom={liveRoom} connection={connection} />
    </Viewer.Provider>,
    root
  )
}
