// What was shown at a version can be asked for later, and is what subscribers got then.
import t from 'tap'
import { openDatabase } from '../../db/client.ts'
import { recount } from '../../server/polls/recount.ts'
import { createTurns } from '../../server/polls/turns.ts'
import type { Answer, NewPoll, PollKind, Receipt, Results } from '../../server/protocol/poll.ts'
import { connectSocket, createVoter, expectProblem, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { createTestDatabase } from '../helpers/database.ts'
import { startServer } from '../helpers/server.ts'

const databaseUrl = await createTestDatabase(t)
const [{ url }, { url: otherUrl }] = await Promise.all([startServer(t, { DATABASE_URL: databaseUrl }), startServer(t, { DATABASE_URL: databaseUrl })])
const host = await registerHost(url)
const options = [{ label: 'a' }, { label: 'b' }, { label: 'c' }]

/** A poll of each kind, and its n-th answer. */
const polls: Record<PollKind, { poll: Partial<NewPoll>, answer: (n: number) => Answer }> = {
  single: { poll: { options, correct: [1] }, answer: (n) => ({ choices: [1 + n % 3] }) },
  multiple: { poll: { options }, answer: (n) => ({ choices: n % 2 === 0 ? [1, 3] : [2] }) },
  rating: { poll: { options: [] }, answer: (n) => ({ value: 1 + n % 5 }) },
  ranking: { poll: { options }, answer: (n) => ({ choices: [1 + n % 3, 1 + (n + 1) % 3] }) },
  number: { poll: { options: [], correct: { value: 3, tolerance: 1 } }, answer: (n) => ({ value: n * n / 4 }) },
  text: { poll: { options: [] }, answer: (n) => ({ text: `answer ${n % 4}` }) },
  words: { poll: { options: [] }, answer: (n) => ({ words: [`w${n % 4}`, 'tea'] }) }
}

/** Lets voters vote, change, withdraw and be reviewed on two servers between the commands of its host, and returns every frame that was shown. */
async function play (kind: PollKind): Promise<{ pollId: string, frames: Results[] }> {
  const { poll: settings, answer } = polls[kind]
  const { id: pollId } = await host.createPoll({ kind, revote: 'withdraw', ...settings })
  const watcher = await connectSocket(t, url)
  await host.command(pollId, 'open')
  const { results } = await watcher.joinPoll(pollId)
  const voters = await Promise.all(Array.from({ length: 8 }, async () => await createVoter(url)))
  let n = 0
  const vote = async () => {
    n += 1
    const { voterToken } = voters[n % voters.length] ?? { voterToken: '' }
    const serverUrl = n % 3 === 0 ? otherUrl : url
    const { body: { version = 0 } } = n % 7 === 0
      ? await request<Receipt>(serverUrl, 'DELETE', `/api/v1/polls/${pollId}/vote`, { token: voterToken })
      : await voteOverHttp(serverUrl, voterToken, pollId, answer(n))
    // The watcher's server shows it at its next tick; what the other one counts it finds in the database, later.
    if (serverUrl === url) await watcher.resultsWhere((frame) => frame.version >= version)
  }
  const commands = [
    async () => await host.command(pollId, 'pause'),
    async () => await host.command(pollId, 'open'),
    async () => await host.call('POST', `/polls/${pollId}/reveal`, { revealed: true }),
    async () => await host.call('PATCH', `/polls/${pollId}`, { question: `And now, ${n}?` }, { 'if-match': '*' }),
    async () => await host.call('PUT', `/polls/${pollId}/responses/${voters[1]?.voterId ?? ''}`, { review: n % 2 === 0 ? 'removed' : 'shown' }),
    async () => await host.command(pollId, 'close'),
    async () => await host.command(pollId, 'open'),
    async () => await host.command(pollId, 'reset'),
    async () => await host.command(pollId, 'open')
  ]
  for (const command of commands) {
    for (let round = 0; round < 2; round++) await Promise.all([vote(), vote()])
    await command()
  }
  for (let round = 0; round < 3; round++) await vote()
  await host.command(pollId, 'close')
  const { version } = (await host.results(pollId)).body
  await watcher.resultsWhere((frame) => frame.version === version)
  return { pollId, frames: [...results === null ? [] : [results], ...watcher.frames] }
}

const played = await Promise.all((['single', 'multiple', 'rating', 'ranking', 'number', 'text', 'words'] as const).map(async (kind) => ({ kind, ...await play(kind) })))
t.ok(played.flatMap(({ frames }) => frames).length >= 100, 'enough versions were shown')

for (const { kind, pollId, frames } of played) {
  t.test(`[R2] ${kind}: every version that was shown reads the same afterwards`, async (t) => {
    // What was revealed once is hidden now; it is looked at below.
    const shown = frames.map((frame) => frame.derived?.correct === undefined ? frame : withoutCorrect(frame))
    for (const frame of shown) {
      const { body } = await request<Results>(otherUrl, 'GET', `/api/v1/polls/${pollId}/results?version=${frame.version}`)
      t.strictSame(body, frame, `version ${frame.version}`)
    }
    const newest = frames.at(-1)?.version ?? 0
    const rounds = (await host.call<{ items: Results[] }>('GET', `/polls/${pollId}/rounds`)).body.items
    t.match(rounds, [{ round: 1, status: 'closed', final: true }, { round: 2, version: newest, final: true }])

    for (const round of [1, 2]) {
      const { items } = (await request<{ items: Results[] }>(url, 'GET', `/api/v1/polls/${pollId}/timeline?round=${round}&points=500`)).body
      const [first, last] = [items[0]?.version ?? 0, items.at(-1)?.version ?? 0]
      t.strictSame(items.map(({ version }) => version), Array.from({ length: items.length }, (_item, at) => first + at), 'every version of the round is there')
      t.strictSame([first, last], round === 1 ? [1, (rounds[0]?.version ?? 0)] : [(rounds[0]?.version ?? 0) + 1, newest])
      for (const frame of shown.filter((frame) => frame.round === round)) t.strictSame(items.find(({ version }) => version === frame.version), frame)
      const few = (await request<{ items: Results[] }>(url, 'GET', `/api/v1/polls/${pollId}/timeline?round=${round}&points=4`)).body.items
      t.strictSame([few[0]?.version, few.at(-1)?.version, few.length], [first, last, 4])
    }
  })
}

t.test('[R2] it does not matter where a page of ballots ends', async (t) => {
  const { db, close } = await openDatabase({ url: databaseUrl, dataDir: '', poolSize: 2, onError: (error) => { throw error } })
  t.teardown(close)
  for (const { kind, pollId, frames } of played) {
    for (const ballotsPerPage of [2, 3, 7]) {
      for (const round of [1, 2]) {
        const shown = frames.filter((frame) => frame.round === round).sort((a, b) => a.version - b.version)
        const counted = await recount(db, { pollId, round, versions: shown.map(({ version }) => version), ballotsPerPage })
        t.strictSame(counted, shown, `${kind}, round ${round}, pages of ${ballotsPerPage}`)
      }
    }
  }
})

t.test('few replays run at once, and of a poll one', async (t) => {
  const turns = createTurns({ maxRunning: 2, maxWaiting: 3, maxWaitingPerKey: 2, maxWaitMs: 10_000, busyDetail: 'Wait.' })
  const log: string[] = []
  const ends = new Map<string, () => void>()
  const run = async (poll: string, name: string) => await turns.run(poll, async (check) => {
    log.push(name)
    await new Promise<void>((resolve) => { ends.set(name, resolve) })
    check()
    return name
  })
  const [a1, a2, a3, b1, c1] = [run('a', 'a1'), run('a', 'a2'), run('a', 'a3'), run('b', 'b1'), run('c', 'c1')]
  t.strictSame(log, ['a1', 'b1'])
  await t.rejects(run('a', 'a4'), { code: 'busy' }, 'two of this poll wait')
  await t.rejects(run('d', 'd1'), { code: 'busy' }, 'three wait')
  ends.get('a1')?.()
  t.equal(await a1, 'a1')
  ends.get('b1')?.()
  t.equal(await b1, 'b1')
  t.strictSame(log, ['a1', 'b1', 'a2', 'c1'], 'a poll that is being read lets others pass')
  const stopped = Promise.allSettled([a2, a3, c1])
  turns.stop()
  for (const end of ends.values()) end()
  t.match(await stopped, Array.from({ length: 3 }, () => ({ status: 'rejected', reason: { code: 'unavailable' } })))
  await t.rejects(run('a', 'a5'), { code: 'unavailable' })

  const impatient = createTurns({ maxRunning: 1, maxWaiting: 1, maxWaitingPerKey: 1, maxWaitMs: 1, busyDetail: 'Wait.' })
  let end = () => {}
  const long = impatient.run('a', async () => { await new Promise<void>((resolve) => { end = resolve }) })
  await t.rejects(impatient.run('b', async () => {}), { code: 'busy' }, 'nobody waits for ever')
  end()
  await long
})

function withoutCorrect ({ derived: { correct: _correct, correctVoters: _voters, ...derived } = {}, ...results }: Results): Results {
  return Object.keys(derived).length === 0 ? results : { ...results, derived }
}

t.test('[R6] a right answer that was revealed at a version is shown there only while it is revealed', async (t) => {
  const { poll } = polls.single
  const quiz = await host.openPoll(poll)
  await voteOverHttp(url, (await createVoter(url)).voterToken, quiz.id, { choices: [1] })
  await host.call('POST', `/polls/${quiz.id}/reveal`, { revealed: true })
  const { version, derived } = (await host.results(quiz.id)).body
  t.match(derived, { correct: [1], correctVoters: 1 })
  const at = async (which: number) => (await request<Results>(url, 'GET', `/api/v1/polls/${quiz.id}/results?version=${which}`)).body
  t.match(await at(version), { derived })
  t.notOk('derived' in await at(version - 1), 'not yet revealed then')
  await host.command(quiz.id, 'reset')
  t.notOk('derived' in await at(version))
})

t.test('[R6] who may not see the results may not see their past either', async (t) => {
  const poll = await host.openPoll({ resultsVisibility: 'after_close' })
  const { voterToken: token } = await createVoter(url)
  await voteOverHttp(url, token, poll.id, { choices: [1] })
  for (const path of ['results?version=3', 'timeline', 'rounds']) expectProblem(t, await request(url, 'GET', `/api/v1/polls/${poll.id}/${path}`, { token }), 'results_hidden', path)
  await host.command(poll.id, 'close')
  const past = await request<Results>(url, 'GET', `/api/v1/polls/${poll.id}/results?version=3`, { token })
  t.match(past, { status: 200, body: { version: 3, voters: 1, status: 'open' } })
  t.equal((await request(url, 'GET', `/api/v1/polls/${poll.id}/results?version=3`, { headers: { 'if-none-match': past.headers.get('etag') ?? '' } })).status, 304)
})

t.test('a draft that became another kind is counted by the kind that it was answered in', async (t) => {
  const draft = await host.createPoll({ kind: 'text', options: [] })
  await host.call('PATCH', `/polls/${draft.id}`, { kind: 'single', options }, { 'if-match': '*' })
  await host.command(draft.id, 'open')
  await voteOverHttp(url, (await createVoter(url)).voterToken, draft.id, { choices: [2] })
  const { items } = (await request<{ items: Results[] }>(url, 'GET', `/api/v1/polls/${draft.id}/timeline`)).body
  t.strictSame(items[0]?.counts, {})
  t.strictSame(items.at(-1)?.counts, { 1: 0, 2: 1, 3: 0 })
})

t.test('a version that never was is not found', async (t) => {
  const poll = await host.openPoll()
  const at = async (query: string) => await request(url, 'GET', `/api/v1/polls/${poll.id}/results?${query}`)
  expectProblem(t, await at('version=3'), 'not_found')
  expectProblem(t, await at('version=1&round=2'), 'not_found')
  for (const bad of ['version=0', 'version=x', 'version=1.5']) expectProblem(t, await at(bad), 'validation_failed', bad)
  t.match((await at('version=1&round=1')).body, { version: 1, status: 'draft', voters: 0 })
})
