// First, so that it is dark or light before anything is drawn.
import '../client/theme.ts'
import { render } from 'preact'
import '../styles/base.css'
import '../styles/results.css'
import '../styles/present.css'
import '../styles/present-kinds.css'
import '../styles/questions.css'
import '../styles/present-tools.css'
import { wearAccent } from '../client/accent.ts'
import { connectToRoom } from '../client/connection.ts'
import { ignoreDoubleClicks } from '../client/double-clicks.ts'
import { createLiveRoom } from '../client/live-room.ts'
import { presenterTokenFromHash, roomCodeFromPath } from '../client/room-code.ts'
import { createViewer, Viewer } from '../client/viewer.ts'
import { keepAwake } from '../client/wake-lock.ts'
import { ProjectorPage } from './projector-page.tsx'

const code = roomCodeFromPath(location.pathname)
const presenterToken = presenterTokenFromHash(location.hash)
const liveRoom = createLiveRoom({ isStaff: presenterToken !== undefined })
const connection = connectToRoom(code, liveRoom, presenterToken)

ignoreDoubleClicks()
wearAccent(liveRoom)
keepAwake()

const root = document.querySelector('#app')
if (root !== null) {
  render(
    <Viewer.Provider value={createViewer(connection)}>
      <ProjectorPage code={code} liveRoom={liveRoom} connection={connection} />
    </Viewer.Provider>,
    root
  )
}
