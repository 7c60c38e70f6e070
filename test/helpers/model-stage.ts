// Two real instances and the people of a model-based test. One run after the other has them, each with polls of its own.
import assert from 'node:assert/strict'
import type { Sql } from 'postgres'
import type { Test } from 'tap'
import type { Outcome } from '../../scripts/faults/history.ts'
import type { Answer, NewPoll, Poll, Receipt, Results } from '../../server/protocol/poll.ts'
import { connectSocket, createVoter, registerHost, request, type Audience, type Host } from './clients.ts'
import type { ModelPoll } from './poll-model.ts'
import { assertCounted } from './recount.ts'
import type { ServerProcess } from './server.ts'

export type Pair<T> = [T, T]
export type InstanceIndex = 0 | 1
export type NewModelPoll = Pick<NewPoll, 'kind' | 'revote'>

export interface StageVoter {
  voterId: string
  voterToken: string
  /** On each instance one. */
  sockets: Pair<Audience>
}

export interface Stage {
  servers: Pair<ServerProcess>
  ledger: Sql
  voters: StageVoter[]
  watchers: Pair<Audience>
  host: Host
  /** What a run has: a room of its own, whose code the watchers have used. */
  room: { id: string, code: string }
  /** Called for each crash: a run that was to have some may have none. */
  onCrash: () => void
}

/** Of the limit for what one host may change in a minute, a run needs a tenth at most. */
const runsPerHost = 50
const labels = ['A', 'B', 'C'].map((label) => ({ label }))

export async function openStage (t: Test, servers: Pair<ServerProcess>, ledger: Sql) {
  const connectTwice = async (auth: { voterToken?: string }): Promise<Pair<Audience>> => [await connectSocket(t, servers[0].url, { auth }), await connectSocket(t, servers[1].url, { auth })]
  const voters: StageVoter[] = []
  for (let at = 0; at < 3; at++) {
    const { voterId, voterToken } = await createVoter(servers[0].url)
    voters.push({ voterId, voterToken, sockets: await connectTwice({ voterToken }) })
  }
  const watchers = await connectTwice({})
  let host = await registerHost(servers[0].url)
  let runs = 0
  let crashes = 0

  return {
    /** Of all runs until now. */
    countCrashes: () => crashes,
    async beginRun (): Promise<Stage> {
      if (++runs % runsPerHost === 0) host = await registerHost(servers[0].url)
      const { body: room } = await host.call<Stage['room']>('POST', '/rooms', { title: 'Model' })
      const stage = { servers, ledger, voters, watchers, host, room, onCrash: () => { crashes += 1 } }
      for (const { frames } of everyone(stage)) frames.length = 0
      await Promise.all(watchers.map(async (watcher) => { await joinRoom(stage, watcher) }))
      return stage
    }
  }
}

export function everyone ({ voters, watchers }: Stage): Audience[] {
  return [...watchers, ...voters.flatMap(({ sockets }) => sockets)]
}

async function joinRoom ({ room }: Stage, watcher: Audience): Promise<void> {
  const ack = await watcher.call('room:join', { code: room.code })
  assert.ok(ack.ok, 'the room can be joined')
  // What is in the answer is shown like any other.
  watcher.frames.push(...ack.data.polls.flatMap(({ results }) => results ?? []))
}

/** Made on one instance and asked for again on the other one, which answers with the same poll. */
export async function createPoll ({ servers, host, room }: Stage, { kind, revote = 'locked' }: NewModelPoll, instance: InstanceIndex): Promise<Poll> {
  const options = kind === 'single' || kind === 'multiple' || kind === 'ranking' ? { options: labels } : {}
  const sent = { token: host.accessToken, body: { kind, revote, question: 'Which?', roomId: room.id, ...options }, headers: { 'idempotency-key': crypto.randomUUID() } }
  const created = await request<Poll>(servers[instance].url, 'POST', '/api/v1/polls', sent)
  const again = await request<Poll>(servers[instance === 0 ? 1 : 0].url, 'POST', '/api/v1/polls', sent)
  assert.deepEqual([created.status, again.status, again.body], [201, 201, created.body], 'a poll is created once')
  return created.body
}

/** Over a socket or over HTTP, on either instance. */
export interface Way { instance: InstanceIndex, isSocket: boolean }

export async function castVote ({ servers }: Stage, voter: StageVoter, pollId: string, vote: { answer: Answer | null, round?: number | undefined }, { instance, isSocket }: Way): Promise<Outcome> {
  const { answer, round } = vote
  const named = round === undefined ? {} : { round }
  if (!isSocket) {
    const path = `/api/v1/polls/${pollId}/vote`
    const sent = answer === null ? { method: 'DELETE' } : { method: 'PUT', body: { answer, ...named } }
    const { status, body } = await request<Receipt & { code: string }>(servers[instance].url, sent.method, path, { token: voter.voterToken, body: sent.body })
    return status === 200 ? { receipt: body } : { code: body.code }
  }
  const { call } = voter.sockets[instance]
  try {
    const ack = answer === null ? await call('vote:withdraw', { pollId }) : await call('vote:cast', { pollId, answer, ...named })
    return ack.ok ? { receipt: ack.data } : { code: ack.error.code }
  } catch {
    return 'lost'
  }
}

/** Connects again, as a client does that was cut off. */
export async function connectAgain ({ socket }: Audience): Promise<void> {
  socket.disconnect()
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  socket.connect()
  await connected
}

/** Kills an instance, starts it again, and lets everybody come back to it. */
export async function crash (stage: Stage, instance: InstanceIndex): Promise<void> {
  await stage.servers[instance].kill()
  stage.onCrash()
  await stage.servers[instance].restart()
  for (const { sockets } of stage.voters) await connectAgain(sockets[instance])
  await connectAgain(stage.watchers[instance])
  await joinRoom(stage, stage.watchers[instance])
}

/** R2 and R6: what is shown is what was to be shown at this version, and nothing of a draft. */
export function assertShown (poll: ModelPoll, results: Results): void {
  const shown = poll.shown.get(results.version)
  assert.ok(shown !== undefined && shown.status !== 'draft', `version ${results.version} is shown, which never was`)
  const isFinal = shown.status === 'closed' || shown.status === 'archived'
  assert.deepEqual([results.round, results.status, results.final], [shown.round, shown.status, isFinal], `version ${results.version}`)
  assertAnswers(poll, results, shown.answers)
}

export function assertAnswers ({ body }: ModelPoll, results: Pick<Results, 'voters' | 'counts' | 'derived'>, answers: Answer[]): void {
  assertCounted(results, { kind: body.kind, optionIds: body.options.map(({ id }) => id), settings: body }, answers)
}
