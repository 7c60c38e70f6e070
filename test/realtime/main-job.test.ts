import t from 'tap'
import { connectSocket, registerHost } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'

t.test('the main job: create a poll over HTTP, vote over a socket, watch exact results', async (t) => {
  const { url } = await startServer(t)
  const host = await registerHost(url)
  const poll = await host.openPoll()
  const watcher = await connectSocket(t, url)
  const voter = await connectSocket(t, url)
  const view = await watcher.joinPoll(poll.id)
  t.match(view, { poll: { id: poll.id, status: 'open' }, results: { voters: 0, counts: { 1: 0, 2: 0 } }, myVote: null })

  const counted = watcher.resultsWhere((results) => results.voters === 1)
  const ack = await voter.vote(poll.id, 1)
  t.match(ack, { ok: true, data: { status: 'recorded', round: 1 } }, '[V1] the vote is acknowledged')
  t.match(await counted, { counts: { 1: 1, 2: 0 } }, '[R4] the watcher sees it')
  t.match((await host.results(poll.id)).body, { voters: 1, counts: { 1: 1, 2: 0 }, final: false })
})
