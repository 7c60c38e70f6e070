import t from 'tap'
import type { NewPoll, Poll } from '../../server/protocol/poll.ts'
import type { Room } from '../../server/protocol/room.ts'
import { registerHost, request } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'

const { url } = await startServer(t)
const host = await registerHost(url)

async function makeRoom (poll: Partial<NewPoll> = {}, room: Partial<Room> = {}) {
  const { body: { id, code } } = await host.call<Room>('POST', '/rooms', { title: 'Town hall', ...room })
  return { roomId: id, code, poll: await host.openPoll({ roomId: id, ...poll }) }
}

/** A browser that runs no scripts. */
function openBrowser () {
  let cookie = ''
  const read = async (path: string) => {
    const { status, headers, body } = await request<string>(url, 'GET', path, { headers: cookie === '' ? {} : { cookie } })
    keepCookie(headers)
    return { status, headers, body, page: body }
  }
  const keepCookie = (headers: Headers) => {
    const voter = headers.getSetCookie().find((one) => one.startsWith('voter='))
    if (voter !== undefined) cookie = voter.replace(/;.*$/s, '')
  }
  return {
    read,
    /** Returns where the answer leads. */
    async send (code: string, fields: [string, string][], headers: Record<string, string> = {}, query = '') {
      const response = await fetch(`${url}/j/${code}/vote${query}`, {
        method: 'POST', redirect: 'manual', body: new URLSearchParams(fields), headers: { ...(cookie === '' ? {} : { cookie }), ...headers }
      })
      keepCookie(response.headers)
      await response.arrayBuffer()
      return { status: response.status, location: response.headers.get('location') ?? '' }
    },
    async vote (code: string, poll: Poll, ...fields: [string, string][]) {
      const { location } = await this.send(code, [['poll', poll.id], ['round', String(poll.round)], ...fields])
      return location.replace(`/j/${code}?`, '').replace(`&poll=${poll.id}`, '')
    }
  }
}

t.test('the page of a room has its question as a form, private to its voter, and every text in it escaped', async (t) => {
  const label = '<script>alert("a & b")</script>'
  const { code } = await makeRoom({ question: '<b>Shall\' we?</b>', options: [{ label }, { label: 'No' }] })
  const { headers, page } = await openBrowser().read(`/j/${code.toLowerCase()}`)
  t.match(page, `<form class="ballot" method="post" action="/j/${code}/vote"`)
  t.match(page, '&lt;b&gt;Shall&#39; we?&lt;/b&gt;')
  t.match(page, '&lt;script&gt;alert(&quot;a &amp; b&quot;)&lt;/script&gt;')
  t.notMatch(page, label)
  t.notMatch(page, '<noscript')
  t.equal(headers.get('cache-control'), 'private, no-store')
  t.equal(headers.get('referrer-policy'), 'same-origin', 'browsers name an Origin for the form')
  t.match(page, '<meta name="referrer" content="same-origin">')
})

t.test('a form votes, changes, repeats and takes back, as the voter of the cookie', async (t) => {
  const { code, poll } = await makeRoom({ revote: 'withdraw' })
  const browser = openBrowser()
  t.notMatch((await browser.read(`/j/${code}?vote=counted`)).page, 'Counted', 'an address alone claims nothing')
  t.equal(await browser.vote(code, poll, ['choice', '1']), 'vote=counted')
  const counted = await browser.read(`/j/${code}?vote=counted`)
  t.match(counted.page, '<p class="status" role="status">Counted</p>')
  t.match(counted.page, 'value="1" checked')
  t.match(counted.page, '1 voter')
  t.equal(await browser.vote(code, poll, ['choice', '1']), 'vote=unchanged')
  t.equal(await browser.vote(code, poll, ['choice', '2']), 'vote=changed')
  t.match(await host.results(poll.id), { body: { voters: 1, counts: { 1: 0, 2: 1 } } })
  t.equal(await browser.vote(code, poll, ['withdraw', 'yes']), 'vote=withdrawn')
  t.match((await browser.read(`/j/${code}?vote=withdrawn`)).page, 'Vote withdrawn')
  t.match(await host.results(poll.id), { body: { voters: 0 } })
})

t.test('a code that is typed right after the address leads to its room, and no code to the field for one', async (t) => {
  const { code } = await makeRoom()
  const go = async (path: string, accept = 'text/html,*/*;q=0.8') => {
    const { status, headers } = await fetch(`${url}${path}`, { headers: { accept }, redirect: 'manual' })
    return [status, headers.get('location')]
  }
  t.strictSame(await go(`/${code}`), [302, `/j/${code}`])
  t.strictSame(await go(`/${code.toLowerCase()}?lang=de`), [302, `/j/${code.toLowerCase()}?lang=de`])
  for (const path of ['/j', '/j/', '/present', '/present/']) t.strictSame(await go(path), [302, '/'], path)
  for (const [path, accept] of [[`/${code}`, 'application/json'], ['/robots', undefined], [`/${code}/2`, undefined]] as const) t.strictSame(await go(path, accept), [404, null], path)
})

t.test('the form is in the language of the browser, or in the one that its address asks for', async (t) => {
  const { code, poll } = await makeRoom()
  const read = async (headers: Record<string, string>, path = `/j/${code}`) => await request<string>(url, 'GET', path, { headers })
  const german = await read({ 'accept-language': 'de-CH, fr;q=0.5' })
  t.match(german.body, '<html lang="de" dir="ltr">')
  t.match(german.body, '>Abstimmen</button>')
  t.match(german.headers.get('vary'), /accept-language/)
  t.notMatch(german.body, / lang="en"/)
  const arabic = await read({ 'accept-language': 'de' }, `/j/${code}?lang=ar&problem=poll_closed`)
  t.match(arabic.body, '<html lang="ar" dir="rtl">')
  t.match(arabic.body, 'أُغلق')
  t.match((await read({ 'accept-language': 'zh' }, '/j/222222')).body, '请查看现场的大屏幕，然后重试。')
  t.match((await read({ 'accept-language': 'fr' }, `/embed/${code}`)).body, 'Ce sondage n’existe pas')
  t.match((await read({ 'accept-language': 'hi' })).body, poll.question)
})

t.test('every kind can be answered', async (t) => {
  const three = [{ label: 'a' }, { label: 'b' }, { label: 'c' }]
  const kinds: [Partial<NewPoll>, [string, string][], object][] = [
    [{ kind: 'multiple', options: three }, [['choice', '1'], ['choice', '3']], { 1: 1, 2: 0, 3: 1 }],
    [{ kind: 'ranking', options: three }, [['choice', '3'], ['choice', ''], ['choice', '1']], { 1: 0, 2: 0, 3: 1 }],
    [{ kind: 'rating', options: [], scale: { min: 0, max: 3, minLabel: 'Poor' } }, [['value', '0']], { 0: 1, 3: 0 }],
    [{ kind: 'number', options: [], range: { min: 0, max: 10, step: 0.5 } }, [['value', '2.5']], { 2.5: 1 }],
    [{ kind: 'text', options: [] }, [['text', ' One line\r\nand another ']], {}],
    [{ kind: 'words', options: [], maxChoices: 3 }, [['word', 'Tea'], ['word', ' '], ['word', 'cake']], { tea: 1, cake: 1 }]
  ]
  for (const [settings, fields, counts] of kinds) {
    const { code, poll } = await makeRoom(settings)
    const browser = openBrowser()
    const { page } = await browser.read(`/j/${code}`)
    for (const [name] of fields) t.match(page, ` name="${name}"`, `${poll.kind}: the field ${name}`)
    t.equal(await browser.vote(code, poll, ...fields), 'vote=counted', poll.kind)
    t.match((await host.results(poll.id)).body, { voters: 1, counts }, poll.kind)
    const after = (await browser.read(`/j/${code}`)).page
    t.match(after, '<fieldset disabled>', `${poll.kind}: a locked vote is shown`)
    t.notMatch(after, 'type="submit"')
  }
})

t.test('what is refused is said in words, with the codes of the API', async (t) => {
  const { code, poll } = await makeRoom({ kind: 'multiple', minChoices: 2 })
  const other = await makeRoom()
  const browser = openBrowser()
  t.equal((await browser.send(code, [['poll', poll.id]])).location, `/j/${code}?problem=unauthenticated&poll=${poll.id}`, 'no cookie')
  await browser.read(`/j/${code}`)
  t.equal(await browser.vote(code, poll, ['choice', '1']), 'problem=too_few_choices')
  t.equal(await browser.vote(code, poll, ['choice', '1'], ['choice', '9']), 'problem=option_invalid')
  t.equal(await browser.vote(code, poll, ['choice', 'x']), 'problem=validation_failed')
  for (const [what, choices, problem] of [
    ['a negative choice', ['-1', '1'], 'option_invalid'], ['a float', ['1.5', '1'], 'validation_failed'], ['a name that objects have', ['__proto__', '1'], 'validation_failed'],
    ['what JSON has no number for', ['NaN', '1'], 'validation_failed'], ['a repeated choice', ['1', '1'], 'option_invalid'], ['1001 choices', Array.from({ length: 1001 }, () => '1'), 'validation_failed'], ['zero', ['0', '1'], 'option_invalid']
  ] as const) t.equal(await browser.vote(code, poll, ...choices.map((choice): [string, string] => ['choice', choice])), `problem=${problem}`, what)
  const draft = await host.createPoll({ roomId: poll.roomId })
  t.equal(await browser.vote(code, draft, ['choice', '1']), 'problem=poll_not_found', 'a draft')
  t.equal(await browser.vote(code, { ...poll, round: 2 }, ['choice', '1'], ['choice', '2']), 'problem=conflict')
  t.equal(await browser.vote(code, other.poll, ['choice', '1']), 'problem=poll_not_found', 'the poll of another room')
  t.equal((await browser.send(code, [['poll', poll.id], ['round', 'x'], ['choice', '1']])).location, `/j/${code}?problem=validation_failed&poll=${poll.id}`)
  t.equal(await browser.vote('222222', poll, ['choice', '1']), 'problem=room_not_found')
  t.equal((await browser.send(`${code}`, [['text', 'x'.repeat(60_000)]])).status, 413)
  t.equal((await browser.send(code, [], { 'content-type': 'application/json' })).status, 415)
  t.equal((await browser.send(code, [['poll', poll.id]], { origin: 'https://evil.example' })).status, 403, 'a form of another site')
  t.match((await browser.read(`/j/${code}?problem=too_few_choices`)).page, '<p class="alert" role="alert">You gave too few answers. Your vote was not counted.</p>')
  t.notMatch((await browser.read(`/j/${code}?problem=%3Cb%3E`)).page, 'role="alert"')
  await host.command(poll.id, 'pause')
  t.equal(await browser.vote(code, poll, ['choice', '1'], ['choice', '2']), 'problem=poll_paused')
  t.match((await browser.read(`/j/${code}?poll=${poll.id}`)).page, 'The poll is paused. Voting is not possible now.')
  await host.command(poll.id, 'close')
  t.match((await browser.read(`/j/${code}?poll=${poll.id}`)).page, 'The poll is closed.')
  t.match(await host.results(poll.id), { body: { voters: 0 } })
})

t.test('[R6] hidden results, drafts and right answers are on no page of the audience', async (t) => {
  const { roomId, code, poll } = await makeRoom({ resultsVisibility: 'after_vote', correct: [2] })
  const [first, second] = [openBrowser(), openBrowser()]
  await first.read(`/j/${code}`)
  await first.vote(code, poll, ['choice', '1'])
  t.match((await first.read(`/j/${code}`)).page, '1 voter')
  const { page } = await second.read(`/j/${code}`)
  t.notMatch(page, '1 voter')
  t.match(page, 'You see the results after you vote.')
  const draft = await host.createPoll({ roomId, question: 'A secret draft' })
  await host.call('PUT', `/rooms/${roomId}/stage`, { pollId: draft.id })
  t.notMatch((await second.read(`/j/${code}`)).page, 'A secret draft')
  t.equal(await second.vote(code, draft, ['choice', '1']), 'problem=poll_not_found')
})

t.test('rooms that ask for codes or accounts, that are empty or do not exist, say so', async (t) => {
  const { roomId, code, poll } = await makeRoom({}, { access: 'codes' })
  const { body: { items } } = await host.call<{ items: { code: string }[] }>('POST', `/rooms/${roomId}/access-codes`, { count: 1 })
  const browser = openBrowser()
  t.match((await browser.read(`/j/${code}`)).page, 'name="accessCode"')
  t.equal(await browser.vote(code, poll, ['choice', '1']), 'problem=forbidden')
  t.equal(await browser.vote(code, poll, ['choice', '1'], ['accessCode', 'wrong']), 'problem=forbidden')
  t.equal(await browser.vote(code, poll, ['choice', '1'], ['accessCode', items[0]?.code ?? '']), 'vote=counted')
  t.match((await browser.read(`/j/${code}`)).page, 'Counted')

  const accounts = await makeRoom({}, { access: 'accounts' })
  const { page } = await browser.read(`/j/${accounts.code}`)
  t.match(page, 'In this room you vote with your account.')
  t.notMatch(page, 'type="submit"')
  t.equal(await browser.vote(accounts.code, accounts.poll, ['choice', '1']), 'problem=unauthenticated')

  const { body: empty } = await host.call<Room>('POST', '/rooms', { title: 'Empty' })
  t.match((await browser.read(`/j/${empty.code}`)).page, 'Waiting for the next question')
  t.match((await browser.read('/j/222222')).page, 'There is no room with this code')
})

t.test('a page without its script is had by asking for it, and stays so after a vote', async (t) => {
  const { code, poll } = await makeRoom()
  const browser = openBrowser()
  t.match((await browser.read(`/j/${code}`)).page, '<script type="module"')
  const { page } = await browser.read(`/j/${code}?plain`)
  t.notMatch(page, '<script')
  t.match(page, '<style>')
  t.match(page, `action="/j/${code}/vote?plain"`)
  const { location } = await browser.send(`${code}`, [['poll', poll.id], ['round', '1'], ['choice', '1']], {}, '?plain')
  t.equal(location, `/j/${code}?plain&vote=counted&poll=${poll.id}`)
})

t.test('a poll may be framed by its own site and no other, an overlay by none, and one that is not there is 404 in words', async (t) => {
  const { poll } = await makeRoom()
  const embed = await openBrowser().read(`/embed/${poll.id}`)
  t.match(embed.headers.get('content-security-policy'), /frame-ancestors 'self'(;|$)/)
  t.notOk(embed.headers.has('x-frame-options'))
  const overlay = await openBrowser().read(`/overlay/${poll.id}`)
  t.match(overlay.headers.get('content-security-policy'), /frame-ancestors 'none'/)
  t.equal(overlay.headers.get('x-frame-options'), 'DENY')
  const draft = await host.createPoll()
  for (const path of [`/embed/${draft.id}`, '/embed/x', `/overlay/${draft.id}`, '/overlay/x']) {
    const { status, headers, page } = await openBrowser().read(path)
    t.equal(status, 404, path)
    t.match(headers.get('content-type'), /^text\/html/)
    t.match(page, 'There is no such poll')
    t.notMatch(page, '<script')
  }
})
