import t from 'tap'
import type { Answer, Poll, PollKind, Receipt, ResultsVisibility } from '../../server/protocol/poll.ts'
import type { Question, Questions } from '../../server/protocol/question.ts'
import type { Correct } from '../../server/protocol/poll-settings.ts'
import type { Room } from '../../server/protocol/room.ts'
import { findFreePort, waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, registerHost, request, voteOverHttp, type Audience } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { gatherOnlookers } from '../helpers/onlookers.ts'
import { openWebSocket } from '../helpers/raw-socket.ts'
import { spawnServer, startServer } from '../helpers/server.ts'
import { startReceiver } from '../helpers/webhook-receiver.ts'

const { url } = await startServer(t, { WEBHOOKS_ALLOW_PRIVATE: 'on' })
const host = await registerHost(url)

/** Resolves when everything that was sent to this socket before has arrived. */
async function settle ({ call }: Audience): Promise<void> {
  await call('room:leave', {})
}

async function vote (pollId: string, choice: number): Promise<Receipt> {
  const { voterToken } = await createVoter(url)
  return (await voteOverHttp(url, voterToken, pollId, { choices: [choice] })).body
}

t.test('[R6] after_vote: results come with the own vote, and not in the next round', async (t) => {
  const poll = await host.openPoll({ resultsVisibility: 'after_vote', revote: 'withdraw' })
  const [voter, onlooker] = [await connectSocket(t, url), await connectSocket(t, url)]
  for (const audience of [voter, onlooker]) t.equal((await audience.joinPoll(poll.id)).results, null)
  await vote(poll.id, 1)
  await settle(voter)
  t.same(voter.frames, [], 'nothing before the own vote')

  t.match(await voter.vote(poll.id, 2), { ok: true, data: { version: 4 } }, 'the receipt tells the version')
  t.match(await voter.resultsWhere(({ version }) => version === 4), { voters: 2, counts: { 1: 1, 2: 1 } }, 'the results so far come by themselves')
  await vote(poll.id, 1)
  await voter.resultsWhere(({ voters }) => voters === 3)
  t.match(await voter.joinPoll(poll.id), { results: { voters: 3 }, myVote: { choices: [2] } }, 'and with another join')
  t.match(await onlooker.joinPoll(poll.id), { results: null })

  await voter.call('vote:withdraw', { pollId: poll.id })
  t.equal((await voter.joinPoll(poll.id)).results, null, 'who takes the vote back sees them no more')
  await voter.vote(poll.id, 2)
  await host.command(poll.id, 'reset')
  await host.command(poll.id, 'open')
  await vote(poll.id, 1)
  await settle(voter)
  t.same(voter.frames.filter(({ round }) => round === 2), [], 'a vote of round 1 shows nothing of round 2')
  t.match(await voter.joinPoll(poll.id), { results: null, myVote: null, poll: { round: 2 } })

  await settle(onlooker)
  t.same(onlooker.frames, [])
  await host.command(poll.id, 'close')
  t.match(await onlooker.resultsWhere(({ final }) => final), { round: 2, voters: 1 }, '[R7] closing shows the final results to everyone')
})

t.test('[R6] a vote that was taken back elsewhere shows nothing more once it is taken back here too', async (t) => {
  const poll = await host.openPoll({ resultsVisibility: 'after_vote', revote: 'withdraw' })
  const { voterToken } = await createVoter(url)
  await voteOverHttp(url, voterToken, poll.id, { choices: [1] })
  const socket = await connectSocket(t, url, { auth: { voterToken } })
  t.match((await socket.joinPoll(poll.id)).results, { voters: 1 })
  await request(url, 'DELETE', `/api/v1/polls/${poll.id}/vote`, { token: voterToken })
  t.match(await socket.call('vote:withdraw', { pollId: poll.id }), { ok: true, data: { status: 'unchanged' } })
  const seen = socket.frames.length
  await vote(poll.id, 1)
  await settle(socket)
  t.equal(socket.frames.length, seen)
})

t.test('[R6] after_close and hosts: nobody but the host sees anything before', async (t) => {
  for (const resultsVisibility of ['after_close', 'hosts'] satisfies ResultsVisibility[]) {
    const poll = await host.openPoll({ resultsVisibility })
    const [voter, presenter] = [await connectSocket(t, url), await connectSocket(t, url, { auth: { accessToken: host.accessToken } })]
    t.equal((await voter.joinPoll(poll.id)).results, null)
    t.match((await presenter.joinPoll(poll.id)).results, { voters: 0 })
    const receipt = await voter.vote(poll.id, 1)
    t.same(receipt.ok && Object.keys(receipt.data).sort(), ['castAt', 'pollId', 'round', 'status'], 'a receipt without a version')
    t.match(await presenter.resultsWhere(({ voters }) => voters === 1), { counts: { 1: 1 } })
    await host.command(poll.id, 'close')
    await presenter.resultsWhere(({ final }) => final)
    await settle(voter)
    t.equal(voter.frames.length, resultsVisibility === 'after_close' ? 1 : 0, resultsVisibility)
    t.match((await voter.joinPoll(poll.id)).results, resultsVisibility === 'after_close' ? { final: true, voters: 1 } : null)
  }
})

t.test('[R6] revealing shows the results to everyone and hides them again, whatever the policy', async (t) => {
  const poll = await host.openPoll({ resultsVisibility: 'hosts', revote: 'change' })
  const reveal = async (revealed: boolean) => (await host.call<Poll>('POST', `/polls/${poll.id}/reveal`, { revealed })).body
  const [voter, presenter] = [await connectSocket(t, url), await connectSocket(t, url, { auth: { accessToken: host.accessToken } })]
  await voter.joinPoll(poll.id)
  await presenter.joinPoll(poll.id)
  await voter.vote(poll.id, 1)
  t.match(await reveal(true), { revealed: true })
  t.match(await voter.resultsWhere(({ voters }) => voters === 1), { version: 4, counts: { 1: 1 } })
  t.match(await reveal(false), { revealed: false })
  const before = voter.frames.length
  t.notMatch(await voter.vote(poll.id, 2), { data: { version: Number } })
  await presenter.resultsWhere(({ counts }) => counts[2] === 1)
  await settle(voter)
  t.equal(voter.frames.length, before, 'hidden again')
  t.equal((await voter.joinPoll(poll.id)).results, null)
})

// What of a poll's life is hidden. A round that is closed, or was reset, shows its results to everyone unless they are for hosts alone.
const hiddenBy: Record<Exclude<ResultsVisibility, 'live'>, readonly string[]> = {
  after_vote: ['pause', 'open', 'pause'],
  after_close: ['pause', 'open', 'pause'],
  hosts: ['pause', 'open', 'close', 'reset', 'open', 'close', 'archive']
}

t.test('[R6] hidden results are in nothing that is sent to the audience, logged or measured, not even their size, in any policy and state', async (t) => {
  const database = await createTestDatabase(t)
  const metricsPort = await findFreePort()
  const { url, output } = await spawnServer(t, { DATABASE_URL: database, LOG_LEVEL: 'trace', METRICS_PORT: String(metricsPort) })
  const ledger = connectDatabase(t, database)
  const host = await registerHost(url)
  for (const resultsVisibility of ['after_vote', 'after_close', 'hosts'] as const) {
    const poll = await host.openPoll({ resultsVisibility, revote: 'withdraw' })
    // A count that is in nothing else, laid into the tally before anyone votes.
    const canary = 765432100
    await ledger`UPDATE tallies SET voters = ${canary}, counts = ${ledger.json({ 1: canary, 2: 0 })} WHERE poll_id = ${poll.id}`
    const presenter = await connectSocket(t, url, { auth: { accessToken: host.accessToken } })
    await presenter.joinPoll(poll.id)
    const { askAll, ask, hear, takeAll, voterToken, sockets } = await gatherOnlookers(t, url, poll, { code: await host.codeOf(poll) })
    // Their votes show the results to them under after_vote: there somebody else votes alone.
    const votes = resultsVisibility !== 'after_vote'
    const voteAll = async () => {
      await voteOverHttp(url, (await createVoter(url)).voterToken, poll.id, { choices: [1] })
      if (!votes) return
      for (const answer of [{ choices: [1] }, { choices: [2] }]) await sockets[0]?.ask('vote:cast', { pollId: poll.id, answer })
      await sockets[0]?.ask('vote:withdraw', { pollId: poll.id })
      await ask('PUT', `/api/v1/polls/${poll.id}/vote`, { token: voterToken, body: { answer: { choices: [1] } } })
      await ask('DELETE', `/api/v1/polls/${poll.id}/vote`, { token: voterToken })
    }

    await voteAll()
    await presenter.resultsWhere(({ voters }) => voters === canary + 1)
    await askAll(1)
    let last = poll
    for (const command of hiddenBy[resultsVisibility]) {
      last = (await host.command(poll.id, command)).body
      if (last.status === 'open') await voteAll()
      if (last.status !== 'archived') await askAll(1)
    }
    for (const page of ['/livez', '/readyz']) await ask('GET', page)
    await hear(last)

    t.ok(presenter.frames.some(({ counts }) => counts[1] === canary + 1), 'the canary was counted, and the host saw it')
    const { sent, answers } = takeAll()
    t.ok(sent.every((frames) => frames.length > 0) && answers.length > 100, 'everyone was sent something')
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
    t.match(metrics, /plenum_/)
    const everywhere = [...sent.flat(), ...answers, metrics, output()]
    t.strictSame(everywhere.filter((text) => text.includes('7654321')), [], `${resultsVisibility}: no count`)
    t.strictSame(everywhere.filter((text) => /\\?"(counts|timeline)\\?"\s*:\s*[{[]|42\["results"|"type":"results"/.test(text)), [], `${resultsVisibility}: no results`)
    t.strictSame(everywhere.filter((text) => /"status":"(recorded|changed|withdrawn|unchanged)".*"version"/.test(text)), [], `${resultsVisibility}: no version in a receipt`)
    for (const [what, token] of Object.entries({ 'access token': host.accessToken, 'refresh token': host.refreshToken, 'voter token': voterToken, password: host.credentials.password })) {
      t.notOk(output().includes(token), `no ${what} in the log`)
    }
    const mine = answers.filter((text) => text.includes('"castAt":"'))
    t.ok((mine.length > 0) === votes && mine.every((text) => text.includes('"cache-control":"private, no-store"')), 'no cache in between keeps a receipt')
  }
})

t.test('[R6] a host sees hidden results, and loses them within a second of logging out', async (t) => {
  const other = await registerHost(url)
  const poll = await other.openPoll({ resultsVisibility: 'hosts' })
  const draft = await other.createPoll({ roomId: poll.roomId })
  const auth = { accessToken: other.accessToken }
  const presenter = await connectSocket(t, url, { auth })
  const feed = await openWebSocket(t, url, `/api/v1/polls/${poll.id}/live`, { authorization: `Bearer ${other.accessToken}` })
  t.match(await presenter.joinPoll(draft.id), { poll: { status: 'draft' } }, 'a draft too')
  t.match((await presenter.joinPoll(poll.id)).results, { voters: 0 })
  await vote(poll.id, 1)
  await presenter.resultsWhere(({ voters }) => voters === 1)
  await feed.frameWhere((frame) => frame.includes('"voters":1'))

  const { body: again } = await request<{ accessToken: string }>(url, 'POST', '/api/v1/auth/login', { body: { email: other.credentials.email, password: other.credentials.password } })
  const loggedOutAt = performance.now()
  t.equal((await other.call('POST', '/auth/logout')).status, 204)
  await waitUntil(async () => (await presenter.joinPoll(poll.id)).results === null, 15_000, () => 'the socket still sees hidden results')
  // A second, and what the checks themselves take on a busy machine.
  t.ok(performance.now() - loggedOutAt < 1500, `after ${Math.round(performance.now() - loggedOutAt)} ms`)
  const before = [presenter.frames.length, feed.frames.length]
  await vote(poll.id, 2)
  const successor = await connectSocket(t, url, { auth: { accessToken: again.accessToken } })
  t.match((await successor.joinPoll(poll.id)).results, { voters: 2 }, 'another session of the same host goes on')
  await vote(poll.id, 2)
  await successor.resultsWhere(({ voters }) => voters === 3)
  await settle(presenter)
  t.same([presenter.frames.length, feed.frames.length], before, 'and nothing more is sent to the one that has ended')
  t.match(await presenter.call('poll:join', { pollId: draft.id }), { ok: false, error: { code: 'poll_not_found' } })
})

interface Quiz { kind: PollKind, policies: ResultsVisibility[], options: { label: string }[], correct: Correct, right: Answer, wrong: Answer, shown: RegExp }

const twoOptions = [{ label: 'Yes' }, { label: 'No' }]
const quizzes: Quiz[] = [
  { kind: 'single', policies: ['live', 'hosts'], options: twoOptions, correct: [2], right: { choices: [2] }, wrong: { choices: [1] }, shown: /"correct":\[2\]/ },
  { kind: 'multiple', policies: ['live'], options: twoOptions, correct: [1, 2], right: { choices: [1, 2] }, wrong: { choices: [1] }, shown: /"correct":\[1,2\]/ },
  { kind: 'number', policies: ['after_close'], options: [], correct: { value: 4217.5, tolerance: 0.25 }, right: { value: 4217.75 }, wrong: { value: 1 }, shown: /"correct":\{"value":4217.5,"tolerance":0.25\}/ }
]

for (const { kind, policies, options, correct, right, wrong, shown } of quizzes) {
  t.test(`[R6] a quiz of the kind ${kind}: before the reveal nothing that is sent tells the right answer, in any state and under any policy`, async (t) => {
    const receiver = await startReceiver(t)
    for (const resultsVisibility of policies) {
      const canary = `Because of ${resultsVisibility} canary 90817263`
      const poll = await host.createPoll({ kind, options, correct, explanation: canary, resultsVisibility, revote: 'withdraw' })
      t.match(poll, { correct, explanation: canary }, 'its host sees it')
      await host.call('POST', `/rooms/${poll.roomId}/webhooks`, { url: receiver.url, events: ['poll.opened', 'poll.closed', 'poll.results'] })
      const { body: { token: presenterToken } } = await host.call<{ token: string }>('POST', `/rooms/${poll.roomId}/presenter-link`)
      await host.command(poll.id, 'open')
      const { askAll, hear, takeAll, sockets } = await gatherOnlookers(t, url, poll, { code: await host.codeOf(poll), auths: [{ presenterToken }] })
      const ownFeed = await openWebSocket(t, url, `/api/v1/polls/${poll.id}/live`, { authorization: `Bearer ${host.accessToken}` })
      const voteAll = async () => {
        for (const answer of [wrong, right]) await sockets[0]?.ask('vote:cast', { pollId: poll.id, answer })
        await voteOverHttp(url, (await createVoter(url)).voterToken, poll.id, right)
      }
      const tells = (text: string) => text.includes('90817263') || shown.test(text.replaceAll('\\"', '"')) || /"correctVoters\\?":\d/.test(text) || /"correct\\?":[[{]/.test(text)

      await askAll(1)
      await voteAll()
      let last = poll
      for (const command of ['pause', 'open', 'close'] as const) {
        last = (await host.command(poll.id, command)).body
        await askAll(1)
      }
      await hear(last)
      const before = takeAll()
      t.strictSame([...before.sent.flat(), ...before.answers].filter(tells), [], `${resultsVisibility}: nothing before the reveal`)
      t.ok(before.sent.every((frames) => frames.length > 0) && before.answers.length > 100, 'though much was sent')
      t.ok(ownFeed.frames.some((frame) => frame.includes(canary) && shown.test(frame)), 'and its host was told')

      last = (await host.call<Poll>('POST', `/polls/${poll.id}/reveal`, { revealed: true })).body
      await askAll(1)
      await hear(last)
      await ownFeed.frameWhere((frame) => frame.includes('"type":"results"') && frame.includes('"correctVoters":2'))
      const revealed = takeAll()
      // The subscription of GraphQL has results alone.
      revealed.sent.slice(0, -1).forEach((frames, at) => {
        t.ok(frames.some((frame) => frame.includes(canary) && shown.test(frame)), `${resultsVisibility}: after the reveal it is told on connection ${at}`)
      })
      t.ok(revealed.answers.filter(tells).length >= 9, 'and over REST and GraphQL')

      last = (await host.command(poll.id, 'reset')).body
      await hear(last)
      takeAll()
      await host.command(poll.id, 'open')
      await voteAll()
      await askAll(1)
      last = (await host.command(poll.id, 'pause')).body
      await hear(last)
      const later = takeAll()
      t.strictSame([...later.sent.flat(), ...later.answers].filter(tells), [], `${resultsVisibility}: the next round keeps it secret again, of the last round too`)
      await host.command(poll.id, 'close')
      await receiver.until((taken) => taken.some(({ event }) => event.type === 'poll.closed' && event.data.poll.id === poll.id && event.data.poll.round === 2))
      const isRevealed = (text: string) => text.includes('"revealed":true')
      const told = receiver.messages.filter(({ event }) => event.data.poll.id === poll.id).map(({ body }) => body)
      t.strictSame(told.filter((body) => !isRevealed(body)).filter(tells), [], `${resultsVisibility}: nor are webhooks told before the reveal`)
    }
  })
}

t.test('[Q2] what a moderator has not let in, or dismissed, is in nothing that is sent to others', async (t) => {
  const { body: room } = await host.call<Room>('POST', '/rooms', { title: 'Town hall', questionsMode: 'pre' })
  const poll = await host.openPoll({ roomId: room.id })
  const { body: { token: presenterToken } } = await host.call<{ token: string }>('POST', `/rooms/${room.id}/presenter-link`)
  const staff = await connectSocket(t, url, { auth: { accessToken: host.accessToken } })
  const frames: Questions[] = []
  staff.socket.on('questions', (frame) => { frames.push(frame) })
  await staff.call('room:join', { code: room.code })
  const { askAll, hear, takeAll } = await gatherOnlookers(t, url, poll, { code: room.code, auths: [{ presenterToken }] })
  const tells = (text: string) => /canary 5566778[89]/.test(text)
  const told = () => Object.values(takeAll()).flat(2).filter(tells)

  await askAll(1)
  const { body: question } = await request<Question>(url, 'POST', `/api/v1/rooms/${room.id}/questions`, {
    token: (await createVoter(url)).voterToken, body: { text: 'What of the canary 55667788?', authorName: 'canary 55667789' }
  })
  const mark = async (status: string) => {
    const seen = frames.length
    await askAll(1)
    await host.call('PATCH', `/questions/${question.id}`, { status })
    await waitUntil(async () => frames.length > seen, 15_000, () => `the room was not told of ${status}`)
    await askAll(1)
    await hear((await host.call<Poll>('PATCH', `/polls/${poll.id}`, { question: `Is it ${status}?` }, { 'if-match': '*' })).body)
  }
  await waitUntil(async () => frames.some(({ items }) => items.some(({ id }) => id === question.id)), 15_000, () => 'the staff was not told')
  await mark('dismissed')
  t.strictSame(told(), [], 'neither while it waits nor once it is dismissed')
  await mark('open')
  t.ok(told().length > 10, 'once it is let in everyone has it')
  await mark('dismissed')
  takeAll()
  await askAll(1)
  t.strictSame(told(), [], 'and nobody once it is dismissed again')
})
