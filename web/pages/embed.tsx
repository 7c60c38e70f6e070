import { render } from 'preact'
import '../styles/base.css'
import '../styles/results.css'
import '../styles/join.css'
import '../styles/ballots.css'
import '../styles/embed.css'
import { createBallotDrafts } from '../client/ballot-drafts.ts'
import { createBallotOutbox } from '../client/ballot-outbox.ts'
import { createBallotSender } from '../client/ballot-sender.ts'
import { browserStorage } from '../client/browser-storage.ts'
import { createLiveRoom } from '../client/live-room.ts'
import { connectToPoll, pollIdFromPath } from '../client/poll-connection.ts'
import { createViewer, Viewer } from '../client/viewer.ts'
import { EmbedPage } from './embed-page.tsx'

const pollId = pollIdFromPath(location.pathname)
const liveRoom = createLiveRoom()
const connection = connectToPoll(pollId, liveRoom)
const outbox = createBallotOutbox(browserStorage)
const sender = createBallotSender({ connection, liveRoom, outbox })
const ballots = { drafts: createBallotDrafts(), outbox, sender }

const root = document.querySelector('#app')
if (root !== null) {
  render(
    <Viewer.Provider value={createViewer(connection)}>
      <EmbedPage pollId={pollId} liveRoom={liveRoom} connection={connection} ballots={ballots} />
    </Viewer.Provider>,
    root
  )
}
