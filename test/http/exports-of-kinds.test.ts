// Exports of every kind, held against ballots that are counted here once more.
import t from 'tap'
import type { BallotRow, ResultsRow, TimelineRow } from '../../server/protocol/export.ts'
import type { Answer, Counts, NewPoll, Poll } from '../../server/protocol/poll.ts'
import { createVoter, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { connectDatabase } from '../helpers/database.ts'
import { startServer } from '../helpers/server.ts'

const { url, databaseUrl } = await startServer(t)
const host = await registerHost(url)
const sql = connectDatabase(t, databaseUrl)
const voters = await Promise.all(Array.from({ length: 4 }, async () => await createVoter(url)))

const read = async (poll: Poll, query: string) => {
  const answer = await fetch(`${url}/api/v1/polls/${poll.id}/export${query}`, { headers: { authorization: `Bearer ${host.accessToken}` } })
  return await answer.text()
}
const readRows = async <T>(poll: Poll, what: string) => (await host.call<T[]>('GET', `/polls/${poll.id}/export?format=json&what=${what}`)).body
const headerOf = async (poll: Poll, what: string) => (await read(poll, `?what=${what}`)).split('\r\n')[0]

/** By the number of the voter; undefined takes the vote back. */
async function vote (poll: Poll, at: number, answer: Answer | undefined): Promise<void> {
  const token = voters[at]?.voterToken ?? ''
  const { status } = answer === undefined
    ? await request(url, 'DELETE', `/api/v1/polls/${poll.id}/vote`, { token })
    : await voteOverHttp(url, token, poll.id, answer)
  if (status !== 200) throw new Error(`the vote was answered ${status}`)
}

async function review (poll: Poll, at: number, status: string): Promise<void> {
  const answered = await host.call('PUT', `/polls/${poll.id}/responses/${voters[at]?.voterId}`, { review: status })
  if (answered.status !== 200) throw new Error(`the review was answered ${answered.status}`)
}

interface StoredRow { round: number, version: number, voterId: string, n: number, answer: Answer | null, review: string | null }

const readLedger = async (poll: Poll) => await sql<StoredRow[]>`
  SELECT round, version::int, voter_id AS "voterId", n, answer, review FROM ballots WHERE poll_id = ${poll.id} ORDER BY round, voter_id, n`

/** What counts in a round at a version. */
function answersAt (ledger: readonly StoredRow[], round: number, version: number): Answer[] {
  const newest = new Map<string, StoredRow>()
  for (const row of ledger) if (row.round === round && row.version <= version) newest.set(row.voterId, row)
  return Array.from(newest.values()).flatMap(({ answer, review }) => answer === null || review !== null ? [] : [answer])
}

function countAll (names: string[]): Counts {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries(counts)
}

const withoutZeros = (counts: Counts): Counts => Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
const sorted = (counts: Counts) => Object.entries(counts).sort(([a], [b]) => a < b ? -1 : 1)

const options = [{ label: 'Red' }, { label: '=Green' }, { label: 'Blue' }]

interface Example {
  poll: Partial<NewPoll>
  answers: Answer[]
  /** What of the counts an answer adds to, in results and over time. */
  shown: (answer: Answer) => string[]
  /** The rows of the results that are not options. */
  rowOf?: (row: ResultsRow) => string | undefined
  ownColumns: { results: string, ballots: string }
}

const examples: Example[] = [
  {
    poll: { kind: 'single', options },
    answers: [{ choices: [1] }, { choices: [2] }, { choices: [3] }],
    shown: ({ choices = [] }) => choices.map(String),
    ownColumns: { results: ',formerLabels', ballots: 'choices,labels' }
  },
  {
    poll: { kind: 'multiple', options },
    answers: [{ choices: [1, 2] }, { choices: [2] }, { choices: [1, 3] }],
    shown: ({ choices = [] }) => choices.map(String),
    ownColumns: { results: ',formerLabels', ballots: 'choices,labels' }
  },
  {
    poll: { kind: 'ranking', options },
    answers: [{ choices: [2, 1, 3] }, { choices: [3, 2] }, { choices: [2, 3, 1] }],
    shown: ({ choices = [] }) => [String(choices[0])],
    rowOf: ({ choices }) => choices?.join('>'),
    ownColumns: { results: ',formerLabels,choices,bordaPoints', ballots: 'choices,labels' }
  },
  {
    poll: { kind: 'rating', options: [], scale: { min: -1, max: 2 } },
    answers: [{ value: -1 }, { value: 2 }, { value: 0 }],
    shown: ({ value }) => [String(value)],
    rowOf: ({ value }) => String(value),
    ownColumns: { results: ',value', ballots: 'value' }
  },
  {
    poll: { kind: 'number', options: [] },
    answers: [{ value: -2.5 }, { value: 10 }, { value: 9 }],
    shown: ({ value }) => [String(value)],
    rowOf: ({ value }) => String(value),
    ownColumns: { results: ',value', ballots: 'value' }
  },
  {
    poll: { kind: 'words', options: [] },
    answers: [{ words: ['__proto__', '=sum'] }, { words: ['a|b'] }, { words: ['=sum', '7'] }],
    shown: ({ words = [] }) => words,
    rowOf: ({ word }) => word,
    ownColumns: { results: ',word', ballots: 'words' }
  },
  {
    poll: { kind: 'text', options: [] },
    answers: [{ text: '=1+1' }, { text: 'Good; and "fine"' }, { text: '-1' }],
    shown: () => [],
    ownColumns: { results: '', ballots: 'text' }
  }
]

for (const { poll: settings, answers, shown, rowOf, ownColumns } of examples) {
  t.test(`[R2] [L3] exports of the kind ${settings.kind} are a recount of its ballots`, async (t) => {
    const poll = await host.openPoll({ revote: 'withdraw', ...settings })
    const isWritten = poll.moderation !== undefined
    for (let round = 1; round <= 2; round++) {
      for (const at of [0, 1, 2, 3]) await vote(poll, at, answers[(at + round) % 3])
      await vote(poll, 0, answers[(2 + round) % 3])
      await vote(poll, 1, undefined)
      if (isWritten) {
        await review(poll, 2, 'removed')
        await review(poll, 3, 'held')
        await review(poll, 3, 'shown')
      }
      if (round === 2) break
      await host.command(poll.id, 'reset')
      await host.command(poll.id, 'open')
    }
    const ledger = await readLedger(poll)

    const ballots = await readRows<BallotRow>(poll, 'ballots')
    t.strictSame(ballots.map(({ round, version, voterId, n, answer, review }) => ({ round, version, voterId, n, answer, review })), Array.from(ledger))
    t.equal(await headerOf(poll, 'ballots'), `round,version,voterId,n,${ownColumns.ballots},castAt,counts,review`)

    const results = await readRows<ResultsRow>(poll, 'results')
    t.equal(await headerOf(poll, 'results'), `pollId,question,kind,round,version,status,final,at,optionId,label,selections,voters,percentOfVoters${ownColumns.results}`)
    for (const round of [1, 2]) {
      const counting = answersAt(ledger, round, Infinity)
      t.strictSame(ballots.filter((row) => row.round === round && row.counts).map(({ answer }) => answer).length, counting.length)
      const ofRound = results.filter((row) => row.round === round)
      t.ok(ofRound.every(({ kind, voters }) => kind === poll.kind && voters === counting.length))
      const ofOptions = ofRound.filter(({ optionId }) => optionId !== null)
      if (poll.options.length > 0) {
        t.strictSame(withoutZeros(Object.fromEntries(ofOptions.map(({ optionId, selections }) => [String(optionId), selections]))), countAll(counting.flatMap(shown)))
      }
      if (rowOf === undefined) continue
      const others = ofRound.filter(({ optionId }) => optionId === null)
      const expected = countAll(counting.flatMap((answer) => poll.kind === 'ranking' ? [answer.choices?.join('>') ?? ''] : shown(answer)))
      t.strictSame(sorted(withoutZeros(Object.fromEntries(others.map((row) => [rowOf(row) ?? '', row.selections])))), sorted(expected))
    }

    const timeline = await readRows<TimelineRow>(poll, 'timeline')
    t.strictSame(timeline.map(({ version }) => version), Array.from(new Set(ledger.map(({ version }) => version))).sort((a, b) => a - b))
    for (const { round, version, voters, counts } of timeline) {
      const counting = answersAt(ledger, round, version)
      t.equal(voters, counting.length)
      const last = (await host.results(poll.id, `?round=${round}`)).body.counts
      const expected = countAll(counting.flatMap(shown).filter((name) => Object.hasOwn(last, name)))
      t.strictSame(sorted(withoutZeros(counts)), sorted(expected), `version ${version}`)
    }
    for (const what of ['results', 'ballots', 'timeline']) {
      const rows = await readRows(poll, what)
      t.equal(await read(poll, `?format=ndjson&what=${what}`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
      const lines = (await read(poll, `?what=${what}`)).split('\r\n')
      t.equal(lines.length, rows.length + 2)
      t.notOk(lines.some((line) => /(^|,)"?[=@]/.test(line)), 'no cell runs as a formula')
    }
  })
}

t.test('the Borda points of a ranking are in its results', async (t) => {
  const poll = await host.openPoll({ kind: 'ranking', options })
  await vote(poll, 0, { choices: [2, 1, 3] })
  await vote(poll, 1, { choices: [2] })
  const rows = await readRows<ResultsRow>(poll, 'results')
  t.strictSame(rows.map(({ optionId, choices, selections, bordaPoints }) => ({ optionId, choices, selections, bordaPoints })).slice(0, 3), [
    { optionId: 1, choices: undefined, selections: 0, bordaPoints: 1 },
    { optionId: 2, choices: undefined, selections: 2, bordaPoints: 4 },
    { optionId: 3, choices: undefined, selections: 0, bordaPoints: 0 }
  ])
  t.strictSame(rows.slice(3).map(({ choices, selections }) => [choices, selections]).sort(), [[[2], 1], [[2, 1, 3], 1]])
})

t.test('rounds of other kinds stay what they were', async (t) => {
  const poll = await host.openPoll({ kind: 'words', options: [] })
  await vote(poll, 0, { words: ['one'] })
  const { body: reset } = await host.command(poll.id, 'reset')
  await host.call('PATCH', `/polls/${poll.id}`, { kind: 'rating' }, { 'if-match': `"${reset.revision}"` })
  await host.command(poll.id, 'open')
  await vote(poll, 0, { value: 5 })
  const rows = await readRows<ResultsRow>(poll, 'results')
  t.strictSame(rows.map(({ round, kind, word, value, selections }) => [round, kind, word ?? value, selections]), [
    [1, 'words', 'one', 1], [2, 'rating', 1, 0], [2, 'rating', 2, 0], [2, 'rating', 3, 0], [2, 'rating', 4, 0], [2, 'rating', 5, 1]
  ])
  t.equal(await headerOf(poll, 'ballots'), 'round,version,voterId,n,words,value,castAt,counts,review')
  t.strictSame((await readRows<TimelineRow>(poll, 'timeline')).map(({ counts }) => withoutZeros(counts)), [{ one: 1 }, { 5: 1 }])
})

t.test('[L3] a round is of the kind that it had, whatever its results look like', async (t) => {
  const choices = [{ label: 'Yes' }, { label: 'No' }]
  const poll = await host.openPoll({ kind: 'single', options: choices })
  await vote(poll, 0, { choices: [1] })
  for (const change of [{ kind: 'words', options: [] }, { kind: 'multiple', options: choices }, { kind: 'text', options: [] }, { kind: 'number' }]) {
    const { body: reset } = await host.command(poll.id, 'reset')
    const { status } = await host.call('PATCH', `/polls/${poll.id}`, change, { 'if-match': `"${reset.revision}"` })
    t.equal(status, 200, change.kind)
  }
  const kindsByRound = async () => Array.from(new Map((await readRows<ResultsRow>(poll, 'results')).map(({ round, kind }) => [round, kind])))
  t.strictSame(await kindsByRound(), [[1, 'single'], [3, 'multiple'], [4, 'text']], 'no row without anything to count')
  t.match(await headerOf(poll, 'results'), /,formerLabels,value,word$/, 'but columns')
})

t.test('every number is exported, not only the most frequent', async (t) => {
  const poll = await host.openPoll({ kind: 'number', options: [] })
  await vote(poll, 0, { value: 0 })
  await sql`INSERT INTO ballots (poll_id, round, voter_id, n, version, answer, at)
    SELECT ${poll.id}, 1, gen_random_uuid(), 1, 4, jsonb_build_object('value', i), now() FROM generate_series(1, 1200) i`
  await sql`INSERT INTO tally_buckets (poll_id, round, bucket, count, version) SELECT ${poll.id}, 1, i::text, 1, 4 FROM generate_series(1, 1200) i`
  await sql`UPDATE tallies SET version = 4, voters = 1201 WHERE poll_id = ${poll.id}`
  // As if a vote came between the poll and its buckets.
  await sql`UPDATE tally_buckets SET count = 2, version = 9 WHERE poll_id = ${poll.id} AND bucket IN ('700', '1100')`
  await sql`INSERT INTO tally_buckets (poll_id, round, bucket, count, version) VALUES (${poll.id}, 1, '5000', 1, 9)`
  const rows = await readRows<ResultsRow>(poll, 'results')
  t.strictSame(rows.map(({ value = NaN }) => value).sort((a, b) => a - b), Array.from({ length: 1201 }, (_row, at) => at))
  t.ok(rows.every(({ selections }) => selections === 1), 'and nothing that came later')
})
