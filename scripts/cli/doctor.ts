import { text as readText } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'
import { connectSocketClient } from '../../server/client/socket-client.ts'
import type { Poll } from '../../server/protocol/poll.ts'
import { PlenumError } from '../../server/protocol/problem.ts'
import { CommandError, commonHelp, commonOptions, connect, explain, print, UsageError, type Command, type Connection } from './command.ts'

const patienceMs = 8000
const maxSkewMs = 2000
const nowhere = '00000000-0000-7000-8000-000000000000'

interface Finding { isOk: boolean, says: string }
type Check = (url: string, connection: Connection) => Promise<Finding>

const ok = (says: string): Finding => ({ isOk: true, says })
const bad = (says: string): Finding => ({ isOk: false, says })

async function ask (url: string, init: RequestInit = {}): Promise<Response> {
  return await fetch(url, { ...init, signal: AbortSignal.timeout(patienceMs) }).catch((error: unknown) => {
    // What fetch itself says is only that it failed.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    throw new CommandError(`no answer: ${explain(cause)}`)
  })
}

async function readHealth (url: string): Promise<{ status?: string, database?: string, redis?: string }> {
  const text = await (await ask(`${url}/readyz`)).text()
  try {
    const health: unknown = JSON.parse(text)
    return typeof health === 'object' && health !== null ? health : {}
  } catch {
    return {}
  }
}

/** Undefined too for a token that this server does not take. */
async function findSomePoll ({ client, token }: Connection): Promise<Poll | undefined> {
  if (token === undefined) return undefined
  try {
    return (await client.polls.list({ limit: 1 })).items[0]
  } catch (error) {
    if (error instanceof PlenumError) return undefined
    throw error
  }
}

/** Asks for a WebSocket of the feed; resolves to `undefined` when it opened, else to what was answered instead. */
async function upgradeFeed (url: string, pollId: string, token: string | undefined): Promise<{ status: number, text: string } | undefined> {
  const address = `${url.replace(/^http/, 'ws')}/api/v1/polls/${pollId}/live`
  const socket = new WebSocket(address, { handshakeTimeout: patienceMs, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
  try {
    return await new Promise((resolve, reject) => {
      socket.once('open', () => { resolve(undefined) })
      socket.on('error', reject)
      socket.once('unexpected-response', (_request, response) => {
        readText(response).then((text) => { resolve({ status: response.statusCode ?? 0, text }) }, reject)
      })
    })
  } finally {
    socket.terminate()
  }
}

const checks: Record<string, Check> = {
  async server (url) {
    const { status } = await readHealth(url)
    return status === undefined ? bad('it answers, but not like Plenum') : { isOk: status !== 'unavailable', says: `it is ${status}` }
  },

  async database (url) {
    const { database } = await readHealth(url)
    return { isOk: database === 'up', says: `it is ${database ?? 'not spoken of'}` }
  },

  async redis (url) {
    const { redis } = await readHealth(url)
    return redis === 'none' ? ok('none is set: one instance') : { isOk: redis === 'up', says: `it is ${redis ?? 'not spoken of'}` }
  },

  async websocket (url) {
    const socket = await connectSocketClient({ baseUrl: url, transports: ['websocket'], timeoutMs: patienceMs })
    socket.close()
    return ok('the upgrade passes')
  },

  async polling (url) {
    const socket = await connectSocketClient({ baseUrl: url, transports: ['polling'], timeoutMs: patienceMs })
    socket.close()
    return ok('it works where WebSockets are blocked')
  },

  // No poll is needed to see whether the request arrives there: the answer about one that does not exist is the feed's own.
  async feed (url) {
    const response = await ask(`${url}/api/v1/polls/${nowhere}/live`, { headers: { accept: 'text/event-stream' } })
    const text = await response.text()
    return text.includes('"poll_not_found"') ? ok('it is reached') : bad(`it answered ${response.status}`)
  },

  // A whole upgrade needs a poll, so it needs a token. Without one it can still be seen who answers.
  async 'feed-ws' (url, connection) {
    const poll = await findSomePoll(connection)
    const refusal = poll === undefined ? await upgradeFeed(url, nowhere, undefined) : await upgradeFeed(url, poll.id, connection.token)
    if (refusal === undefined) return ok('the upgrade passes')
    if (poll !== undefined) return bad(`the upgrade was answered ${refusal.status}`)
    return refusal.text.includes('"poll_not_found"') ? ok('it is reached; with a poll of yours the upgrade is tried too') : bad(`it answered ${refusal.status}`)
  },

  async clock (url) {
    const before = Date.now()
    const response = await ask(`${url}/livez`)
    const after = Date.now()
    await response.text()
    const date = Date.parse(response.headers.get('date') ?? '')
    if (Number.isNaN(date)) return bad('the server sends no Date')
    // The header has whole seconds, cut off.
    const skewMs = date + 500 - (before + after) / 2
    const says = `it differs by ${(Math.abs(skewMs) / 1000).toFixed(1)} s from this machine's`
    return { isOk: Math.abs(skewMs) <= maxSkewMs + (after - before) / 2, says }
  },

  async origin (url) {
    const { origin } = new URL(url)
    const response = await ask(`${url}/api/v1/voters`, { method: 'POST', headers: { origin } })
    await response.text()
    if (response.status === 403) return bad(`pages of ${origin} may not act: set PUBLIC_URL or ALLOWED_ORIGINS, and let the proxy pass Host on`)
    return response.ok ? ok(`pages of ${origin} may act`) : bad(`it answered ${response.status}`)
  }
}

export const doctor: Command = {
  summary: 'check a server from here, and the proxy in front of it',
  help: `Usage: plenum doctor [OPTIONS]

Checks the server, its database and Redis, WebSockets and polling through the proxy, the feed as events and as a WebSocket, the clock, and whether
pages of --url may act (PUBLIC_URL). With a token whose account has a poll, the feed's WebSocket is opened on it. One line for each; the exit code is 1 when one fails.

${commonHelp}`,

  async run (args, terminal) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: commonOptions })
    if (positionals.length > 0) throw new UsageError('It takes no argument; the server is --url.')
    const connection = connect(values, terminal)
    const { url } = connection
    let failed = 0
    for (const [name, check] of Object.entries(checks)) {
      const { isOk, says } = await check(url, connection).catch((error: unknown) => bad(explain(error)))
      if (!isOk) failed += 1
      print(terminal, values.json ? JSON.stringify({ check: name, ok: isOk, says }) : `${isOk ? 'ok    ' : 'FAILED'} ${name.padEnd(9)} ${says}`)
    }
    if (failed > 0) throw new CommandError(`${failed} of ${Object.keys(checks).length} checks failed at ${url}.`)
  }
}
