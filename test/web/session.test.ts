import t, { type Test } from 'tap'
import type { Page } from 'playwright-core'
import { openTcpLink } from '../../scripts/faults/tcp-link.ts'
import type { Poll, Results } from '../../server/protocol/poll.ts'
import type { Room } from '../../server/protocol/room.ts'
import { openDevice, resultRow, startBrowser, statusSays, type Device } from '../helpers/browser.ts'
import { createVoter, request, voteOverHttp } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { countBallots, recount } from '../helpers/ledger.ts'
import { spawnServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

const kept = 'Kept on this phone. It will be sent when the connection is back.'
const noConnection = 'No connection. Trying again by itself.'
const labels = ['Lisbon', 'Leipzig', 'Oslo']

/** The longest pause after which a page tries to reach the server again. */
const longestPauseMs = 30_000

async function choose (page: Page, label: string, button: string): Promise<void> {
  await page.getByRole('radio', { name: label }).check()
  await page.getByRole('button', { name: button, exact: true }).click()
}

const banner = (page: Page) => page.getByText(noConnection)

/** What a browser says of a line that was cut. */
const isOfCut = (complaint: string) => /ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED|INCOMPLETE_CHUNKED_ENCODING)|WebSocket .* Connection closed/.test(complaint)

t.test('one whole session, in a real browser', { skip: skipUnless('CHROMIUM_PATH') }, async (t) => {
  const databaseUrl = await createTestDatabase(t)
  const [server, browser] = await Promise.all([spawnServer(t, { DATABASE_URL: databaseUrl }), startBrowser(t)])
  const ledger = connectDatabase(t, databaseUrl)
  const { url } = server
  // As where a phone leaves the hall.
  const network = await openTcpLink(Number(new URL(url).port))
  t.teardown(() => network.close())
  const phoneSize = { viewport: { width: 390, height: 844 } }
  const host = await openDevice(browser, url, phoneSize)
  const projector = await openDevice(browser, url, { viewport: { width: 1920, height: 1080 } })
  const ada = await openDevice(browser, url, phoneSize)
  const ben = await openDevice(browser, `http://127.0.0.1:${network.port}`, phoneSize)
  const chi = await openDevice(browser, url, { viewport: { width: 320, height: 640 } })
  const devices: Device[] = [host, projector, ada, ben, chi]
  const pass = async (ms: number) => { await Promise.all(devices.map(async ({ page }) => await page.clock.fastForward(ms))) }
  // Nobody has to wait here for what a page does after a while.
  await Promise.all(devices.map(async ({ context }) => await context.clock.install()))
  const account = { email: 'host@example.org', password: 'a long password' }

  let token = ''
  const call = async <T>(method: string, path: string, body?: unknown, headers = {}) => (await request<T>(url, method, `/api/v1${path}`, { token, body, headers })).body

  /** What the projector shows is what a read over HTTP says at the same version, and what the ballots say. */
  async function agree (t: Test, pollId: string, counts: number[]): Promise<void> {
    for (const [at, label] of labels.entries()) await resultRow(projector.page, label, counts[at] ?? 0).waitFor()
    const results = await call<Results>('GET', `/polls/${pollId}/results`)
    t.strictSame(Object.values(results.counts), counts)
    t.strictSame(await recount(ledger, results), { voters: results.voters, counts: results.counts })
    await projector.page.locator(`.results[data-version="${results.version}"]`).waitFor()
    t.strictSame(await projector.page.locator('.figures-table td:nth-of-type(1)').allTextContents(), counts.map(String))
    t.equal(await projector.page.locator('.voters').textContent(), `${results.voters} voters`)
  }

  await host.page.goto('/host')
  await host.page.getByRole('button', { name: 'New here? Create an account' }).click()
  await host.page.getByLabel('Your name').fill('Grace')
  await host.page.getByLabel('E-mail address').fill(account.email)
  await host.page.getByLabel('Password').fill(account.password)
  await host.page.keyboard.press('Enter')
  await host.page.getByLabel('Title').fill('Town hall')
  await host.page.keyboard.press('Enter')
  await host.page.getByRole('link', { name: 'New poll' }).click()
  await host.page.getByLabel('Question').fill('Where do we meet?')
  for (const [at, label] of labels.entries()) {
    if (at === 2) await host.page.keyboard.press('Enter')
    await host.page.getByRole('textbox', { name: `Option ${at + 1}` }).fill(label)
  }
  await host.page.getByLabel('Changing a vote').selectOption('Possible until the poll closes')
  await host.page.getByRole('button', { name: 'Save' }).click()
  await host.page.getByRole('link', { name: 'Where do we meet?' }).waitFor()

  token = (await request<{ accessToken: string }>(url, 'POST', '/api/v1/auth/login', { body: account })).body.accessToken
  const [room] = (await call<{ items: Room[] }>('GET', '/rooms')).items
  const [poll] = (await call<{ items: Poll[] }>('GET', '/polls')).items
  if (room === undefined || poll === undefined) throw new Error('the pages have made no room, or no poll')
  const phonePage = `/j/${room.code}`

  t.test('the host puts a poll on all screens and opens it with a phone', async (t) => {
    await projector.page.goto(`/present/${room.code}`)
    await Promise.all([ada, ben, chi].map(async ({ page }) => {
      await page.goto(phonePage)
      await page.getByRole('heading', { name: 'Waiting for the next question' }).waitFor()
    }))
    await host.page.getByRole('link', { name: 'Remote control', exact: true }).click()
    await host.page.getByRole('button', { name: 'Show on the screens: Where do we meet?' }).click()
    await host.page.getByRole('button', { name: 'Open', exact: true }).click()
    await Promise.all([projector, ada, ben, chi].map(async ({ page }) => await page.getByRole('heading', { name: 'Where do we meet?' }).waitFor()))
    await projector.page.getByText('4 present').waitFor()
  })

  t.test('phones vote, and the projector moves', async (t) => {
    await choose(ada.page, 'Lisbon', 'Vote')
    await choose(chi.page, 'Leipzig', 'Vote')
    for (const { page } of [ada, chi]) await statusSays(page, 'Counted')
    await agree(t, poll.id, [1, 1, 0])
    await host.page.getByText('2 voters').first().waitFor()
  })

  t.test('[V3] a vote that never arrived is told as kept, and counts once when the network is back', async (t) => {
    network.silence(['there'])
    await choose(ben.page, 'Lisbon', 'Vote')
    await statusSays(ben.page, 'Sending…')
    network.cut()
    await statusSays(ben.page, kept)
    await ben.page.clock.fastForward(2000)
    await banner(ben.page).waitFor()
    t.equal(await countBallots(ledger, poll.id), 2)
    network.heal()
    await ben.page.clock.fastForward(longestPauseMs)
    await statusSays(ben.page, 'Counted')
    await banner(ben.page).waitFor({ state: 'detached' })
    t.equal(await countBallots(ledger, poll.id), 3)
    await agree(t, poll.id, [2, 1, 0])
  })

  t.test('[V3] a vote whose acknowledgement was lost is told as not confirmed, and counts once', async (t) => {
    network.silence(['back'])
    await choose(ben.page, 'Leipzig', 'Change vote')
    await agree(t, poll.id, [1, 2, 0])
    const ballots = await countBallots(ledger, poll.id)
    await statusSays(ben.page, 'Sending…')
    await ben.page.clock.fastForward(10_000)
    await statusSays(ben.page, 'Not confirmed yet. Your answer is kept on this phone and is sent again by itself.')
    network.cut()
    await statusSays(ben.page, kept)
    network.heal()
    await ben.page.clock.fastForward(longestPauseMs)
    await statusSays(ben.page, 'Counted')
    t.equal(await countBallots(ledger, poll.id), ballots)
    await agree(t, poll.id, [1, 2, 0])
  })

  t.test('two tabs of one voter show the same vote, which counts once', async (t) => {
    const other = await ada.context.newPage()
    await other.goto(phonePage)
    const tabs = [ada.page, other]
    const allShow = async (label: string, status: string) => {
      for (const tab of tabs) {
        await tab.getByRole('radio', { name: label, checked: true }).waitFor()
        await statusSays(tab, status)
      }
    }
    await allShow('Lisbon', 'Counted')
    await choose(other, 'Leipzig', 'Change vote')
    await allShow('Leipzig', 'Counted')
    await agree(t, poll.id, [0, 3, 0])
    await ada.context.setOffline(true)
    await choose(ada.page, 'Lisbon', 'Change vote')
    await allShow('Lisbon', kept)
    await other.getByRole('radio', { name: 'Leipzig' }).check()
    await statusSays(other, 'An earlier answer is kept on this phone and is sent when the connection is back.')
    await choose(other, 'Oslo', 'Vote')
    await allShow('Oslo', kept)
    await ada.context.setOffline(false)
    await allShow('Oslo', 'Counted')
    await agree(t, poll.id, [0, 2, 1])
    await other.close()
  })

  t.test('the server dies under the pages: they say so, come back by themselves, and what was cast meanwhile counts once', async (t) => {
    network.silence(['back'])
    await choose(ben.page, 'Lisbon', 'Change vote')
    await agree(t, poll.id, [1, 1, 1])
    const ballots = await countBallots(ledger, poll.id)
    network.cut()
    await server.kill()
    network.heal()
    await choose(chi.page, 'Lisbon', 'Change vote')
    for (const { page } of [ben, chi]) await statusSays(page, kept)
    await statusSays(ada.page, 'Counted')
    await pass(2000)
    for (const { page } of [ada, ben, chi]) await banner(page).waitFor()
    await projector.page.getByText(/^No connection since .*Numbers may be out of date/).waitFor()
    await host.page.getByRole('alert').getByText('The connection is lost.').waitFor()

    await server.restart()
    await pass(longestPauseMs)
    for (const { page } of [ada, ben, chi]) {
      await statusSays(page, 'Counted')
      await banner(page).waitFor({ state: 'detached' })
    }
    await projector.page.getByText('Live', { exact: true }).waitFor()
    await host.page.getByRole('alert').getByText('The connection is lost.').waitFor({ state: 'detached' })
    t.equal(await countBallots(ledger, poll.id), ballots + 1)
    await agree(t, poll.id, [2, 0, 1])
    await host.page.getByText('3 voters').first().waitFor()
    await projector.page.getByText('4 present').waitFor()
  })

  t.test('who leaves and comes back by the link finds everything as it was', async (t) => {
    await chi.page.close()
    chi.page = await chi.context.newPage()
    await chi.page.goto(phonePage)
    await statusSays(chi.page, 'Counted')
    t.ok(await chi.page.getByRole('radio', { name: 'Lisbon' }).isChecked())
    t.equal(await banner(chi.page).count(), 0)
    await agree(t, poll.id, [2, 0, 1])
  })

  t.test('a half-filled form keeps its choice, its text and its focus while fifty others vote and the poll is edited', async (t) => {
    const words = await call<Poll>('POST', '/polls', { roomId: room.id, kind: 'text', question: 'What is missing?', resultsVisibility: 'live' })
    await call('POST', `/polls/${words.id}/open`)
    await call('PUT', `/rooms/${room.id}/stage`, { pollId: words.id })
    const text = chi.page.getByRole('textbox', { name: 'Your answer' })
    await text.pressSequentially('More chairs')
    await text.press('ArrowLeft')
    const stay = await ada.context.newPage()
    await stay.goto(`/embed/${poll.id}`)
    const radio = stay.getByRole('radio', { name: 'Leipzig' })
    await radio.check()

    const edit = async (pollId: string, body: object) => await call('PATCH', `/polls/${pollId}`, body, { 'if-match': '*' })
    await Promise.all([
      ...Array.from({ length: 50 }, async (_, at) => {
        const { voterToken } = await createVoter(url)
        await voteOverHttp(url, voterToken, words.id, { text: `Answer ${at}` })
        await voteOverHttp(url, voterToken, poll.id, { choices: [1 + at % 2] })
      }),
      edit(words.id, { question: 'What do we lack?' }),
      edit(poll.id, { question: 'Where do we meet in May?' })
    ])
    await chi.page.getByRole('heading', { name: 'What do we lack?' }).waitFor()
    await chi.page.getByText('50 voters').waitFor()
    t.equal(await text.inputValue(), 'More chairs')
    t.equal(await chi.page.evaluate('document.activeElement.selectionStart'), 'More chair'.length)
    await stay.getByRole('heading', { name: 'Where do we meet in May?' }).waitFor()
    await stay.getByText('53 voters').waitFor()
    t.ok(await radio.and(stay.locator(':checked:focus')).isVisible())
    await statusSays(stay, 'Your earlier answer counts. The new one is not sent yet.')
    await text.press('End')
    await text.pressSequentially('!')
    await chi.page.getByRole('button', { name: 'Vote', exact: true }).click()
    await statusSays(chi.page, 'Counted')
    const [newest] = await ledger<{ answer: unknown }[]>`SELECT answer FROM ballots WHERE poll_id = ${words.id} ORDER BY version DESC LIMIT 1`
    t.strictSame(newest?.answer, { text: 'More chairs!' })
  })

  t.test('no request left the origin, and the browser had nothing to complain about but the cuts', async (t) => {
    for (const { complaints } of devices) t.strictSame(complaints.filter((complaint) => !isOfCut(complaint)), [])
  })
})
