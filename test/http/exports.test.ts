import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { openDatabase } from '../../db/client.ts'
import { findPolls } from '../../db/poll-store.ts'
import { createExportService } from '../../server/exports/export-service.ts'
import { createPollService } from '../../server/polls/poll-service.ts'
import { toSnapshot } from '../../server/polls/poll-snapshot.ts'
import { createResultsBoard } from '../../server/polls/results-board.ts'
import type { BallotRow, ResultsRow, TimelineRow } from '../../server/protocol/export.ts'
import type { Counts, Poll, Results } from '../../server/protocol/poll.ts'
import { createRoomBoard } from '../../server/rooms/room-board.ts'
import { createRoomService } from '../../server/rooms/room-service.ts'
import { createVoter, expectProblem, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { connectDatabase } from '../helpers/database.ts'
import { recount } from '../helpers/ledger.ts'
import { startServer } from '../helpers/server.ts'

const { url, databaseUrl } = await startServer(t)
const host = await registerHost(url)
const sql = connectDatabase(t, databaseUrl)

const read = async <T>(pollId: string, query = '') => await host.call<T>('GET', `/polls/${pollId}/export${query}`)
const readJson = async <T>(pollId: string, what: string) => (await read<T[]>(pollId, `?format=json&what=${what}`)).body

const open = async (pollId: string, query: string) =>
  await fetch(`${url}/api/v1/polls/${pollId}/export${query}`, { headers: { authorization: `Bearer ${host.accessToken}` } })
const readText = async (pollId: string, query: string) => await (await open(pollId, query)).text()

type Voter = Awaited<ReturnType<typeof createVoter>>

async function vote (poll: Poll, { voterToken }: Voter, ...choices: number[]): Promise<void> {
  const { status } = choices.length > 0
    ? await voteOverHttp(url, voterToken, poll.id, { choices })
    : await request(url, 'DELETE', `/api/v1/polls/${poll.id}/vote`, { token: voterToken })
  if (status !== 200) throw new Error(`the vote was answered ${status}`)
}

/** Two rounds of a poll with several choices: one with a change and a withdrawal, one with another option. */
async function runTwoRounds () {
  const options = [{ label: 'Red, or "red"' }, { label: '=1+1' }, { label: 'Gr\u00fcn' }]
  const poll = await host.openPoll({ kind: 'multiple', question: 'Which; and why?', revote: 'withdraw', options })
  const voters = await Promise.all([1, 2, 3].map(async () => await createVoter(url)))
  const [anna, ben, cleo] = voters
  if (anna === undefined || ben === undefined || cleo === undefined) throw new Error('there are no voters')
  await vote(poll, anna, 1, 2)
  await vote(poll, ben, 2)
  await vote(poll, cleo, 1, 2, 3)
  await vote(poll, ben, 3)
  await vote(poll, anna)
  const { body: reset } = await host.command(poll.id, 'reset')
  const edited = [{ id: 3, label: 'Green' }, { id: 1, label: 'Red' }, { label: 'Blue' }]
  await host.call('PATCH', `/polls/${poll.id}`, { options: edited }, { 'if-match': `"${reset.revision}"` })
  await host.command(poll.id, 'open')
  await vote(poll, anna, 1, 4)
  await vote(poll, ben, 4)
  const results = [(await host.results(poll.id, '?round=1')).body, (await host.results(poll.id)).body]
  return { poll, anna, ben, cleo, results }
}

const toCounts = (rows: { optionId: number | null, selections: number }[]): Counts => Object.fromEntries(rows.map((row) => [String(row.optionId), row.selections]))

t.test('[L3] results of every round are exported, and equal to the public ones', async (t) => {
  const { poll, results } = await runTwoRounds()
  const rows = await readJson<ResultsRow>(poll.id, 'results')
  t.strictSame(rows.map(({ round, optionId, label, selections, percentOfVoters }) => [round, optionId, label, selections, percentOfVoters]), [
    [1, 3, 'Green', 2, 100], [1, 1, 'Red', 1, 50], [1, 2, null, 1, 50],
    [2, 3, 'Green', 0, 0], [2, 1, 'Red', 1, 50], [2, 4, 'Blue', 2, 100]
  ], 'in the order of the host, with the labels of now')
  for (const { round, version, status, final, voters, counts, at } of results) {
    const ofRound = rows.filter((row) => row.round === round)
    t.strictSame(toCounts(ofRound), counts)
    for (const row of ofRound) t.hasStrict(row, { pollId: poll.id, question: 'Which; and why?', kind: 'multiple', version, status, final, voters, at })
  }
  t.hasStrict(rows[0], { status: 'closed', final: true, voters: 2 })
})

t.test('[L4] each option shows the texts that it had before', async (t) => {
  const { poll } = await runTwoRounds()
  for (const label of ['Crimson', 'Crimson', 'Red']) {
    const { body: { revision, options } } = await host.call<Poll>('GET', `/polls/${poll.id}`)
    const edited = options.map((option) => option.id === 1 ? { id: 1, label } : option)
    await host.call('PATCH', `/polls/${poll.id}`, { options: edited }, { 'if-match': `"${revision}"` })
  }
  const former = (await readJson<ResultsRow>(poll.id, 'results')).map(({ optionId, label, formerLabels }) => [optionId, label, formerLabels])
  t.strictSame(former.slice(0, 3), [[3, 'Green', ['Gr\u00fcn']], [1, 'Red', ['Red, or "red"', 'Red', 'Crimson']], [2, null, ['=1+1']]])
  t.strictSame(former[5], [4, 'Blue', []])
  t.match((await read<string>(poll.id)).body, ',"Red, or ""red"" | Red | Crimson"\r\n')
  const [stored] = await sql`SELECT count(*)::int AS texts, count(DISTINCT revision)::int AS revisions FROM option_labels WHERE poll_id = ${poll.id}`
  t.strictSame({ ...stored }, { texts: 8, revisions: 4 }, 'a text is stored when it changes only')
})

t.test('the file is UTF-8 for spreadsheets by default, with a name that says what it is', async (t) => {
  const { poll, results } = await runTwoRounds()
  const { status, headers, body } = await read<string>(poll.id)
  t.equal(status, 200)
  t.equal(headers.get('content-type'), 'text/csv; charset=utf-8; header=present')
  t.equal(headers.get('content-disposition'), `attachment; filename="poll-${poll.id}-results-v${results[1]?.version}.csv"`)
  t.equal(headers.get('cache-control'), 'private, no-store')
  const [first, last] = results
  t.equal(body, [
    'pollId,question,kind,round,version,status,final,at,optionId,label,selections,voters,percentOfVoters,formerLabels',
    `${poll.id},"Which; and why?",multiple,1,${first?.version},closed,true,${first?.at},3,Green,2,2,100,Grün`,
    `${poll.id},"Which; and why?",multiple,1,${first?.version},closed,true,${first?.at},1,Red,1,2,50,"Red, or ""red"""`,
    `${poll.id},"Which; and why?",multiple,1,${first?.version},closed,true,${first?.at},2,,1,2,50,'=1+1`,
    `${poll.id},"Which; and why?",multiple,2,${last?.version},open,false,${last?.at},3,Green,0,2,0,Grün`,
    `${poll.id},"Which; and why?",multiple,2,${last?.version},open,false,${last?.at},1,Red,1,2,50,"Red, or ""red"""`,
    `${poll.id},"Which; and why?",multiple,2,${last?.version},open,false,${last?.at},4,Blue,2,2,100,`, ''
  ].join('\r\n'), 'without its mark, which fetch takes away')
  const bytes = Buffer.from(await (await open(poll.id, '')).arrayBuffer())
  t.strictSame(Array.from(bytes.subarray(0, 4)), [0xef, 0xbb, 0xbf, 'p'.charCodeAt(0)])
})

t.test('[V2] ballots are exported whole, and those that count add up to the results', async (t) => {
  const { poll, anna, ben, cleo, results } = await runTwoRounds()
  const rows = await readJson<BallotRow>(poll.id, 'ballots')
  const ofVoter = ({ voterId }: Voter, round: number) => rows.filter((row) => row.voterId === voterId && row.round === round)
    .map(({ n, answer, labels, counts }) => [n, answer?.choices ?? null, labels, counts])
  t.strictSame(ofVoter(anna, 1), [[1, [1, 2], ['Red', null], false], [2, null, [], false]])
  t.strictSame(ofVoter(ben, 1), [[1, [2], [null], false], [2, [3], ['Green'], true]])
  t.strictSame(ofVoter(cleo, 1), [[1, [1, 2, 3], ['Red', null, 'Green'], true]])
  t.strictSame(ofVoter(anna, 2), [[1, [1, 4], ['Red', 'Blue'], true]])
  t.equal(rows.length, 7)
  for (const { round, voters, counts } of results) {
    const counting = rows.filter((row) => row.round === round && row.counts)
    const counted: Counts = Object.fromEntries(Object.keys(counts).map((id) => [id, 0]))
    for (const choice of counting.flatMap(({ answer }) => answer?.choices ?? [])) counted[choice] = (counted[choice] ?? 0) + 1
    t.strictSame({ voters: counting.length, counts: counted }, { voters, counts })
  }
  const { body: csv } = await read<string>(poll.id, '?what=ballots')
  const lines = csv.trim().split('\r\n')
  t.equal(lines[0], 'round,version,voterId,n,choices,labels,castAt,counts,review')
  t.match(lines.find((line) => line.startsWith('1,') && line.includes(cleo.voterId)), /,1,"1\|2\|3","Red \| {2}\| Green",[^,]+,true,$/)
  t.match(lines.filter((line) => line.includes(anna.voterId))[1], /,2,,,[^,]+,false,$/, 'a withdrawal')
  t.equal(await readText(poll.id, '?what=ballots&format=ndjson'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
})

t.test('[R2] the timeline has the counts at every version that ballots made', async (t) => {
  const poll = await host.openPoll({ kind: 'multiple', revote: 'withdraw', options: [{ label: 'a' }, { label: 'b' }, { label: 'c' }] })
  const voters = await Promise.all(Array.from({ length: 8 }, async () => await createVoter(url)))
  const answers = [[1], [2], [3], [1, 2], [2, 3], [1, 2, 3], []]
  for (let round = 0; round < 3; round++) {
    // All at once in some order, so that versions of one ballot and of several come about.
    await Promise.all(voters.slice(0, 8 - round).map(async (voter, at) => { await vote(poll, voter, ...answers[(at + round) % 6] ?? []) }))
    for (const [at, voter] of voters.slice(0, 4).entries()) await vote(poll, voter, ...answers[(at + 3 * round) % 7] ?? [])
    for (const voter of voters.slice(2, 5)) await vote(poll, voter)
    await host.command(poll.id, 'pause')
    await host.command(poll.id, 'open')
    if (round < 2) {
      await host.command(poll.id, 'reset')
      await host.command(poll.id, 'open')
    }
  }
  const rows = await readJson<TimelineRow>(poll.id, 'timeline')
  const versions = await sql<{ round: number, version: number }[]>`SELECT DISTINCT round, version::int FROM ballots WHERE poll_id = ${poll.id} ORDER BY version`
  t.strictSame(rows.map(({ round, version }) => ({ round, version })), Array.from(versions))
  for (const row of rows) {
    const shown: Results = { ...row, pollId: poll.id, status: 'open', final: false }
    t.strictSame({ voters: row.voters, counts: row.counts }, await recount(sql, shown), `version ${row.version}`)
  }
  const last = rows.at(-1)
  t.hasStrict((await host.results(poll.id)).body, { round: 3, voters: last?.voters, counts: last?.counts })
  const { body: csv } = await read<string>(poll.id, '?what=timeline')
  t.equal(csv, ['round,version,at,voters,selections_1,selections_2,selections_3', ...rows.map(({ round, version, at, voters, counts }) =>
    [round, version, at, voters, counts[1], counts[2], counts[3]].join(',')), ''].join('\r\n'))
})

t.test('a cell that a spreadsheet would run is only text in the file', async (t) => {
  const poll = await host.openPoll({ question: '=HYPERLINK("http://example.org","Click")', options: [{ label: '@SUM(1+1)' }, { label: 'a;=1' }] })
  const { body } = await read<string>(poll.id)
  t.match(body, ',"\'=HYPERLINK(""http://example.org"",""Click"")",')
  t.match(body, ',\'@SUM(1+1),0,0,')
  t.match(body, ',"a;=1",', 'a delimiter of other programs is quoted')
  const [row] = await readJson<ResultsRow>(poll.id, 'results')
  t.hasStrict(row, { question: '=HYPERLINK("http://example.org","Click")', label: '@SUM(1+1)', percentOfVoters: null, formerLabels: [] }, 'JSON is as it is')
})

t.test('a poll without ballots has exports of nothing', async (t) => {
  const poll = await host.createPoll()
  t.equal((await readJson<ResultsRow>(poll.id, 'results')).length, 2)
  for (const what of ['ballots', 'timeline']) {
    t.strictSame(await readJson(poll.id, what), [])
    t.equal(await readText(poll.id, `?format=ndjson&what=${what}`), '')
    t.match((await read<string>(poll.id, `?what=${what}`)).body, /^round,version,[^\n]+\r\n$/)
  }
})

t.test('[O4] an export is for the host alone', async (t) => {
  const poll = await host.openPoll()
  const path = `/api/v1/polls/${poll.id}/export`
  const stranger = await registerHost(url)
  const { voterToken } = await createVoter(url)
  expectProblem(t, await stranger.call('GET', `/polls/${poll.id}/export`), 'poll_not_found')
  expectProblem(t, await read('01890000-0000-7000-8000-000000000000'), 'poll_not_found', 'no such poll')
  expectProblem(t, await read('x'), 'poll_not_found', 'a malformed id')
  expectProblem(t, await request(url, 'GET', path), 'unauthenticated')
  expectProblem(t, await request(url, 'GET', path, { token: voterToken }), 'forbidden')
  for (const query of ['?format=xlsx', '?format=', '?what=votes', '?format=csv&format=json', '?what=RESULTS', '?round=1']) {
    expectProblem(t, await read(poll.id, query), 'validation_failed', query)
  }
  t.equal((await request(url, 'HEAD', path, { token: host.accessToken })).status, 405)
})

t.test('a reader that stops reading is cut off', async (t) => {
  const { poll } = await runTwoRounds()
  const database = await openDatabase({ url: databaseUrl ?? '', dataDir: '', poolSize: 1, onError: (error) => { throw error } })
  t.teardown(() => database.close())
  const { db } = database
  const board = createResultsBoard({ loadPolls: async (ids) => (await findPolls(db, ids)).map(toSnapshot), loadRoomPolls: async () => [] })
  const rooms = createRoomService({ db, board: createRoomBoard() })
  const polls = createPollService({ db, board, rooms })
  const exporter = createExportService({ db, polls, rooms, maxRunning: 1, readTimeoutMs: 20 })
  const open = async () => await exporter.open(poll.id, host.user.id, { what: 'ballots', format: 'ndjson' })

  const { body } = await open()
  await t.rejects(open(), { code: 'busy' })
  const error = once(body, 'error')
  body.once('readable', () => {})

  t.match(await error, [{ message: /took too long/ }])
  const { body: next } = await open()
  t.equal((await text(next)).split('\n').length, 8, 'and makes room for the next')
})
