import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { contrastOf, inkOn } from '../../server/protocol/color.ts'
import { normalizeRoomCode, roomCodeAlphabet, type JoinedRoom, type Room } from '../../server/protocol/room.ts'
import { withFreshCode } from '../../server/rooms/room-service.ts'
import { expectProblem, registerHost, request } from '../helpers/clients.ts'
import { holds } from '../helpers/properties.ts'
import { startServer } from '../helpers/server.ts'

const { url } = await startServer(t)
const host = await registerHost(url)

const anyone = async <T>(path: string) => await request<T>(url, 'GET', `/api/v1${path}`)
const createRoom = async (title = 'A hall') => (await host.call<Room>('POST', '/rooms', { title })).body

t.test('a room is created, read, renamed and deleted by its host', async (t) => {
  const created = await host.call<Room>('POST', '/rooms', { title: 'All hands' })
  t.equal(created.status, 201)
  t.equal(created.headers.get('location'), `/api/v1/rooms/${created.body.id}`)
  t.match(created.body, { title: 'All hands', code: /^[23456789BCDFGHJKMNPQRSTVWXYZ]{6}$/, currentPollId: null, access: 'open', revision: 1 })
  t.strictSame((await host.call('GET', `/rooms/${created.body.id}`)).body, created.body)

  const renamed = await host.call<Room>('PATCH', `/rooms/${created.body.id}`, { title: 'Town hall' })
  t.hasStrict(renamed.body, { title: 'Town hall', revision: 2, code: created.body.code })
  t.strictSame((await host.call('PATCH', `/rooms/${created.body.id}`, { title: 'Town hall' })).body, renamed.body, 'the same title changes nothing')

  const poll = await host.openPoll({ roomId: created.body.id })
  t.equal((await host.call('DELETE', `/rooms/${created.body.id}`)).status, 204)
  expectProblem(t, await host.call('GET', `/rooms/${created.body.id}`), 'room_not_found')
  expectProblem(t, await anyone(`/join/${created.body.code}`), 'room_not_found')
  expectProblem(t, await anyone(`/polls/${poll.id}`), 'poll_not_found', 'its polls go with it')
})

t.test('anyone finds a room by its code in any case, with spaces and dashes', async (t) => {
  const room = await createRoom()
  const [a, b] = [room.code.slice(0, 3), room.code.slice(3)]
  for (const typed of [room.code, room.code.toLowerCase(), `${a}-${b}`, ` ${a} ${b} `, `${a}\u2013${b.toLowerCase()}`, Array.from(room.code).join(' ')]) {
    const { body } = await anyone<{ room: JoinedRoom }>(`/join/${encodeURIComponent(typed)}`)
    t.hasStrict(body, { room: { id: room.id, code: room.code, title: room.title, currentPollId: null, access: 'open' } }, JSON.stringify(typed))
    t.notOk('ownerId' in body.room)
  }
  for (const wrong of ['XXXXXX', room.code.slice(0, 5), `${room.code}2`, 'AEIOU0', ' ', '\u0000', '%', 'x'.repeat(150)]) {
    expectProblem(t, await anyone(`/join/${encodeURIComponent(wrong)}`), 'room_not_found', JSON.stringify(wrong))
  }
})

t.test('a room code is read in every way in which people write it', async (t) => {
  const separators = fc.array(fc.constantFrom(' ', '-', '\u2013', '\u2014', '\u00a0', '\t', ''), { minLength: 7, maxLength: 7 })
  const code = fc.array(fc.constantFrom(...roomCodeAlphabet), { minLength: 6, maxLength: 6 })
  holds(t, fc.property(code, separators, fc.array(fc.constantFrom('upper', 'lower', 'wide'), { minLength: 6, maxLength: 6 }), (letters, between, forms) => {
    const write = (letter: string, form: string | undefined) =>
      form === 'lower' ? letter.toLowerCase() : form === 'wide' ? String.fromCharCode(letter.charCodeAt(0) + 0xfee0) : letter
    const typed = letters.map((letter, at) => (between[at] ?? '') + write(letter, forms[at])).join('') + (between[6] ?? '')
    assert.equal(normalizeRoomCode(typed), letters.join(''))
  }))
  const codes = new Set<string>()
  for (let count = 0; count < 500; count++) await withFreshCode(async (fresh) => { codes.add(fresh) })
  t.ok(codes.size > 490 && Array.from(codes).every((fresh) => /^[23456789BCDFGHJKMNPQRSTVWXYZ]{6}$/.test(fresh)), 'codes are random and have no look-alikes')
})

t.test('the stage shows one poll of the room, or nothing', async (t) => {
  const room = await createRoom()
  const poll = await host.openPoll({ roomId: room.id })
  const elsewhere = await host.openPoll()
  const stage = async (pollId: string | null) => await host.call<Room>('PUT', `/rooms/${room.id}/stage`, { pollId })

  t.hasStrict((await stage(poll.id)).body, { currentPollId: poll.id, revision: 2 })
  t.hasStrict((await anyone<{ room: JoinedRoom }>(`/join/${room.code}`)).body, { room: { currentPollId: poll.id } })
  t.hasStrict((await stage(poll.id.toUpperCase())).body, { currentPollId: poll.id, revision: 2 }, 'the same poll changes nothing')
  expectProblem(t, await stage(elsewhere.id), 'poll_not_found', 'a poll of another room')
  t.hasStrict((await stage(null)).body, { currentPollId: null, revision: 3 })

  await stage(poll.id)
  t.equal((await host.call('DELETE', `/polls/${poll.id}`, undefined, { 'if-match': '*' })).status, 204)
  t.hasStrict((await host.call('GET', `/rooms/${room.id}`)).body, { currentPollId: null, revision: 5 }, 'a deleted poll leaves the stage')
})

t.test('a room has a colour of its own, which can be seen on light and on dark pages', async (t) => {
  const room = await createRoom()
  const edit = async (change: object) => await host.call<Room>('PATCH', `/rooms/${room.id}`, change)
  const joined = async () => (await anyone<{ room: JoinedRoom }>(`/join/${room.code}`)).body.room
  t.notOk('accent' in room, 'absent at first')

  t.hasStrict((await edit({ accent: '#0072b2' })).body, { accent: '#0072b2', title: room.title, revision: 2 })
  t.hasStrict((await edit({ accent: '#0072b2' })).body, { revision: 2 }, 'the same again changes nothing')
  t.hasStrict(await joined(), { accent: '#0072b2' })

  const tooLight = await edit({ accent: '#ffd000' })
  expectProblem(t, tooLight, 'validation_failed')
  t.match(tooLight.body, { errors: [{ pointer: '/accent', detail: 'must have a contrast of at least 3:1 against #ffffff; it has 1.4:1' }] })
  t.match((await edit({ accent: '#222222' })).body, { errors: [{ pointer: '/accent', detail: /against #10141a/ }] })
  for (const accent of ['red', '#0072B2', '#07b', 7]) t.match((await edit({ accent })).body, { code: 'validation_failed', errors: [{ pointer: '/accent' }] })

  t.notOk('accent' in (await edit({ accent: null })).body)
  t.notOk('accent' in await joined())
})

t.test('the contrast of two colours is that of WCAG', async (t) => {
  t.equal(contrastOf('#ffffff', '#000000'), 21)
  t.equal(contrastOf('#123456', '#123456'), 1)
  t.equal(contrastOf('#777777', '#ffffff').toFixed(2), '4.48', 'in either order')
  t.equal(contrastOf('#ffffff', '#777777').toFixed(2), '4.48')
  for (const color of ['#0072b2', '#d55e00', '#009e73', '#757575', '#767676', '#777777']) t.ok(contrastOf(color, inkOn(color)) >= 4.5, `letters on ${color}`)
})

t.test('a room says whose pages may show it in a frame, and not to the audience', async (t) => {
  const room = await createRoom()
  const edit = async (embedOrigins: unknown) => await host.call<Room>('PATCH', `/rooms/${room.id}`, { embedOrigins })
  t.strictSame((await edit(['https://Example.org', 'http://localhost:8080/', 'https://example.org'])).body.embedOrigins, ['https://example.org', 'http://localhost:8080'])
  t.hasStrict((await edit(['https://example.org', 'http://localhost:8080'])).body, { revision: 2 }, 'the same again changes nothing')
  t.notOk('embedOrigins' in (await anyone<{ room: JoinedRoom }>(`/join/${room.code}`)).body.room)

  for (const refused of ['https://example.org/page', 'https://me:secret@example.org', 'ftp://example.org', 'https://*.example.org', 'https://a.org;script-src', 'https://a.org,b.org', 'example.org', '', 'nothing']) {
    t.match((await edit(['https://example.org', refused])).body, { code: 'validation_failed', errors: [{ pointer: '/embedOrigins/1' }] }, refused)
  }
  t.match((await edit(Array.from({ length: 21 }, (_, at) => `https://${at}.example.org`))).body, { errors: [{ pointer: '/embedOrigins' }] })
  t.notOk('embedOrigins' in (await edit([])).body)
})
