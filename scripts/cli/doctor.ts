import { parseArgs } from 'node:util'
import { connectSocketClient } from '../../server/client/socket-client.ts'
import { CommandError, commonHelp, commonOptions, connect, explain, print, UsageError, type Command } from './command.ts'

const patienceMs = 8000
const maxSkewMs = 2000
const nowhere = '00000000-0000-7000-8000-000000000000'

interface Finding { isOk: boolean, says: string }
type Check = (url: string) => Promise<Finding>

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

Checks the server, its database and Redis, WebSockets and polling through the proxy, the feed, the clock, and whether pages of --url may act
(PUBLIC_URL). One line for each; the exit code is 1 when one fails.

${commonHelp}`,

  async run (args, terminal) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: commonOptions })
    if (positionals.length > 0) throw new UsageError('It takes no argument; the server is --url.')
    const { url } = connect(values, terminal)
    let failed = 0
    for (const [name, check] of Object.entries(checks)) {
      const { isOk, says } = await check(url).catch((error: unknown) => bad(explain(error)))
      if (!isOk) failed += 1
      print(terminal, values.json ? JSON.stringify({ check: name, ok: isOk, says }) : `${isOk ? 'ok    ' : 'FAILED'} ${name.padEnd(9)} ${says}`)
    }
    if (failed > 0) throw new CommandError(`${failed} of ${Object.keys(checks).length} checks failed at ${url}.`)
  }
}
