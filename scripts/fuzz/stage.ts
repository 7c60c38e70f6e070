// What is fuzzed: a server as a process of its own, polls to aim at, and secrets that must never come out.
import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { createVoter, registerHost, request } from '../../test/helpers/clients.ts'
import { connectDatabase } from '../../test/helpers/database.ts'
import { recount } from '../../test/helpers/ledger.ts'
import type { Owner } from '../../test/helpers/owner.ts'
import { spawnServer, type ServerProcess } from '../../test/helpers/server.ts'
import { joinBystander, type Bystander } from './bystander.ts'

export interface Stage {
  url: string
  server: ServerProcess
  bystander: Bystander
  /** Placeholders of an input, as `{poll}`, become the ids and tokens of this run. */
  fill (text: string): string
  /** Whether the results of what was aimed at are what its ballots say. */
  isExact (): Promise<boolean>
  /** Whatever the server sends to those who may not see what is hidden. Throws when it is there. */
  inspect (sent: string): void
  /** Throws when nobody answers any more. */
  assertAlive (): Promise<void>
}

const strangerCount = 4
const voterCount = 20
const aliveTimeoutMs = 15_000

/** A server on this database. It ends with its owner. */
export async function openStage (owner: Owner, databaseUrl: string): Promise<Stage> {
  // The limits have tests of their own; here they would keep inputs from what is behind them.
  const server = await spawnServer(owner, { DATABASE_URL: databaseUrl, MAX_EVENTS_PER_SOCKET: '1000000', TRUST_PROXY: 'loopback' })
  const { url } = server
  const ledger = connectDatabase(owner, databaseUrl)
  const canary = `canary${randomUUID().replaceAll('-', '')}`
  const host = await registerHost(url)
  const { body: room } = await host.call<{ id: string, code: string }>('POST', '/rooms', { title: 'Fuzz', questionsMode: 'pre' })
  const poll = await host.openPoll({ roomId: room.id, revote: 'withdraw', writeIns: 'pre' })
  const words = await host.openPoll({ roomId: room.id, kind: 'words', options: [], revote: 'change' })
  const hidden = await host.openPoll({ roomId: room.id, kind: 'text', options: [], resultsVisibility: 'hosts' })
  const quiz = await host.openPoll({ roomId: room.id, correct: [2], explanation: canary })
  const draft = await host.createPoll({ roomId: room.id, question: canary })
  const { body: coded } = await host.call<{ id: string, code: string }>('POST', '/rooms', { title: 'Codes', access: 'codes' })
  const { body: { items: codes } } = await host.call<{ items: { code: string }[] }>('POST', `/rooms/${coded.id}/access-codes`, { count: 2 })
  const codedPoll = await host.openPoll({ roomId: coded.id })

  const author = (await createVoter(url)).voterToken
  await request(url, 'PUT', `/api/v1/polls/${hidden.id}/vote`, { token: author, body: { answer: { text: canary } } })
  const { body: question } = await request<{ id: string }>(url, 'POST', `/api/v1/rooms/${room.id}/questions`, { token: author, body: { text: canary } })
  await request(url, 'POST', `/api/v1/polls/${poll.id}/suggestions`, { token: author, body: { text: canary } })
  const strangers = await Promise.all(Array.from({ length: strangerCount }, async () => await registerHost(url)))
  const voters = await Promise.all(Array.from({ length: voterCount }, async () => (await createVoter(url)).voterToken))

  let turn = 0
  /** In turn, so that no caller's own limit is met. */
  const next = (tokens: string[]) => tokens[turn++ % tokens.length] ?? ''
  const values: Record<string, () => string> = {
    poll: () => poll.id,
    words: () => words.id,
    hidden: () => hidden.id,
    quiz: () => quiz.id,
    draft: () => draft.id,
    room: () => room.id,
    code: () => room.code,
    codedRoom: () => coded.id,
    codedCode: () => coded.code,
    codedPoll: () => codedPoll.id,
    accessCode: () => codes[0]?.code ?? '',
    question: () => question.id,
    voter: () => next(voters),
    stranger: () => next(strangers.map(({ accessToken }) => accessToken)),
    nothing: () => '01900000-0000-7000-8000-000000000000'
  }
  return {
    url,
    server,
    bystander: await joinBystander(owner, url, host),
    fill: (text) => text.replace(/\{(\w+)\}/g, (placeholder, name: string) => Object.hasOwn(values, name) ? values[name]?.() ?? '' : placeholder),
    async isExact () {
      const { body } = await host.results(poll.id)
      return isDeepStrictEqual({ voters: body.voters, counts: body.counts }, await recount(ledger, body))
    },
    inspect (sent) {
      if (sent.includes(canary)) throw new Error(`what is hidden was sent: ${sent.slice(0, 300)}`)
    },
    async assertAlive () {
      try {
        await (await fetch(`${url}/livez`, { signal: AbortSignal.timeout(aliveTimeoutMs) })).text()
      } catch (error) {
        throw new Error('the server answers nobody any more', { cause: error })
      }
    }
  }
}
