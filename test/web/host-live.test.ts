import t from 'tap'
import type { Invitation, Room } from '../../server/protocol/room.ts'
import { openDevice, startBrowser } from '../helpers/browser.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { createVoter, registerHost, request, voteOverHttp, type Host } from '../helpers/clients.ts'
import { connectDatabase } from '../helpers/database.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

t.test('what several people do with one room, on the pages of its hosts', { skip: skipUnless('CHROMIUM_PATH') }, async (t) => {
  const { url, databaseUrl } = await startServer(t)
  const [owner, colleague] = [await registerHost(url), await registerHost(url)]
  const { body: { id: roomId, code } } = await owner.call<Room>('POST', '/rooms', { title: 'Board', questionsMode: 'pre' })
  const { body: invitation } = await owner.call<Invitation>('POST', `/rooms/${roomId}/invitations`, { email: colleague.credentials.email, role: 'viewer' })
  await colleague.call('POST', `/me/invitations/${invitation.id}/accept`)
  const { id: pollId } = await owner.openPoll({ roomId, kind: 'text', options: [], question: 'What else?' })
  const { voterToken } = await createVoter(url)
  await voteOverHttp(url, voterToken, pollId, { text: 'More tea' })
  await request(url, 'POST', `/api/v1/rooms/${roomId}/questions`, { token: voterToken, body: { text: 'When?' } })
  await owner.call('PUT', `/rooms/${roomId}/stage`, { pollId })

  const browser = await startBrowser(t)
  const openPage = async ({ credentials: { email, password } }: Host) => {
    const device = await openDevice(browser, url, { viewport: { width: 390, height: 844 } })
    await device.context.request.post('/api/v1/auth/login', { data: { email, password } })
    return device
  }
  const own = await openPage(owner)
  const other = await openPage(colleague)
  const { page } = own
  const place = (path: string) => `/host/rooms/${roomId}${path}`
  const button = (name: string) => page.getByRole('button', { name, exact: true })

  t.test('a viewer finds nothing to press that would be refused; a moderator at once what runs the room', async (t) => {
    const main = other.page.locator('main')
    /** What can be pressed on a page, once it shows what it is about. */
    const pressable = async (path: string, about: string) => {
      await other.page.goto(path)
      await main.getByText(about).first().waitFor()
      return await main.locator('button, select, a.button:not([download], [target])').evaluateAll((found) => found.map((one) => one.getAttribute('aria-label') ?? one.textContent))
    }

    t.strictSame(await pressable(place(''), 'What else?'), [])
    t.strictSame(await pressable(place('/questions'), 'When?'), [])
    t.strictSame((await pressable(`/host/polls/${pollId}`, 'More tea')).filter((name) => !name.startsWith('Chart as')), ['Shown', 'Held', 'Removed'])
    t.strictSame(await pressable(place('/stage'), 'On the screens'), [])

    await owner.call('PATCH', `/rooms/${roomId}/members/${colleague.user.id}`, { role: 'moderator' })
    await main.getByRole('button', { name: 'Close', exact: true }).waitFor()
    t.equal(await main.getByRole('link', { name: 'Edit' }).count(), 0)
    t.strictSame(await pressable(place(''), 'What else?'), ['Close'])
    t.strictSame(await pressable(place('/questions'), 'When?'), ['Approve: When?', 'Dismiss: When?', 'Delete: When?'])
    const ofPoll = await pressable(`/host/polls/${pollId}`, 'More tea')
    t.ok(ofPoll.includes('Remove: More tea') && !ofPoll.includes('Edit') && !ofPoll.includes('Archive'))
  })

  t.test('[R4] the remote follows what others do, and screens follow the remote', async (t) => {
    const next = await owner.createPoll({ roomId, question: 'Where to?' })
    const card = page.locator('.card', { hasText: 'Where to?' })
    const isAt = async (status: string) => { await card.locator(`[data-status="${status}"]`).waitFor() }
    await page.goto(place('/stage'))
    await isAt('draft')
    const projector = await openDevice(browser, url, { viewport: { width: 1280, height: 720 } })
    await projector.page.goto(`/present/${code}`)
    await page.getByText('1 present', { exact: true }).waitFor()
    await owner.command(next.id, 'open')
    await isAt('open')
    await owner.call('PATCH', `/polls/${next.id}`, { closesAt: new Date(Date.now() + 1000).toISOString() }, { 'if-match': '*' })
    await isAt('closed')
    await colleague.call('PUT', `/rooms/${roomId}/stage`, { pollId: next.id })
    await page.getByRole('heading', { name: 'Where to?' }).waitFor()
    await button('Show on the screens: What else?').click()
    await projector.page.getByRole('heading', { name: 'What else?' }).waitFor()
    await button('Close').click()
    await projector.page.getByText('Voting is closed').waitFor({ state: 'attached' })
    await owner.call('PATCH', `/rooms/${roomId}`, { title: 'Board meeting' })
    await page.getByRole('heading', { name: 'Board meeting' }).waitFor()
    t.strictSame(projector.complaints, [])
  })

  t.test('each question that waits can be reached, however many have votes', async (t) => {
    const sql = connectDatabase(t, databaseUrl)
    await sql`INSERT INTO questions (id, room_id, voter_id, text, status, votes)
      SELECT gen_random_uuid(), ${roomId}, gen_random_uuid(), 'Question ' || n, CASE WHEN n <= 100 THEN 'open' ELSE 'pending' END, CASE WHEN n <= 100 THEN 1 ELSE 0 END FROM generate_series(1, 151) AS n`
    await page.goto(place('/questions'))
    const section = page.getByRole('region', { name: 'Waiting for approval' })
    const has = async (count: number) => { await waitUntil(async () => await section.locator('.question').count() === count, 15_000, () => `not ${count} are shown`) }
    await has(50)
    await section.getByRole('button', { name: 'More' }).click()
    await has(52)
    await button('Approve: Question 151').click()
    await has(51)
    t.strictSame(Array.from(await sql`SELECT status FROM questions WHERE text = 'Question 151'`), [{ status: 'open' }])
  })

  t.test('no request left the origin, and the browser had nothing to complain about', async (t) => {
    t.strictSame(own.complaints, [])
    t.strictSame(other.complaints, [])
  })
})
