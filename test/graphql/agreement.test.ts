import fc from 'fast-check'
import t from 'tap'
import type { FeedMessage } from '../../server/protocol/events.ts'
import type { Poll, Results, ResultsVisibility } from '../../server/protocol/poll.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { connectDatabase } from '../helpers/database.ts'
import { openEventStream } from '../helpers/event-stream.ts'
import { postGraphql, resultsFields, subscribeResults } from '../helpers/graphql.ts'
import { recount } from '../helpers/ledger.ts'
import { openWebSocket } from '../helpers/raw-socket.ts'
import { startServer } from '../helpers/server.ts'

const { url, databaseUrl } = await startServer(t)
const host = await registerHost(url)
const ledger = connectDatabase(t, databaseUrl)

/** The results in a feed's frames, as WebSocket or as server-sent events. */
function readResults (frames: string[]): Results[] {
  const messages: FeedMessage[] = frames.filter((frame) => !frame.startsWith(':')).map((frame) => JSON.parse(frame.replace(/^(id: \d+\n)?data: /, '')))
  return messages.flatMap((message) => message.type === 'results' ? [message.data] : [])
}

t.test('[R4] after 1,000 mixed votes every transport ends on the same version and counts', async (t) => {
  const poll = await host.openPoll({ kind: 'multiple', revote: 'withdraw', options: ['A', 'B', 'C'].map((label) => ({ label })) })
  const path = `/api/v1/polls/${poll.id}/live`
  const [subscription, events, webSocket, audience] = [
    await subscribeResults(t, url, poll.id), await openEventStream(t, url + path), await openWebSocket(t, url, path), await connectSocket(t, url)]
  await audience.joinPoll(poll.id)
  await subscription.resultsWhere(({ voters }) => voters === 0)

  const people = 50
  const turns = 20
  const statuses = new Set<string>()
  // Half of them have a socket, the others vote by HTTP; every fifth turn takes the vote back.
  await Promise.all(Array.from({ length: people }, async (_, person) => {
    const { voterToken: token } = await createVoter(url)
    const socket = person % 2 === 0 ? await connectSocket(t, url, { auth: { voterToken: token } }) : undefined
    for (let turn = 0; turn < turns; turn++) {
      const isWithdrawal = turn % 5 === 4
      const choices = [1 + (person + turn) % 3, 1 + (person + turn + 1) % 3].slice(0, 1 + turn % 2)
      if (socket !== undefined) {
        // A socket may send twenty events a second: the rest of its turns goes by HTTP.
        const ack = turn < 10 && (isWithdrawal ? await socket.call('vote:withdraw', { pollId: poll.id }) : await socket.vote(poll.id, ...choices))
        if (ack !== false) {
          statuses.add(ack.ok ? ack.data.status : ack.error.code)
          continue
        }
      }
      const { status, body } = isWithdrawal
        ? await request<{ status: string }>(url, 'DELETE', `/api/v1/polls/${poll.id}/vote`, { token })
        : await voteOverHttp(url, token, poll.id, { choices })
      statuses.add(status === 200 ? body.status : String(status))
    }
  }))
  t.same(Array.from(statuses).sort(), ['changed', 'recorded', 'withdrawn'], 'first votes, changes and withdrawals, and nothing else')

  const { body: final } = await host.results(poll.id)
  t.same({ voters: final.voters, counts: final.counts }, await recount(ledger, final), '[R2]')
  const { body } = await postGraphql(url, `{ poll(id: "${poll.id}") { results { ${resultsFields} } } }`)
  t.same(body.data, { poll: { results: final } }, 'a GraphQL query')
  const isFinal = ({ version }: Results) => version === final.version
  t.same(await subscription.resultsWhere(isFinal), final, 'a GraphQL subscription')
  t.same(await audience.resultsWhere(isFinal), final, 'Socket.IO')
  for (const [name, { frames }] of Object.entries({ events, webSocket })) {
    await waitUntil(async () => readResults(frames).some(isFinal), 15_000, () => `${name} did not say it: ${frames.at(-1)}`)
    t.same(readResults(frames).at(-1), final, name)
  }
  for (const seen of [subscription.frames, audience.frames, readResults(events.frames), readResults(webSocket.frames)]) {
    t.ok(seen.every(({ version }, at) => version > (seen[at - 1]?.version ?? 0)), '[R3] nobody went back')
  }
})

const step = fc.oneof(
  fc.record({ do: fc.constant('vote' as const), voter: fc.nat(1), choice: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ do: fc.constant('withdraw' as const), voter: fc.nat(1) }),
  fc.record({ do: fc.constantFrom('open' as const, 'pause' as const, 'close' as const, 'reset' as const) }),
  fc.record({ do: fc.constant('reveal' as const), revealed: fc.boolean() }))

t.test('[R6] whatever happened, REST, GraphQL, the socket and the feed show each viewer the same', async (t) => {
  const voters = [await createVoter(url), await createVoter(url)]

  async function apply (poll: Poll, action: typeof step extends fc.Arbitrary<infer A> ? A : never): Promise<void> {
    if (action.do === 'vote') await voteOverHttp(url, voters[action.voter]?.voterToken ?? '', poll.id, { choices: [action.choice] })
    else if (action.do === 'withdraw') await request(url, 'DELETE', `/api/v1/polls/${poll.id}/vote`, { token: voters[action.voter]?.voterToken })
    else if (action.do === 'reveal') await host.call('POST', `/polls/${poll.id}/reveal`, { revealed: action.revealed })
    else await host.command(poll.id, action.do)
  }

  /** What one viewer is shown: results, or null where they are hidden. */
  async function look (poll: Poll, viewer: { token?: string, auth: { voterToken?: string, accessToken?: string } }) {
    const headers: Record<string, string> = viewer.token === undefined ? {} : { authorization: `Bearer ${viewer.token}` }
    const rest = await request<Results>(url, 'GET', `/api/v1/polls/${poll.id}/results`, { headers })
    const graphql = await postGraphql(url, `{ poll(id: "${poll.id}") { results { ${resultsFields} } } }`, { headers })
    const socket = await connectSocket(t, url, { auth: viewer.auth })
    const feed = await openWebSocket(t, url, `/api/v1/polls/${poll.id}/live`, headers)
    const joined = await socket.joinPoll(poll.id)
    await feed.frameWhere((frame) => frame.includes('"type":"poll"'))
    if (joined.results !== null) await feed.frameWhere((frame) => frame.includes('"type":"results"'))
    socket.socket.disconnect()
    feed.ws.terminate()
    return {
      rest: rest.status === 200 ? rest.body : null,
      graphql: (graphql.body.data as { poll: { results: Results | null } } | undefined)?.poll.results,
      socket: joined.results,
      feed: readResults(feed.frames)[0] ?? null
    }
  }

  const visibilities: ResultsVisibility[] = ['live', 'after_vote', 'after_close', 'hosts']
  const report = await fc.check(fc.asyncProperty(fc.constantFrom(...visibilities), fc.array(step, { maxLength: 6 }), async (resultsVisibility, actions) => {
    const poll = await host.openPoll({ resultsVisibility, revote: 'withdraw' })
    for (const action of actions) await apply(poll, action)
    const viewers = [{ auth: {} }, { token: host.accessToken, auth: { accessToken: host.accessToken } }, ...voters.map(({ voterToken }) => ({ token: voterToken, auth: { voterToken } }))]
    for (const viewer of viewers) {
      const { rest, ...others } = await look(poll, viewer)
      const expected = JSON.stringify(rest)
      for (const [name, results] of Object.entries(others)) {
        if (JSON.stringify(results) !== expected) throw new Error(`${name} shows ${JSON.stringify(results)}, REST ${expected}`)
      }
    }
  }), { numRuns: 8 })
  t.notOk(report.failed, fc.defaultReportMessage(report) ?? `holds for ${report.numRuns} inputs`)
})
