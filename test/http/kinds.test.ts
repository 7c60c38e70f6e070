import t from 'tap'
import type { Answer, NewPoll, Poll, PollEdit, PollKind, Receipt, Results } from '../../server/protocol/poll.ts'
import type { ErrorCode } from '../../server/protocol/problem.ts'
import { connectSocket, createVoter, expectProblem, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { connectDatabase } from '../helpers/database.ts'
import { postGraphql } from '../helpers/graphql.ts'
import { startServer } from '../helpers/server.ts'

const server = await startServer(t)
const { url } = server
const host = await registerHost(url)

const options = (count: number) => Array.from({ length: count }, (_option, at) => ({ label: `Option ${at + 1}` }))
const examples: Record<PollKind, { poll: Partial<NewPoll>, answer: Answer }> = {
  single: { poll: { options: options(3) }, answer: { choices: [2] } },
  multiple: { poll: { options: options(3) }, answer: { choices: [3, 1] } },
  rating: { poll: { options: [], scale: { min: 0, max: 10 } }, answer: { value: 10 } },
  ranking: { poll: { options: options(3) }, answer: { choices: [3, 1] } },
  number: { poll: { options: [], range: { min: -10, max: 10, step: 0.5 } }, answer: { value: -0.5 } },
  text: { poll: { options: [] }, answer: { text: 'A sentence' } },
  words: { poll: { options: [] }, answer: { words: ['Tea', 'tea', 'Milk'] } }
}
const kindNames = Object.keys(examples) as PollKind[]
const create = async (poll: object) => await host.call<Poll & { errors: { pointer: string }[] }>('POST', '/polls', { question: 'Which?', ...poll })
const edit = async (poll: Poll, change: PollEdit) => await host.call<Poll & { errors: { pointer: string }[] }>('PATCH', `/polls/${poll.id}`, change, { 'if-match': '*' })
const open = async (kind: PollKind, more: Partial<NewPoll> = {}) => await host.openPoll({ kind, ...examples[kind].poll, ...more })

async function voteAs (voterToken: string, pollId: string, answer: unknown) {
  return await request<Receipt>(url, 'PUT', `/api/v1/polls/${pollId}/vote`, { token: voterToken, body: typeof answer === 'string' ? answer : { answer } })
}

t.test('each kind has its defaults', async (t) => {
  const expected: Record<PollKind, Partial<Poll>> = {
    single: { minChoices: 1, maxChoices: 1 },
    multiple: { minChoices: 1, maxChoices: 3 },
    rating: { minChoices: 1, maxChoices: 1, scale: { min: 1, max: 5, minLabel: null, maxLabel: null } },
    ranking: { minChoices: 1, maxChoices: 3 },
    number: { minChoices: 1, maxChoices: 1, range: { min: null, max: null, step: null } },
    text: { minChoices: 1, maxChoices: 1, moderation: 'post' },
    words: { minChoices: 1, maxChoices: 3, moderation: 'post' }
  }
  for (const kind of kindNames) {
    const { status, body } = await create({ kind, options: examples[kind].poll.options })
    t.match({ status, body }, { status: 201, body: expected[kind] }, kind)
    t.strictSame(['scale', 'range', 'correct', 'explanation', 'scoring', 'moderation', 'shuffle', 'timeLimitSeconds'].filter((name) => name in body && !(name in expected[kind])), [], `${kind}: nothing else`)
  }
})

t.test('[O4] a definition that cannot be is refused with the field that is wrong', async (t) => {
  const quiz = { kind: 'single', options: options(3), correct: [2] }
  for (const [poll, pointer] of [
    [{ kind: 'rating', scale: { min: 1, max: 1 } }, '/scale'],
    [{ kind: 'rating', scale: { min: 1, max: 12 } }, '/scale'],
    [{ kind: 'rating', scale: { min: 5, max: 1 } }, '/scale'],
    [{ kind: 'rating', scale: { min: 0.5, max: 3 } }, '/scale/min'],
    [{ kind: 'rating', scale: { min: 1, max: 3, minLabel: ' ' } }, '/scale/minLabel'],
    [{ kind: 'rating', scale: { step: 2 } }, '/scale/step'],
    [{ kind: 'number', range: { min: 3, max: 3 } }, '/range/max'],
    [{ kind: 'number', range: { min: 3, max: 2 } }, '/range/max'],
    [{ kind: 'number', range: { step: 0 } }, '/range/step'],
    [{ kind: 'number', range: { step: -1 } }, '/range/step'],
    [{ kind: 'number', range: { max: 1e21 } }, '/range/max'],
    [{ kind: 'number', correct: [1] }, '/correct'],
    [{ kind: 'number', range: { max: 10 }, correct: { value: 11 } }, '/correct/value'],
    [{ ...quiz, correct: [4] }, '/correct'],
    [{ ...quiz, correct: [] }, '/correct'],
    [{ ...quiz, correct: { value: 1 } }, '/correct'],
    [{ ...quiz, kind: 'multiple', correct: [1, 2], maxChoices: 1 }, '/correct'],
    [{ ...quiz, kind: 'ranking' }, '/correct'],
    ...['rating', 'text', 'words'].map((kind) => [{ kind, correct: [1] }, '/correct'] as const),
    [{ ...quiz, correct: null, explanation: 'Because' }, '/explanation'],
    [{ ...quiz, correct: null, scoring: 'flat' }, '/scoring'],
    [{ ...quiz, scoring: 'speed' }, '/scoring'],
    [{ ...quiz, timeLimitSeconds: 2 }, '/timeLimitSeconds'],
    [{ ...quiz, scale: { min: 1 } }, '/scale'],
    [{ ...quiz, moderation: 'pre' }, '/moderation'],
    [{ kind: 'words', shuffle: true }, '/shuffle'],
    [{ kind: 'words', maxChoices: 6 }, '/maxChoices'],
    [{ kind: 'words', stopWords: [' '] }, '/stopWords/0'],
    [{ kind: 'text', stopWords: ['a'] }, '/stopWords'],
    [{ kind: 'text', mergePlurals: true }, '/mergePlurals'],
    [{ kind: 'text', maxChoices: 2 }, '/maxChoices'],
    ...['rating', 'number', 'text', 'words'].map((kind) => [{ kind, options: options(2) }, '/options'] as const),
    ...['single', 'multiple', 'ranking'].flatMap((kind) => [[{ kind, options: options(1) }, '/options'], [{ kind }, '/options']] as const),
    [{ kind: 'ranking', options: options(11) }, '/options'],
    [{ kind: 'single', options: options(51) }, '/options'],
    [{ kind: 'matrix' }, '/kind']
  ] as const) {
    const answered = await create(poll)
    expectProblem(t, answered, 'validation_failed', JSON.stringify(poll))
    t.ok(answered.body.errors.some((error) => error.pointer.startsWith(pointer)), `${pointer} in ${JSON.stringify(answered.body.errors)}`)
  }
})

t.test('[L4] settings of a draft can be edited, and null takes one away', async (t) => {
  const { body: rating } = await create({ kind: 'rating', scale: { min: 0, max: 10, minLabel: 'Poor' } })
  t.strictSame((await edit(rating, { scale: { maxLabel: 'Great' } })).body.scale, { min: 0, max: 10, minLabel: 'Poor', maxLabel: 'Great' }, 'what an edit leaves out stays')
  t.strictSame((await edit(rating, { scale: { min: 9, minLabel: null } })).body.scale, { min: 9, max: 10, minLabel: null, maxLabel: 'Great' })
  t.strictSame((await host.results(rating.id)).body.counts, { 9: 0, 10: 0 })
  expectProblem(t, await edit(rating, { scale: { max: 9 } }), 'validation_failed')
  const { body: number } = await create({ kind: 'number', range: { min: 0, max: 10 }, correct: { value: 5 } })
  t.match((await edit(number, { range: { max: null, step: 1 } })).body, { range: { min: 0, max: null, step: 1 }, correct: { value: 5, tolerance: 0 } })
  expectProblem(t, await edit(number, { range: { max: 4 } }), 'validation_failed', 'the right answer would be out of range')

  const { body: quiz } = await create({ kind: 'single', options: options(3), correct: [2, 2, 1], explanation: 'Because', timeLimitSeconds: 30 })
  t.match(quiz, { correct: [1, 2], explanation: 'Because', scoring: 'speed', timeLimitSeconds: 30 })
  t.match((await edit(quiz, { correct: [3], explanation: 'Since' })).body, { correct: [3], explanation: 'Since', scoring: 'speed' })
  expectProblem(t, await edit(quiz, { options: [{ id: 1, label: 'a' }, { id: 2, label: 'b' }] }), 'validation_failed', 'the right option would be gone')
  t.match((await edit(quiz, { timeLimitSeconds: null })).body, { scoring: 'flat' }, 'without a time limit nothing is faster')
  expectProblem(t, await edit(quiz, { scoring: 'speed' }), 'validation_failed')
  t.match((await edit(quiz, { timeLimitSeconds: 20 })).body, { scoring: 'flat', timeLimitSeconds: 20 })
  t.match((await edit(quiz, { scoring: null })).body, { scoring: 'speed' }, 'null is the default again')
  const { body: unexplained } = await edit(quiz, { explanation: null })
  t.notOk('explanation' in unexplained)
  const { body: plain } = await edit(quiz, { correct: null })
  t.strictSame(['correct', 'explanation', 'scoring'].filter((name) => name in plain), [], 'what belongs to the right answer goes with it')
  expectProblem(t, await edit(quiz, { explanation: 'Because' }), 'validation_failed')

  const { body: words } = await edit(quiz, { kind: 'words' })
  t.match(words, { kind: 'words', options: [], minChoices: 1, maxChoices: 3, moderation: 'post', timeLimitSeconds: 20 }, 'another kind keeps what every kind has')
  t.match((await host.results(quiz.id)).body, { counts: {}, derived: { distinct: 0 } })
  expectProblem(t, await edit(quiz, { kind: 'ranking' }), 'validation_failed', 'it needs options')
  t.match((await edit(quiz, { kind: 'ranking', options: options(2) })).body, { kind: 'ranking', options: [{ id: 4 }, { id: 5 }], maxChoices: 2 })
})

t.test('[L4] under ballots the scale, the range and the right answer stay; texts can be edited', async (t) => {
  for (const [kind, refused, allowed] of [
    ['rating', { scale: { max: 9 } }, { scale: { minLabel: 'Poor' } }],
    ['number', { range: { max: null } }, { question: 'How many?' }],
    ['number', { correct: { value: 1 } }, { timeLimitSeconds: 60 }],
    ['single', { correct: [1] }, { shuffle: true }],
    ['words', { maxChoices: 1 }, { moderation: 'pre' }],
    ['words', { stopWords: ['and'] }, { mergePlurals: false }],
    ['text', { kind: 'words' }, { question: 'Why?' }]
  ] satisfies [PollKind, PollEdit, PollEdit][]) {
    const poll = await open(kind)
    await voteOverHttp(url, (await createVoter(url)).voterToken, poll.id, examples[kind].answer)
    const { body: before } = await host.results(poll.id)
    expectProblem(t, await edit(poll, refused), 'conflict', `${kind}: ${JSON.stringify(refused)}`)
    t.match((await edit(poll, allowed)).body, allowed, `${kind}: ${JSON.stringify(allowed)}`)
    const { at: _at, version, ...after } = (await host.results(poll.id)).body
    t.match({ ...before, version: before.version + 1 }, { ...after, version }, 'the counts stay')
  }
  const quiz = await open('single', { correct: [1], explanation: 'Because', resultsVisibility: 'after_close' })
  await voteOverHttp(url, (await createVoter(url)).voterToken, quiz.id, { choices: [1] })
  expectProblem(t, await edit(quiz, { correct: null }), 'conflict')
  t.match((await edit(quiz, { explanation: 'Since' })).body, { correct: [1], explanation: 'Since' })
})

const forms: Answer[] = [{ choices: [1] }, { value: 1 }, { text: 'one' }, { words: ['one'] }]
const formOf: Record<PollKind, keyof Answer> = { single: 'choices', multiple: 'choices', ranking: 'choices', rating: 'value', number: 'value', text: 'text', words: 'words' }
const refusals: [PollKind, unknown, ErrorCode][] = [
  ...kindNames.flatMap((kind) => forms.filter((form) => !(formOf[kind] in form)).map((form): [PollKind, unknown, ErrorCode] => [kind, form, 'validation_failed'])),
  ...kindNames.flatMap((kind): [PollKind, unknown, ErrorCode][] => [[kind, {}, 'validation_failed'], [kind, null, 'validation_failed'], [kind, { choices: [1], value: 1 }, 'validation_failed']]),
  ['single', { choices: [] }, 'too_few_choices'],
  ['single', { choices: [1, 2] }, 'too_many_choices'],
  ['single', { choices: [4] }, 'option_invalid'],
  ['single', { choices: [-1] }, 'option_invalid'],
  ['single', { choices: ['1'] }, 'validation_failed'],
  ['multiple', { choices: [1, 1] }, 'option_invalid'],
  ['ranking', { choices: [3, 3] }, 'option_invalid'],
  ['ranking', { choices: [1.5] }, 'validation_failed'],
  ['rating', { value: 2.5 }, 'option_invalid'],
  ['rating', { value: 11 }, 'option_invalid'],
  ['rating', { value: -1 }, 'option_invalid'],
  ['rating', { value: '3' }, 'validation_failed'],
  ['rating', { value: null }, 'validation_failed'],
  ['rating', '{"answer":{"value":NaN}}', 'validation_failed'],
  ['number', '{"answer":{"value":1e400}}', 'validation_failed'],
  ['number', { value: 1e21 }, 'validation_failed'],
  ['number', { value: 10.5 }, 'option_invalid'],
  ['number', { value: 0.25 }, 'option_invalid'],
  ['text', { text: '' }, 'validation_failed'],
  ['text', { text: ' \u200b ' }, 'validation_failed'],
  ['text', { text: 'a\u0000b' }, 'validation_failed'],
  ['text', { text: 'x'.repeat(501) }, 'validation_failed'],
  ['words', { words: [] }, 'too_few_choices'],
  ['words', { words: ['a', 'b', 'c', 'd', 'e', 'f'] }, 'too_many_choices'],
  ['words', { words: [''] }, 'validation_failed'],
  ['words', { words: ['x'.repeat(51)] }, 'validation_failed'],
  ['words', { words: ['\ufdfa'.repeat(50)] }, 'option_invalid']
]

t.test('[O4] an answer that could never count gets its own code in any state of the poll', async (t) => {
  const { voterToken } = await createVoter(url)
  const socket = await connectSocket(t, url, { auth: { voterToken } })
  const polls = Object.fromEntries(await Promise.all(kindNames.map(async (kind) => [kind, await open(kind)] as const)))
  for (const state of ['open', 'paused', 'closed', 'archived']) {
    if (state !== 'open') await Promise.all(Object.values(polls).map(async ({ id }) => await host.command(id, state === 'paused' ? 'pause' : state === 'closed' ? 'close' : 'archive')))
    // One after the other on a socket only as fast as a person may be; the states differ in nothing but their refusals.
    const answers = await Promise.all(refusals.map(async ([kind, answer]) => await voteAs(voterToken, polls[kind]?.id ?? '', answer)))
    answers.forEach((answered, at) => {
      const [kind, answer, code] = refusals[at] ?? []
      if (code !== undefined) expectProblem(t, answered, code, `${state} ${kind}: ${JSON.stringify(answer).slice(0, 80)}`)
    })
  }
  for (const kind of kindNames) {
    const right = await voteAs(voterToken, polls[kind]?.id ?? '', examples[kind].answer)
    expectProblem(t, right, 'poll_closed', `${kind}: an answer that could count`)
    t.match((await host.results(polls[kind]?.id ?? '')).body, { voters: 0 })
  }
  t.match(await socket.call('vote:cast', { pollId: polls.rating?.id ?? '', answer: { value: 2.5 } }), { ok: false, error: { code: 'option_invalid' } })
  t.match(await socket.call('vote:cast', { pollId: polls.words?.id ?? '', answer: { words: [1] as never } }), { ok: false, error: { code: 'validation_failed' } })
  t.ok(socket.socket.connected, 'and the connection lives on')
})

t.test('words with the names of properties and tables are words, in frames, REST, GraphQL and after a restart', async (t) => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', "'; DROP TABLE ballots; --"]
  const counted = [['__proto__', 2], ['constructor', 2], ['tostring', 1], ['hasownproperty', 1], ['length', 1], ["'; drop table ballots; --", 1], ['strasse', 2], ['👨‍👩‍👧', 1]].sort()
  const poll = await open('words', { maxChoices: 5, revote: 'change' })
  const audience = await connectSocket(t, url)
  await audience.joinPoll(poll.id)
  const words = [names.slice(0, 5), ['Constructor', '__PROTO__', 'Straße', '👨‍👩‍👧'], ['STRASSE', names[5] ?? '']]
  for (const given of words) t.match(await (await connectSocket(t, url)).call('vote:cast', { pollId: poll.id, answer: { words: given } }), { ok: true })
  const entries = (results: Pick<Results, 'counts'> | undefined) => Object.entries(results?.counts ?? {}).sort()
  t.strictSame(entries(await audience.resultsWhere(({ voters }) => voters === 3)), counted, 'a frame')
  const { body } = await host.results(poll.id)
  t.strictSame([entries(body), body.derived], [counted, { distinct: 8 }], 'REST')
  const { body: { data } } = await postGraphql(url, `{ poll(id: "${poll.id}") { results { counts derived { distinct } } } }`)
  t.match(data, { poll: { results: { derived: { distinct: 8 } } } })
  t.strictSame(entries((data as { poll: { results: Results } }).poll.results), counted, 'GraphQL')

  const other = await startServer(t, { DATABASE_URL: server.databaseUrl ?? '' })
  t.strictSame(entries((await request<Results>(other.url, 'GET', `/api/v1/polls/${poll.id}/results`)).body), counted, 'another process reads them')
  const { voterToken } = await createVoter(other.url)
  await voteOverHttp(other.url, voterToken, poll.id, { words: ['__proto__'] })
  t.equal(new Map(entries((await request<Results>(other.url, 'GET', `/api/v1/polls/${poll.id}/results`)).body)).get('__proto__'), 3, 'and counts on')
  const { body: mine } = await request<{ answer: Answer }>(other.url, 'GET', `/api/v1/polls/${poll.id}/vote`, { token: voterToken })
  t.match(await voteOverHttp(other.url, voterToken, poll.id, mine.answer), { status: 200, body: { status: 'unchanged' } }, '[V3] what is read back is the same vote')
  await other.close()
})

t.test('numbers and texts are stored as they were given', async (t) => {
  const poll = await host.openPoll({ kind: 'number', options: [], revote: 'change' })
  const { voterToken } = await createVoter(url)
  for (const [given, key] of [['0.30000000000000004', '0.30000000000000004'], ['-0', '0'], ['1e-7', '1e-7'], ['1e12', '1000000000000'], ['-0.5', '-0.5']] as const) {
    const body = `{"answer":{"value":${given}}}`
    t.match(await voteAs(voterToken, poll.id, body), { status: 200 }, given)
    t.match((await host.results(poll.id)).body, { voters: 1, counts: { [key]: 1 }, derived: { mean: Number(given), median: Number(given), stddev: 0, distinct: 1 } })
    t.match(await voteAs(voterToken, poll.id, body), { status: 200, body: { status: 'unchanged' } }, '[V3]')
  }

  const longest = '\u{1f468}\u{1f3fd}\u200d\u{1f469}\u{1f3fd}\u200d\u{1f467}\u{1f3fd}\u200d\u{1f466}'.repeat(500)
  const texts = await host.openPoll({ kind: 'text', options: [], revote: 'change' })
  t.match(await voteAs(voterToken, texts.id, { text: longest }), { status: 200 }, '500 characters of ten code points each')
  const socket = await connectSocket(t, url, { auth: { voterToken } })
  t.match(await socket.call('vote:cast', { pollId: texts.id, answer: { text: longest } }), { ok: true, data: { status: 'unchanged' } }, 'over a socket too')
  t.match((await host.results(texts.id)).body, { voters: 1, counts: {} }, 'texts are not counted')
  t.strictSame((await request<{ answer: Answer }>(url, 'GET', `/api/v1/polls/${texts.id}/vote`, { token: voterToken })).body.answer, { text: longest })
})

t.test('[V6] a word as long as can be is stored', async (t) => {
  const poll = await open('words')
  // Random marks of three bytes, which no index can compress.
  const word = 'x' + Array.from({ length: 660 }, (_mark, at) => String.fromCodePoint(0x1dc0 + (at * 37) % 59)).join('')
  t.match(await voteAs((await createVoter(url)).voterToken, poll.id, { words: [word] }), { status: 200, body: { status: 'recorded' } })
  t.match(await connectDatabase(t, server.databaseUrl)`SELECT length(bucket)::int AS length FROM tally_buckets WHERE poll_id = ${poll.id}`, [{ length: word.length }])
})
