import { createClient } from 'redis'
import t, { type Test } from 'tap'
import type { OwnVote, Poll, Results } from '../../server/protocol/poll.ts'
import type { Room, RoomState } from '../../server/protocol/room.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, registerHost, request } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { countBallots, recount } from '../helpers/ledger.ts'
import { spawnServer, type ServerProcess } from '../helpers/server.ts'
import { skipUnless, startRedis } from '../helpers/services.ts'
import { limitsSignIns } from '../helpers/sign-ins.ts'

// What the rules allow, and what a busy machine takes by itself.
const noiseMs = 500
const promptMs = 1000 + noiseMs
const repairMs = 3000 + noiseMs

const skip = skipUnless('TEST_DATABASE_URL') || skipUnless('TEST_REDIS_URL')

t.test('two instances on one PostgreSQL and one Redis', { skip }, async (t) => {
  const databaseUrl = await createTestDatabase(t)
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const environment = { DATABASE_URL: databaseUrl, REDIS_URL: redis.url }
  const [a, b] = await Promise.all([spawnServer(t, environment), spawnServer(t, environment)])
  const host = await registerHost(a.url)
  const ledger = connectDatabase(t, databaseUrl)

  async function redisIs (state: 'up' | 'down', ...servers: ServerProcess[]): Promise<void> {
    for (const { url } of servers) {
      await waitUntil(async () => (await request<{ redis: string }>(url, 'GET', '/readyz')).body.redis === state, 10_000, () => `${url} does not see that Redis is ${state}`)
    }
  }

  /** A socket on the other instance that watches the poll's room. */
  async function watch (t: Test, server: ServerProcess, poll: Poll) {
    const audience = await connectSocket(t, server.url)
    const polls: Poll[] = []
    const rooms: RoomState[] = []
    audience.socket.on('poll', (changed) => { polls.push(changed) })
    audience.socket.on('room', (changed) => { rooms.push(changed) })
    const ack = await audience.call('room:join', { code: await host.codeOf(poll) })
    t.match(ack, { ok: true, data: { polls: [{ poll: { id: poll.id } }] } })
    return { ...audience, polls, rooms }
  }

  /** Whatever is done on A is seen on B in time. */
  async function followsEverything (t: Test, limitMs: number): Promise<void> {
    const poll = await host.openPoll({ revote: 'change' })
    const onB = await watch(t, b, poll)
    const removed: string[] = []
    onB.socket.on('poll:removed', ({ pollId }) => { removed.push(pollId) })
    const voter = await connectSocket(t, a.url)
    const inTime = async (seen: Record<string, () => boolean>) => {
      const startedAt = performance.now()
      for (const [what, check] of Object.entries(seen)) {
        await waitUntil(async () => check(), 10_000, () => `B has not seen ${what}`)
        t.ok(performance.now() - startedAt < limitMs, `${what} after ${Math.round(performance.now() - startedAt)} ms`)
      }
    }
    await voter.vote(poll.id, 2)
    await host.call<Room>('PUT', `/rooms/${poll.roomId}/stage`, { pollId: poll.id })
    await host.call('PATCH', `/polls/${poll.id}`, { question: 'Really?' }, { 'if-match': '*' })
    await host.command(poll.id, 'pause')
    const next = await host.openPoll({ roomId: poll.roomId })
    await voter.vote(next.id, 1)
    await inTime({
      'a vote': () => onB.frames.some(({ counts }) => counts[2] === 1),
      'the stage': () => onB.rooms.at(-1)?.currentPollId === poll.id,
      'an edit': () => onB.polls.some(({ question }) => question === 'Really?'),
      'a pause': () => onB.polls.some(({ status }) => status === 'paused'),
      'another poll': () => onB.polls.some(({ id }) => id === next.id),
      'a vote on it': () => onB.frames.some(({ pollId, voters }) => pollId === next.id && voters === 1)
    })
    await host.command(poll.id, 'close')
    await host.call('DELETE', `/polls/${next.id}`, undefined, { 'if-match': '*' })
    await inTime({
      'the close': () => onB.frames.at(-1)?.final === true,
      'a removal': () => removed.includes(next.id)
    })
    const { body: final } = await host.results(poll.id)
    t.same(onB.frames.at(-1), final, '[R7] with the same final results')
    t.same((await request(b.url, 'GET', `/api/v1/polls/${poll.id}/results`)).body, final, '[R7] over HTTP as well')
  }

  /** Many votes one after the other, each seen on B before the next is cast: by repair alone each would take up to a second. */
  async function followsAtOnce (t: Test): Promise<void> {
    const poll = await host.openPoll({ revote: 'change' })
    const onB = await watch(t, b, poll)
    const voter = await connectSocket(t, a.url)
    const startedAt = performance.now()
    for (let turn = 0; turn < 6; turn++) {
      const ack = await voter.vote(poll.id, 1 + turn % 2)
      const version = ack.ok ? ack.data.version ?? 0 : 0
      const castAt = performance.now()
      await onB.resultsWhere((results) => results.version >= version)
      t.ok(performance.now() - castAt < promptMs, `vote ${turn} after ${Math.round(performance.now() - castAt)} ms`)
    }
    t.ok(performance.now() - startedAt < 3000, `six votes took ${Math.round(performance.now() - startedAt)} ms`)
  }

  t.test('[R4] the audience on another instance sees everything within a second', async (t) => {
    await redisIs('up', a, b)
    await followsAtOnce(t)
    await followsEverything(t, promptMs)
  })

  t.test('[R3] votes on both instances at once are exact, and nobody goes back', async (t) => {
    const poll = await host.openPoll({ revote: 'change' })
    const people = 40
    const voters = await Promise.all(Array.from({ length: people }, async (_, at) => await connectSocket(t, at % 2 === 0 ? a.url : b.url)))
    await Promise.all(voters.map(async (voter) => await voter.joinPoll(poll.id)))
    const startedAt = performance.now()
    const receipts = await Promise.all(voters.map(async (voter, at) => {
      let accepted = 0
      for (let turn = 0; turn < 25; turn++) if ((await voter.vote(poll.id, 1 + (at + turn) % 2)).ok) accepted += 1
      return accepted
    }))
    t.same(receipts, voters.map(() => 25))
    t.equal(await countBallots(ledger, poll.id), people * 25)
    const { body: newest } = await request<Results>(a.url, 'GET', `/api/v1/polls/${poll.id}/results`)
    await waitUntil(async () => {
      const versions = new Set(voters.map(({ frames }) => frames.at(-1)?.version))
      return versions.size === 1 && (await recount(ledger, { ...newest, version: 2 ** 31 })).voters === people && newest.version <= Math.max(...Array.from(versions, Number))
    }, promptMs + 1000, () => 'they do not agree')
    const seconds = (performance.now() - startedAt) / 1000
    const final = voters[0]?.frames.at(-1)
    t.ok(voters.every(({ frames }) => JSON.stringify(frames.at(-1)) === JSON.stringify(final)), 'the same results on both instances')
    t.same({ voters: final?.voters, counts: final?.counts }, await recount(ledger, { ...newest, version: 2 ** 31 }), '[R2] and they are what the ballots say')
    for (const { frames } of voters) {
      const back = frames.find(({ version }, at) => at > 0 && version <= (frames[at - 1]?.version ?? 0))
      if (back !== undefined) t.fail(`version ${back.version} came after ${frames.map(({ version }) => version).join(' ')}`)
      if (frames.length > 10 * seconds + 2) t.fail(`[R5] ${frames.length} frames in ${seconds} s`)
    }
    for (const results of new Map(voters.flatMap(({ frames }) => frames.map((frame) => [frame.version, frame] as const))).values()) {
      const { voters, counts } = results
      t.same({ voters, counts }, await recount(ledger, results), `[R2] version ${results.version} is what the ballots say`)
    }
  })

  t.test('[R3] messages of another instance that come late, twice or broken change nothing', async (t) => {
    const listener = createClient({ url: redis.url })
    const sender = listener.duplicate()
    t.teardown(() => { for (const client of [listener, sender]) client.destroy() })
    await Promise.all([listener.connect(), sender.connect()])
    const messages: { channel: string, message: string }[] = []
    await listener.pSubscribe('*', (message, channel) => { messages.push({ channel, message }) })

    const poll = await host.openPoll({ revote: 'change' })
    const onB = await watch(t, b, poll)
    const voter = await connectSocket(t, a.url)
    await voter.vote(poll.id, 1)
    await onB.resultsWhere(({ counts }) => counts[1] === 1)
    await host.command(poll.id, 'pause')
    await host.command(poll.id, 'open')
    await voter.vote(poll.id, 2)
    const newest = await onB.resultsWhere(({ counts }) => counts[2] === 1)
    const old = messages.filter(({ message }) => message.includes(poll.id))
    t.ok(old.length >= 4, `${old.length} messages`)
    const channel = old[0]?.channel ?? ''
    const broken = ['', 'x', '{}', '[]', 'null', ...['{}', 'null', '1', '{"type":"results"}', '{"type":"removed","pollId":1}'].map((hint) => `{"uid":"other","type":6,"data":["hint",${hint}]}`)]
    for (const message of broken) await sender.publish(channel, message)
    for (const late of [...old, ...old.toReversed()]) await sender.publish(late.channel, late.message)
    // What is said after them on the same channel arrives after them.
    await host.call<Room>('PUT', `/rooms/${poll.roomId}/stage`, { pollId: poll.id })
    await waitUntil(async () => onB.rooms.at(-1)?.currentPollId === poll.id, 15_000, () => 'B has not seen the stage')
    t.same((await request(b.url, 'GET', `/api/v1/polls/${poll.id}/results`)).body, newest, 'what B answers did not go back')
    await voter.vote(poll.id, 1)
    await onB.resultsWhere(({ version }) => version > newest.version)
    const versions = onB.frames.map(({ version }) => version)
    t.same(versions, Array.from(new Set(versions)).sort((one, other) => one - other), 'nor what it sends')
    const revisions = onB.polls.map(({ revision }) => revision)
    t.same(revisions, Array.from(new Set(revisions)).sort((one, other) => one - other))
  })

  t.test('[V2] one voter on both instances at the same moment has one ballot', async (t) => {
    const polls = await Promise.all(Array.from({ length: 5 }, async () => await host.openPoll()))
    const { voterToken } = await createVoter(a.url)
    const devices = await Promise.all([a, b, a, b].map(async ({ url }) => await connectSocket(t, url, { auth: { voterToken } })))
    for (const poll of polls) {
      const acks = await Promise.all(devices.flatMap((device, at) => [device.vote(poll.id, 1 + at % 2), device.vote(poll.id, 1)]))
      t.equal(acks.filter((ack) => ack.ok && ack.data.status === 'recorded').length, 1)
      t.equal(await countBallots(ledger, poll.id), 1)
    }
  })

  t.test('[L2] a poll opens and closes by its own times once, on whichever instance', async (t) => {
    const now = Date.now()
    const [opensAt, closesAt] = [new Date(now + 1200).toISOString(), new Date(now + 2200).toISOString()]
    const polls = await Promise.all(Array.from({ length: 5 }, async () => await host.createPoll({ opensAt, closesAt })))
    await Promise.all(polls.map(async ({ id }) => {
      await waitUntil(async () => (await host.call<Poll>('GET', `/polls/${id}`)).body.status === 'closed', 10_000, () => 'the poll did not close')
    }))
    for (const { id } of polls) {
      const results = await host.results(id)
      t.match(results.body, { version: 3, status: 'closed', final: true }, 'opened with version 2, closed with version 3')
      t.ok(Date.parse(results.body.at) - Date.parse(closesAt) < promptMs, 'at most a second late')
      t.match((await host.call<Poll>('GET', `/polls/${id}`)).body, { revision: 3 })
    }
  })

  t.test('[R4] the people of a room are counted over both instances', async (t) => {
    const poll = await host.openPoll()
    const [onA, onB] = [await watch(t, a, poll), await watch(t, b, poll)]
    for (const { rooms } of [onA, onB]) await waitUntil(async () => rooms.at(-1)?.present === 2, 15_000, () => `${rooms.at(-1)?.present} are present`)
    onA.socket.disconnect()
    await waitUntil(async () => onB.rooms.at(-1)?.present === 1, 15_000, () => 'who has gone is still counted')
  })

  t.test('[R6] a member who is removed on one instance sees nothing hidden on the other a second later', async (t) => {
    const poll = await host.openPoll({ resultsVisibility: 'hosts' })
    const member = await registerHost(b.url)
    await host.call('POST', `/rooms/${poll.roomId}/invitations`, { email: member.credentials.email, role: 'viewer' })
    const { body: { items: [invitation] } } = await member.call<{ items: { id: string }[] }>('GET', '/me/invitations')
    await member.call('POST', `/me/invitations/${invitation?.id ?? ''}/accept`)
    const watcher = await connectSocket(t, b.url, { auth: { accessToken: member.accessToken } })
    t.match((await watcher.joinPoll(poll.id)).results, { voters: 0 })
    await host.call('DELETE', `/rooms/${poll.roomId}/members/${member.user.id}`)
    await waitUntil(async () => (await watcher.joinPoll(poll.id)).results === null, promptMs, () => 'still shown')
    await (await connectSocket(t, a.url)).vote(poll.id, 1)
    await watcher.joinPoll(poll.id)
    t.same(watcher.frames, [])
  })

  t.test('[R6] a review on one instance is told to its voter on the other within a second, and to nobody else there', async (t) => {
    const poll = await host.openPoll({ kind: 'text', options: [] })
    const { voterId, voterToken } = await createVoter(b.url)
    const [voter, other] = [await connectSocket(t, b.url, { auth: { voterToken } }), await connectSocket(t, b.url)]
    const told: OwnVote[] = []
    const toldOthers: OwnVote[] = []
    voter.socket.on('vote', (vote) => { told.push(vote) })
    other.socket.on('vote', (vote) => { toldOthers.push(vote) })
    for (const [at, { call, joinPoll }] of [voter, other].entries()) {
      await joinPoll(poll.id)
      await call('vote:cast', { pollId: poll.id, answer: { text: `Tea ${at}` } })
    }
    await host.call('PUT', `/polls/${poll.id}/responses/${voterId}`, { review: 'removed' })
    await waitUntil(async () => told.length > 0, promptMs, () => 'the voter was not told')
    t.match(told, [{ pollId: poll.id, round: 1, myVote: { text: 'Tea 0' }, held: true, review: 'removed' }])
    await other.call('room:leave', {})
    t.same(toldOthers, [])
  })

  t.test('sign-ins are counted over both instances', async (t) => {
    await limitsSignIns(t, 'with-redis@example.org', a, b)
  })

  t.test('[O1] without Redis votes go on, no process ends, and the others follow within three seconds', async (t) => {
    const poll = await host.openPoll({ revote: 'change' })
    const voter = await connectSocket(t, a.url)
    const onB = await watch(t, b, poll)
    await voter.vote(poll.id, 1)
    await onB.resultsWhere(({ voters }) => voters === 1)
    await redis.kill()
    t.match(await voter.vote(poll.id, 2), { ok: true, data: { status: 'changed' } })
    const lostAt = performance.now()
    await onB.resultsWhere(({ counts }) => counts[2] === 1)
    t.ok(performance.now() - lostAt < repairMs, `[R4] a vote at the moment of the outage after ${Math.round(performance.now() - lostAt)} ms`)
    await redisIs('down', a, b)
    t.match(await request(a.url, 'GET', '/readyz'), { status: 200, body: { status: 'degraded', database: 'up', redis: 'down' } })
    await followsEverything(t, repairMs)
    for (const server of [a, b]) await limitsSignIns(t, 'without-redis@example.org', server)

    t.test('[V5] a poll that the other instance has opened a moment ago takes votes here, and a draft tells nothing of itself', async (t) => {
      const draft = await host.createPoll()
      t.match(await request(b.url, 'GET', `/api/v1/polls/${draft.id}`, { token: host.accessToken }), { body: { status: 'draft' } })
      const onB = await connectSocket(t, b.url)
      t.match(await onB.vote(draft.id, 9), { ok: false, error: { code: 'poll_not_found' } })
      await host.command(draft.id, 'open')
      t.match(await onB.vote(draft.id, 1), { ok: true, data: { status: 'recorded' } })
    })

    t.test('[O1] an instance that starts without Redis serves as well', async (t) => {
      const c = await spawnServer(t, environment)
      const onC = await connectSocket(t, c.url)
      t.match(await onC.joinPoll(poll.id), { results: { counts: { 2: 1 } } })
      t.match(await onC.vote(poll.id, 1), { ok: true })
      t.match(await onB.resultsWhere(({ voters }) => voters === 2, repairMs), { counts: { 1: 1, 2: 1 } })
      await redis.restart()
      await redisIs('up', a, b, c)
      const seen = onC.resultsWhere(({ voters }) => voters === 3, promptMs)
      t.match(await (await connectSocket(t, a.url)).vote(poll.id, 1), { ok: true })
      t.match(await seen, { counts: { 1: 2, 2: 1 } }, '[R4] and takes part when Redis is back')
      t.equal(await c.terminate(), 0)
    })
  })

  t.test('[R4] once Redis is back the others follow within a second again', async (t) => {
    await redisIs('up', a, b)
    await followsAtOnce(t)
    await followsEverything(t, promptMs)
    await limitsSignIns(t, 'redis-is-back@example.org', a, b)
  })

  t.test('[O1] a Redis that hangs stops nothing either', async (t) => {
    const poll = await host.openPoll({ revote: 'change' })
    const voter = await connectSocket(t, a.url)
    const onB = await watch(t, b, poll)
    redis.freeze()
    for (let turn = 0; turn < 4; turn++) {
      const ack = await voter.vote(poll.id, 1 + turn % 2)
      t.match(ack, { ok: true })
      await onB.resultsWhere(({ version }) => ack.ok && version >= (ack.data.version ?? Infinity), repairMs)
    }
    redis.thaw()
    await redisIs('up', a, b)
    await followsAtOnce(t)
  })

  t.test('[O1] all of this ended no process and left no unhandled rejection; [O2] each ends in order, without Redis too', async (t) => {
    for (const server of [a, b]) t.equal((await request(server.url, 'GET', '/livez')).status, 200)
    t.equal(await a.terminate(), 0)
    await redis.kill()
    await redisIs('down', b)
    t.equal(await b.terminate(), 0)
    for (const server of [a, b]) t.notMatch(server.output(), /unhandled|uncaught/i)
  })
})
