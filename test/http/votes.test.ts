import t from 'tap'
import type { PollCommand } from '../../server/polls/lifecycle.ts'
import type { Answer, NewPoll, Poll, Receipt, Results } from '../../server/protocol/poll.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { createVoter, expectProblem, registerHost, request, type Answered } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { startServer } from '../helpers/server.ts'

const databaseUrl = await createTestDatabase(t)
const { url } = await startServer(t, { DATABASE_URL: databaseUrl })
const host = await registerHost(url)
const sql = connectDatabase(t, databaseUrl)

type Voter = Awaited<ReturnType<typeof enter>>

/** A new voter with the calls of this page. */
async function enter (serverUrl = url) {
  const { voterId, voterToken: token } = await createVoter(serverUrl)
  const call = async <T>(method: string, path: string, body?: unknown) => await request<T>(serverUrl, method, `/api/v1/polls/${path}`, { token, body })
  return {
    voterId,
    call,
    vote: async (pollId: string, ...choices: number[]) => await call<Receipt>('PUT', `${pollId}/vote`, { answer: { choices } }),
    withdraw: async (pollId: string) => await call<Receipt>('DELETE', `${pollId}/vote`),
    ownVote: async (pollId: string) => (await call<{ answer: Answer | null, receipt: Receipt | null }>('GET', `${pollId}/vote`)).body,
    results: async (pollId: string) => await call<Results>('GET', `${pollId}/results`)
  }
}

const anyone = async <T>(pollId: string, path = '/results') => await request<T>(url, 'GET', `/api/v1/polls/${pollId}${path}`)
const resultsOf = async (pollId: string) => (await host.results(pollId)).body
const command = async (pollId: string, ...commands: PollCommand[]) => { for (const each of commands) await host.command(pollId, each) }
const reveal = async (pollId: string, revealed: boolean) => await host.call<Poll>('POST', `/polls/${pollId}/reveal`, { revealed })

t.test('[V1] a vote is answered with a receipt and can be read back', async (t) => {
  const poll = await host.openPoll({ kind: 'multiple' })
  const voter = await enter()
  t.strictSame(await voter.ownVote(poll.id), { answer: null, receipt: null })

  const cast = await voter.vote(poll.id, 2, 1)

  const version = (await resultsOf(poll.id)).version
  t.equal(cast.status, 200)
  t.equal(cast.headers.get('cache-control'), 'private, no-store')
  t.match(cast.body, { pollId: poll.id, round: 1, status: 'recorded', version, castAt: /Z$/ })
  t.strictSame(await voter.ownVote(poll.id), { answer: { choices: [1, 2] }, receipt: cast.body })
  const stored = await sql`SELECT n, version::int, answer FROM ballots WHERE poll_id = ${poll.id}`
  t.strictSame(Array.from(stored, (row) => ({ ...row })), [{ n: 1, version, answer: { choices: [1, 2] } }])
})

t.test('[V3] the same answer again is unchanged in any state of the round, and never a second ballot', async (t) => {
  for (const revote of ['locked', 'change', 'withdraw'] as const) {
    const poll = await host.openPoll({ revote, kind: 'multiple' })
    const voter = await enter()
    const { body: receipt } = await voter.vote(poll.id, 1, 2)
    for (const step of [undefined, 'pause', 'close', 'archive'] as const) {
      if (step !== undefined) await command(poll.id, step)
      const before = await resultsOf(poll.id)
      const again = await voter.vote(poll.id, 2, 1)
      t.strictSame([again.status, again.body], [200, { ...receipt, status: 'unchanged' }], `${revote}, ${before.status}`)
      t.strictSame(await resultsOf(poll.id), before)
    }
    const [row] = await sql`SELECT count(*)::int FROM ballots WHERE poll_id = ${poll.id}`
    t.equal(row?.count, 1)
  }
})

t.test('[V2][V3] twenty equal votes at once make one ballot', async (t) => {
  const poll = await host.openPoll()
  const voter = await enter()
  const answers = await Promise.all(Array.from({ length: 20 }, () => voter.vote(poll.id, 1)))
  t.strictSame(answers.map(({ body }) => body.status).sort(), ['recorded', ...Array.from({ length: 19 }, () => 'unchanged')])
  t.hasStrict(await resultsOf(poll.id), { voters: 1, counts: { 1: 1, 2: 0 } })
})

t.test('[V4] a locked poll refuses a different second answer', async (t) => {
  const poll = await host.openPoll()
  const voter = await enter()
  await voter.vote(poll.id, 1)
  expectProblem(t, await voter.vote(poll.id, 2), 'already_voted')
  expectProblem(t, await voter.withdraw(poll.id), 'conflict')
  t.hasStrict(await resultsOf(poll.id), { voters: 1, counts: { 1: 1, 2: 0 } })
})

t.test('[V4] where votes may change, the newest counts and the older ones stay in the ledger', async (t) => {
  const poll = await host.openPoll({ revote: 'change' })
  const voter = await enter()
  await voter.vote(poll.id, 1)
  t.hasStrict((await voter.vote(poll.id, 2)).body, { status: 'changed' })
  t.hasStrict((await voter.vote(poll.id, 1)).body, { status: 'changed' })
  expectProblem(t, await voter.withdraw(poll.id), 'conflict')
  t.hasStrict(await resultsOf(poll.id), { voters: 1, counts: { 1: 1, 2: 0 } })
  const ledger = await sql`SELECT n, answer->'choices' AS choices FROM ballots WHERE poll_id = ${poll.id} ORDER BY n`
  t.strictSame(Array.from(ledger, ({ n, choices }) => [n, choices]), [[1, [1]], [2, [2]], [3, [1]]])
})

t.test('[V4] where votes may be withdrawn, the voter stops counting and may vote again', async (t) => {
  const poll = await host.openPoll({ revote: 'withdraw' })
  const voter = await enter()
  expectProblem(t, await voter.withdraw(poll.id), 'not_found', 'nothing to take back')
  await voter.vote(poll.id, 1)
  t.hasStrict((await voter.withdraw(poll.id)).body, { status: 'withdrawn' })
  t.hasStrict((await voter.withdraw(poll.id)).body, { status: 'unchanged' })
  t.hasStrict(await resultsOf(poll.id), { voters: 0, counts: { 1: 0, 2: 0 } })
  t.strictSame(await voter.ownVote(poll.id), { answer: null, receipt: null })
  t.hasStrict((await voter.vote(poll.id, 2)).body, { status: 'recorded' })
  t.hasStrict(await resultsOf(poll.id), { voters: 1, counts: { 1: 0, 2: 1 } })

  await command(poll.id, 'close')
  expectProblem(t, await voter.withdraw(poll.id), 'poll_closed')
})

t.test('[V5] a vote counts in an open poll only, and each other state says why not', async (t) => {
  const voter = await enter()
  const draft = await host.createPoll()
  expectProblem(t, await voter.vote(draft.id, 1), 'poll_not_found', 'a draft')
  const poll = await host.openPoll()
  const refusals = [['pause', 'poll_paused'], ['close', 'poll_closed'], ['archive', 'poll_closed']] as const
  for (const [step, code] of refusals) {
    await command(poll.id, step)
    expectProblem(t, await voter.vote(poll.id, 1), code, step)
    expectProblem(t, await voter.vote(poll.id, 9), 'option_invalid', `${step}: an answer that could never count has its own code`)
  }
  t.hasStrict(await resultsOf(poll.id), { voters: 0, final: true })
})

t.test('answers that can never count get their code, and no row', async (t) => {
  const poll = await host.openPoll({ kind: 'multiple', minChoices: 2, maxChoices: 2, options: [{ label: 'a' }, { label: 'b' }, { label: 'c' }] })
  const voter = await enter()
  const refused = [
    ['option_invalid', [1, 4]], ['option_invalid', [1, 0]], ['option_invalid', [1, -1]], ['option_invalid', [1, 1]], ['option_invalid', Array(51).fill(1)],
    ['too_few_choices', [1]], ['too_few_choices', []], ['too_many_choices', [1, 2, 3]]
  ] as const
  for (const [code, choices] of refused) expectProblem(t, await voter.vote(poll.id, ...choices), code, `${code} ${JSON.stringify(choices).slice(0, 20)}`)
  for (const answer of [null, {}, { choices: null }, { choices: '1' }, { choices: ['1', '2'] }, { choices: [1.5, 2] }, { choices: [1e300, 1] }, { choices: [null, 1] }, { value: 1 }, { choices: [1, 2], text: 'x' }, [1, 2]]) {
    expectProblem(t, await voter.call('PUT', `${poll.id}/vote`, { answer }), 'validation_failed', JSON.stringify(answer))
  }
  for (const path of ['01890000-0000-7000-8000-000000000000', 'x']) expectProblem(t, await voter.vote(path, 1, 2), 'poll_not_found', path)
  t.hasStrict(await resultsOf(poll.id), { voters: 0, version: 2 })
})

t.test('[V8] the voter comes from the token, never from the payload', async (t) => {
  const poll = await host.openPoll()
  const [voter, victim] = [await enter(), await enter()]
  for (const smuggled of [{ voter: victim.voterId }, { voterId: victim.voterId }, { voterToken: 'x' }, { version: 9 }, { counts: { 1: 9 } }]) {
    expectProblem(t, await voter.call('PUT', `${poll.id}/vote`, { answer: { choices: [1] }, ...smuggled }), 'validation_failed', JSON.stringify(smuggled))
  }
  expectProblem(t, await voter.call('PUT', `${poll.id}/vote?voter=${victim.voterId}`, { answer: { choices: [1] } }), 'validation_failed', 'in the query')
  await voter.vote(poll.id, 1)
  const rows = await sql`SELECT voter_id FROM ballots WHERE poll_id = ${poll.id}`
  t.strictSame(Array.from(rows, (row) => row.voter_id), [voter.voterId])
  expectProblem(t, await request(url, 'PUT', `/api/v1/polls/${poll.id}/vote`, { body: { answer: { choices: [1] } } }), 'unauthenticated', 'no voter at all')
})

t.test('[V9] a vote that names another round is a conflict', async (t) => {
  const poll = await host.openPoll()
  const voter = await enter()
  const voteIn = async (round: unknown, choice = 1) => await voter.call('PUT', `${poll.id}/vote`, { answer: { choices: [choice] }, round })
  expectProblem(t, await voteIn(2), 'conflict', 'a round to come')
  t.hasStrict((await voteIn(1)).body, { status: 'recorded', round: 1 })
  await command(poll.id, 'reset', 'open')
  expectProblem(t, await voteIn(1), 'conflict', 'the answer that was stored in the last round')
  t.strictSame(await voter.ownVote(poll.id), { answer: null, receipt: null })
  t.hasStrict((await voteIn(2)).body, { status: 'recorded', round: 2 })
  for (const round of [0, -1, 1.5, '2', null]) expectProblem(t, await voteIn(round), 'validation_failed', `round ${JSON.stringify(round)}`)
})

t.test('[R2] results equal a recount while everybody votes and changes', async (t) => {
  const poll = await host.openPoll({ revote: 'withdraw', kind: 'multiple' })
  const voters = await Promise.all(Array.from({ length: 20 }, () => enter()))
  await Promise.all(voters.flatMap((voter, at) => [voter.vote(poll.id, 1), voter.vote(poll.id, 2), at % 3 === 0 ? voter.withdraw(poll.id) : voter.vote(poll.id, 1, 2)]))
  const newest = await Promise.all(voters.map((voter) => voter.ownVote(poll.id)))
  const choices = newest.flatMap(({ answer }) => answer?.choices ?? [])
  t.hasStrict(await resultsOf(poll.id), {
    voters: newest.filter(({ answer }) => answer !== null).length,
    counts: { 1: choices.filter((id) => id === 1).length, 2: choices.filter((id) => id === 2).length }
  })
})

t.test('[R6] who sees results while a poll is open and after it closed, for each policy', async (t) => {
  // In this order: anyone, a voter without a vote, a voter with one, the host.
  const visible = {
    live: { open: [true, true, true, true], closed: [true, true, true, true] },
    after_vote: { open: [false, false, true, true], closed: [true, true, true, true] },
    after_close: { open: [false, false, false, true], closed: [true, true, true, true] },
    hosts: { open: [false, false, false, true], closed: [false, false, false, true] }
  } as const
  for (const resultsVisibility of ['live', 'after_vote', 'after_close', 'hosts'] as const) {
    const poll = await host.openPoll({ resultsVisibility })
    const [idle, voted] = [await enter(), await enter()]
    const { body: receipt } = await voted.vote(poll.id, 1)
    for (const status of ['open', 'closed'] as const) {
      if (status === 'closed') await command(poll.id, 'close')
      const seen = visible[resultsVisibility][status]
      const answers = [await anyone(poll.id), await idle.results(poll.id), await voted.results(poll.id), await host.results(poll.id)]
      answers.forEach((answered, at) => {
        const name = `${resultsVisibility}, ${status}, viewer ${at}`
        if (seen[at]) t.hasStrict(answered, { status: 200, body: { voters: 1, counts: { 1: 1, 2: 0 } } }, name)
        else expectProblem(t, answered, 'results_hidden', name)
        const isForAll = seen.every((each) => each)
        t.equal(answered.headers.get('cache-control'), isForAll ? 'no-cache' : seen[at] ? 'private, no-store' : 'no-store', `${name}: caches`)
      })
      const retry = (await voted.vote(poll.id, 1)).body
      t.equal('version' in retry, seen[2], `${resultsVisibility}, ${status}: a receipt has its version where its voter sees results`)
    }
    t.equal('version' in receipt, visible[resultsVisibility].open[2])
  }
})

t.test('[R6] a reveal shows results to everyone or hides them, whatever the policy, as a version of its own', async (t) => {
  for (const resultsVisibility of ['live', 'after_vote', 'after_close', 'hosts'] as const) {
    const poll = await host.openPoll({ resultsVisibility })
    const voter = await enter()
    await voter.vote(poll.id, 1)
    const { version } = await resultsOf(poll.id)
    t.hasStrict((await reveal(poll.id, true)).body, { revealed: true, resultsVisibility })
    t.hasStrict((await anyone(poll.id)).body, { version: version + 1, voters: 1 }, `${resultsVisibility}: shown`)
    t.hasStrict((await reveal(poll.id, true)).body, { revision: poll.revision + 1 }, 'again changes nothing')
    t.hasStrict((await reveal(poll.id, false)).body, { revealed: false })
    expectProblem(t, await anyone(poll.id), 'results_hidden', `${resultsVisibility}: hidden from anyone`)
    expectProblem(t, await voter.results(poll.id), 'results_hidden', `${resultsVisibility}: hidden from who voted`)
    t.hasStrict(await resultsOf(poll.id), { version: version + 2 }, 'not from the host')
  }
  const poll = await host.openPoll()
  for (const body of [{}, { revealed: null }, { revealed: 'true' }, { revealed: true, x: 1 }]) {
    expectProblem(t, await host.call('POST', `/polls/${poll.id}/reveal`, body), 'validation_failed', JSON.stringify(body))
  }
})

t.test('[R6] taking a vote back hides what only voters see', async (t) => {
  const poll = await host.openPoll({ resultsVisibility: 'after_vote', revote: 'withdraw' })
  const voter = await enter()
  t.ok('version' in (await voter.vote(poll.id, 1)).body)
  const { body: withdrawn } = await voter.withdraw(poll.id)
  t.hasStrict(withdrawn, { status: 'withdrawn' })
  t.notOk('version' in withdrawn)
  expectProblem(t, await voter.results(poll.id), 'results_hidden')
})

t.test('[R6] hidden results are in no status, header, body or length that reaches the audience', async (t) => {
  const canaries = [73_219_846, 918_273_645, 564_738_291]
  for (const settings of [{ resultsVisibility: 'hosts' }, { resultsVisibility: 'after_close' }] as Partial<NewPoll>[]) {
    const [counted, empty] = [await host.openPoll({ ...settings, revote: 'withdraw' }), await host.openPoll({ ...settings, revote: 'withdraw' })]
    await sql`UPDATE tallies SET voters = ${canaries[0] ?? 0}, counts = ${sql.json({ 1: canaries[1] ?? 0, 2: 0 })}, version = ${canaries[2] ?? 0} WHERE poll_id = ${counted.id}`
    await waitUntil(async () => (await resultsOf(counted.id)).version === canaries[2], 15_000, () => 'the server did not take over the counts')

    const [seen, ofEmpty] = [await probe(counted.id), await probe(empty.id)]

    t.hasStrict(await resultsOf(counted.id), { voters: canaries[0], counts: { 1: canaries[1] } }, 'the host sees them')
    // The vote and its withdrawal are versions, too.
    const digits = [...canaries, ...canaries.map((canary) => canary + 1), ...canaries.map((canary) => canary + 2)].map(String)
    for (const { name, text } of seen) t.strictSame(digits.filter((canary) => text.includes(canary)), [], name)
    t.strictSame(seen.map(({ name, text }) => [name, text.length]), ofEmpty.map(({ name, text }) => [name, text.length]), 'the same lengths as without votes')
  }

  async function probe (pollId: string) {
    const voter = await enter()
    const probes: [string, () => Promise<Answered<unknown>>][] = [
      ['results by anyone', () => anyone(pollId)],
      ['results of the round', () => anyone(pollId, '/results?round=1')],
      ['results of another round', () => anyone(pollId, '/results?round=2')],
      ['results with an ETag', () => request(url, 'GET', `/api/v1/polls/${pollId}/results`, { headers: { 'if-none-match': '*' } })],
      ['the poll', () => anyone(pollId, '')],
      ['results before voting', () => voter.results(pollId)],
      ['a vote', () => voter.vote(pollId, 1)],
      ['a retry', () => voter.vote(pollId, 1)],
      ['the own vote', () => voter.call('GET', `${pollId}/vote`)],
      ['results after voting', () => voter.results(pollId)],
      ['a refused vote', () => voter.vote(pollId, 9)],
      ['a withdrawal', () => voter.withdraw(pollId)]
    ]
    const seen: { name: string, text: string }[] = []
    for (const [name, ask] of probes) {
      const { status, headers, body } = await ask()
      // The date changes with the second, but not its length; the rate limit's seconds to go do.
      const text = `${status} ${JSON.stringify(Array.from(headers))} ${JSON.stringify(body)}`.replace(/;t=\d+/, '')
      seen.push({ name, text })
    }
    return seen
  }
})

t.test('[V7] with the poll locked by somebody else votes are answered unavailable, with too many waiting busy, and a retry counts once', async (t) => {
  const small = await startServer(t, { DATABASE_URL: databaseUrl, MAX_QUEUED_VOTES: '1' })
  const poll = await host.openPoll()
  const voters: Voter[] = [await enter(small.url), await enter(small.url)]
  const [first, second] = voters
  if (first === undefined || second === undefined) throw new Error('two voters were made')
  await first.ownVote(poll.id)

  await sql.begin(async (tx) => {
    await tx`SELECT 1 FROM polls WHERE id = ${poll.id} FOR UPDATE`
    const stuck = first.vote(poll.id, 1)
    await waitUntil(async () => (await sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).length > 0,
      15_000, () => 'the vote did not reach the database')
    const crowded = await second.vote(poll.id, 1)
    expectProblem(t, crowded, 'busy')
    t.equal(crowded.headers.get('retry-after'), '1')
    const refused = await stuck
    expectProblem(t, refused, 'unavailable')
    t.equal(refused.headers.get('retry-after'), '1')
  })

  t.hasStrict((await first.vote(poll.id, 1)).body, { status: 'recorded' })
  t.hasStrict((await second.vote(poll.id, 2)).body, { status: 'recorded' })
  t.hasStrict((await first.results(poll.id)).body, { voters: 2, counts: { 1: 1, 2: 1 } })
})
