import { render } from 'preact'
import '../styles/base.css'
import '../styles/results.css'
import '../styles/present.css'
import '../styles/present-kinds.css'
import { wearAccent } from '../client/accent.ts'
import { connectToRoom } from '../client/connection.ts'
import { createLiveRoom } from '../client/live-room.ts'
import { presenterTokenFromHash, roomCodeFromPath } from '../client/room-code.ts'
import { ProjectorPage } from './projector-page.tsx'

const code = roomCodeFromPath(location.pathname)
const liveRoom = createLiveRoom()
const connection = connectToRoom(code, liveRoom, presenterTokenFromHash(location.hash))

wearAccent(liveRoom)
const root = document.querySelector('#app')
if (root !== null) render(<ProjectorPage code={code} liveRoom={liveRoom} connection={connection} />, root)
