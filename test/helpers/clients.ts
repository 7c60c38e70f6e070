// Hosts over HTTP and audiences over sockets, as clients of the public interfaces only.
import { randomUUID } from 'node:crypto'
import { io, type Socket } from 'socket.io-client'
import type { Test } from 'tap'
import type { Ack, ClientEvent, ClientEventData, ClientEventReply, ServerToClientEvents } from '../../server/protocol/events.ts'
import type { Answer, NewPoll, Poll, PollView, Receipt, Results } from '../../server/protocol/poll.ts'
import { problems, type ErrorCode } from '../../server/protocol/problem.ts'
import { checkAnswer } from './contract-check.ts'
import type { Owner } from './owner.ts'

export interface Answered<T> { status: number, headers: Headers, body: T }

/** One request; the whole body is read, and answers of the API must be as documented. A body without JSON is its text. */
export async function request<T> (
  url: string, method: string, path: string, { token, body, headers = {} }: { token?: string | undefined, body?: unknown, headers?: Record<string, string> } = {}
): Promise<Answered<T>> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) })
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  const answered = { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text }
  if (path.startsWith('/api/v1/') && method !== 'HEAD') await checkAnswer(url, method, path, answered)
  return answered
}

/** Asserts that the answer is problem details (RFC 9457) with this code. */
export function expectProblem (t: Test, { status, headers, body }: Answered<unknown>, code: ErrorCode, name: string = code): void {
  const [expected, title] = problems[code]
  t.match({ status, type: headers.get('content-type'), body }, {
    status: expected,
    type: /^application\/problem\+json/,
    body: { type: `urn:plenum:problem:${code}`, title, status: expected, code, requestId: /^[0-9a-f-]{36}$/ }
  }, name)
}

export type Host = Awaited<ReturnType<typeof registerHost>>

/** A new host account with calls for what tests need most. */
export async function registerHost (url: string) {
  const credentials = { email: `${randomUUID()}@example.org`, password: 'a long password', name: 'Host' }
  const { body: tokens } = await request<{ accessToken: string, refreshToken: string, user: { id: string, role: string } }>(
    url, 'POST', '/api/v1/auth/register', { body: credentials })
  const token = tokens.accessToken
  const call = async <T>(method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    await request<T>(url, method, `/api/v1${path}`, { token, body, headers: headers ?? {} })
  return {
    ...tokens,
    credentials,
    call,
    /** A draft of two options, Yes and No, unless told otherwise. */
    async createPoll (poll: Partial<NewPoll> = {}): Promise<Poll> {
      const { body } = await call<Poll>('POST', '/polls', {
        kind: 'single', question: 'Shall we?', options: [{ label: 'Yes' }, { label: 'No' }], ...poll
      })
      return body
    },
    async openPoll (poll: Partial<NewPoll> = {}): Promise<Poll> {
      const { id } = await this.createPoll(poll)
      return (await call<Poll>('POST', `/polls/${id}/open`)).body
    },
    command: async (pollId: string, command: string) => await call<Poll>('POST', `/polls/${pollId}/${command}`),
    results: async (pollId: string, query = '') => await call<Results>('GET', `/polls/${pollId}/results${query}`),
    codeOf: async (poll: { roomId: string }) => (await call<{ code: string }>('GET', `/rooms/${poll.roomId}`)).body.code
  }
}

export async function createVoter (url: string): Promise<{ voterId: string, voterToken: string }> {
  return (await request<{ voterId: string, voterToken: string }>(url, 'POST', '/api/v1/voters')).body
}

export async function voteOverHttp (url: string, voterToken: string, pollId: string, answer: Answer) {
  return await request<Receipt>(url, 'PUT', `/api/v1/polls/${pollId}/vote`, { token: voterToken, body: { answer } })
}

interface ClientToServer { [event: string]: (...args: unknown[]) => void }
export type TestSocket = Socket<ServerToClientEvents, ClientToServer>

/** A connected socket with typed calls. It keeps every results frame it was sent; closed at teardown. */
export async function connectSocket (
  t: Owner, url: string, { auth = {}, ...options }: { auth?: { voterToken?: string, accessToken?: string, presenterToken?: string }, reconnection?: boolean, transports?: string[], extraHeaders?: Record<string, string> } = {}
) {
  const socket: TestSocket = io(url, { auth, transports: ['websocket'], reconnection: false, forceNew: true, ...options })
  const frames: Results[] = []
  socket.on('results', (results) => { frames.push(results) })
  t.teardown(() => { socket.disconnect() })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })

  async function call<E extends ClientEvent> (event: E, data: ClientEventData[E]): Promise<Ack<ClientEventReply[E]>> {
    return await socket.timeout(15_000).emitWithAck(event, data)
  }

  return {
    socket,
    /** In the order in which they came. */
    frames,
    call,
    async joinPoll (pollId: string): Promise<PollView & { voterToken: string }> {
      const ack = await call('poll:join', { pollId })
      if (!ack.ok) throw new Error(`poll:join was refused: ${ack.error.code}`)
      return ack.data
    },
    vote: async (pollId: string, ...choices: number[]) => await call('vote:cast', { pollId, answer: { choices } }),
    /** Resolves to the first results, kept or to come, that fit. */
    async resultsWhere (fits: (results: Results) => boolean, timeoutMs = 15_000): Promise<Results> {
      const held = frames.find(fits)
      if (held !== undefined) return held
      return await new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          socket.off('results', look)
          reject(new Error(`no such results within ${timeoutMs} ms; the last was ${JSON.stringify(frames.at(-1))}`))
        }, timeoutMs)
        const look = (results: Results) => {
          if (!fits(results)) return
          clearTimeout(timer)
          socket.off('results', look)
          resolve(results)
        }
        socket.on('results', look)
      })
    }
  }
}

export type Audience = Awaited<ReturnType<typeof connectSocket>>
