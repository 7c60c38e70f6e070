// Everyone who is not to know something of a poll, on every way that leads to it. Whatever is sent to them is kept, byte for byte.
import type { Test } from 'tap'
import type { Poll } from '../../server/protocol/poll.ts'
import { waitUntil } from './child-process.ts'
import { createVoter, registerHost, request } from './clients.ts'
import { openEventStream } from './event-stream.ts'
import { postGraphql } from './graphql.ts'
import { connectRaw, openWebSocket } from './raw-socket.ts'

const graphqlFields = `revealed correct explanation myVote
  results { version voters counts derived { correct correctVoters } } timeline(points: 5) { counts voters } rounds(limit: 5) { items { counts voters } }`

const ofQuestions = ['', '?sort=newest', '?status=pending', '?status=dismissed', '/export']

/** A voter, somebody without any token, another host, and sockets with what `auths` has. */
export async function gatherOnlookers (t: Test, url: string, poll: Poll, { code, auths = [] }: { code: string, auths?: object[] }) {
  const { voterToken } = await createVoter(url)
  const stranger = await registerHost(url)
  const path = `/api/v1/polls/${poll.id}`
  const sockets: Awaited<ReturnType<typeof connectRaw>>[] = []
  for (const auth of [{ voterToken }, {}, { accessToken: stranger.accessToken }, ...auths]) sockets.push(await connectRaw(t, url, auth))
  const feeds = [
    await openWebSocket(t, url, `${path}/live`, { authorization: `Bearer ${voterToken}` }),
    await openEventStream(t, `${url}${path}/live`),
    await openEventStream(t, `${url}${path}/live`, { authorization: `Bearer ${stranger.accessToken}` })
  ]
  const subscription = await subscribe(t, url, poll.id)
  const connections = [...sockets, ...feeds, subscription]
  const taken = connections.map(() => 0)
  const answers: string[] = []

  return {
    voterToken,
    sockets,
    /** What has come since this was last called: by socket, feed and subscription, and each answer over HTTP with its status and headers. */
    takeAll (): { sent: string[][], answers: string[] } {
      const sent = connections.map(({ frames }, at) => frames.slice(taken[at]))
      connections.forEach(({ frames }, at) => { taken[at] = frames.length })
      return { sent, answers: answers.splice(0) }
    },
    /** Asks for everything that there is to ask, by all of them. */
    async askAll (round: number): Promise<void> {
      for (const socket of sockets) {
        await socket.ask('poll:join', { pollId: poll.id })
        await socket.ask('room:join', { code })
      }
      const reads = [
        path, `${path}/vote`, `${path}/results`, `${path}/results?round=${round}`, `${path}/results?version=2`, `${path}/timeline`, `${path}/rounds`, `${path}/responses`, `${path}/participation`,
        `${path}/export`, `/api/v1/join/${code}`, `/api/v1/rooms/${poll.roomId}/leaderboard`, '/api/v1/polls', ...ofQuestions.map((rest) => `/api/v1/rooms/${poll.roomId}/questions${rest}`)
      ]
      for (const token of [undefined, voterToken, stranger.accessToken]) {
        const asked = await Promise.all([
          ...reads.map(async (read) => await request(url, 'GET', read, { token })),
          postGraphql(url, `{ poll(id: "${poll.id}") { ${graphqlFields} } room(id: "${poll.roomId}") { questions(limit: 50) { items { text authorName } } } }`, token === undefined ? {} : { token })
        ])
        answers.push(...asked.map(textOf))
      }
      const pages = [`/j/${code}`, `/present/${code}`, `/embed/${poll.id}`, `/overlay/${poll.id}`]
      for (const headers of [{}, { cookie: `voter=${voterToken}` }]) {
        answers.push(...(await Promise.all(pages.map(async (page) => await request(url, 'GET', page, { headers })))).map(textOf))
      }
    },
    /** One request more, which is kept with the others. */
    async ask (method: string, rest: string, given: { token?: string, body?: unknown } = {}) {
      const answer = await request(url, method, rest, given)
      answers.push(textOf(answer))
      return answer
    },
    /** Resolves when the last change has come to each of them, and with it all that was sent before. */
    async hear ({ status, revision }: Pick<Poll, 'status' | 'revision'>): Promise<void> {
      const tells = (frame: string) => frame.includes(`"status":"${status}"`) && frame.includes(`"revision":${revision},`)
      for (const socket of sockets) await socket.ask('room:leave', {})
      for (const { frames } of feeds) await waitUntil(async () => frames.some(tells), 15_000, () => 'a feed did not hear of the last change')
    }
  }
}

function textOf ({ status, headers, body }: { status: number, headers: Headers, body: unknown }): string {
  return JSON.stringify([status, Object.fromEntries(headers), body])
}

/** Over graphql-ws, frame by frame. */
async function subscribe (t: Test, url: string, pollId: string) {
  const subscription = await openWebSocket(t, url, '/graphql', {}, ['graphql-transport-ws'])
  subscription.ws.send(JSON.stringify({ type: 'connection_init', payload: {} }))
  await subscription.frameWhere((frame) => frame.includes('connection_ack'))
  const query = `subscription { results(pollId: "${pollId}") { version voters counts derived { correct correctVoters } } }`
  subscription.ws.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
  return subscription
}
