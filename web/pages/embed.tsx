import { render } from 'preact'
import '../styles/base.css'
import '../styles/results.css'
import '../styles/join.css'
import '../styles/ballots.css'
import '../styles/embed.css'
import { createBallots } from '../client/ballots.ts'
import { createLiveRoom } from '../client/live-room.ts'
import { connectToPoll, pollIdFromPath } from '../client/poll-connection.ts'
import { createViewer, Viewer } from '../client/viewer.ts'
import { EmbedPage } from './embed-page.tsx'

const pollId = pollIdFromPath(location.pathname)
const liveRoom = createLiveRoom()
const connection = connectToPoll(pollId, liveRoom)
const ballots = createBallots(connection, liveRoom)

const root = document.querySelector('#app')
if (root !== null) {
  render(
    <Viewer.Provider value={createViewer(connection)}>
      <EmbedPage pollId={pollId} liveRoom={liveRoom} connection={connection} ballots={ballots} />
    </Viewer.Provider>,
    root
  )
}
