import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import t from 'tap'
import type { ManagedUser } from '../../server/protocol/identity.ts'
import type { BlockedWords } from '../../server/protocol/response.ts'
import type { Room, RoomMember } from '../../server/protocol/room.ts'
import { openDevice, startBrowser } from '../helpers/browser.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { registerHost, request, type Host } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

async function signIn (page: Page, { credentials }: Host): Promise<void> {
  await page.goto('/host')
  await page.getByLabel('E-mail address').fill(credentials.email)
  await page.getByLabel('Password').fill(credentials.password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Rooms', exact: true }).waitFor()
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const told = async (page: Page, text: string) => { await page.locator('.notices').getByText(text, { exact: true }).last().waitFor() }

/** What a refusal leaves in the browser's console, which cannot be helped. */
const refused = (status: string) => `console: Failed to load resource: the server responded with a status of ${status}`

t.test('rooms, people and accounts, in a real browser', { skip: skipUnless('CHROMIUM_PATH') }, async (t) => {
  const { url } = await startServer(t)
  // The first account of a server is its admin's.
  const admin = await registerHost(url)
  const owner = await registerHost(url)
  const colleague = await registerHost(url)
  const browser = await startBrowser(t)
  const { page, complaints } = await openDevice(browser, url, { viewport: { width: 390, height: 844 }, acceptDownloads: true })
  const other = await openDevice(browser, url, { viewport: { width: 1200, height: 800 } })
  await signIn(page, owner)
  await page.getByLabel('Title').fill('Town hall')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Town hall' }).waitFor()
  const { pathname } = new URL(page.url())
  const roomId = pathname.split('/').at(-1) ?? ''
  const readRoom = async () => (await owner.call<Room>('GET', `/rooms/${roomId}`)).body

  t.test('who may vote is chosen by keyboard, and each choice says what it stops', async (t) => {
    await page.getByRole('link', { name: 'Settings', exact: true }).click()
    const chosen = page.getByRole('radio', { name: /^Any device/ })
    t.ok(await chosen.isChecked())
    await chosen.focus()
    await page.keyboard.press('ArrowDown')
    t.ok(await page.getByRole('radio', { name: /^Whoever has a one-time code.*Does not stop somebody who has two codes/ }).isChecked())
    await page.keyboard.press('Enter')
    await told(page, 'Saved')
    t.match(await readRoom(), { access: 'codes', title: 'Town hall' })
  })

  t.test('a colour that cannot be seen is told before and after it is sent, and not kept', async (t) => {
    const look = section(page, 'Look and embedding')
    await look.getByRole('checkbox').check()
    await look.getByLabel('Colour', { exact: true }).fill('#ffd000')
    await look.getByText('its least contrast is 1.4 to 1, and it must be 3 to 1').waitFor()
    await look.getByLabel('Websites').fill('https://example.org\n\nhttps://example.com')
    await look.getByRole('button', { name: 'Save' }).click()
    await look.getByRole('alert').getByText('/accent must have a contrast of at least 3:1').waitFor()
    t.notOk('accent' in await readRoom())
    await look.getByLabel('Colour', { exact: true }).fill('#d55e00')
    await look.getByRole('button', { name: 'Save' }).click()
    await waitUntil(async () => (await readRoom()).accent === '#d55e00', 15_000, () => 'the colour was not saved')
    t.match(await readRoom(), { embedOrigins: ['https://example.org', 'https://example.com'] })
    const phone = await openDevice(browser, url, { viewport: { width: 320, height: 640 } })
    await phone.page.goto(`/j/${(await readRoom()).code}`)
    await phone.page.locator('html[style*="#d55e00"]').waitFor({ state: 'attached' })
    t.strictSame(phone.complaints, [])
    await phone.context.close()
    t.strictSame(complaints.splice(0), [refused('400 (Bad Request)')])
  })

  t.test('blocked words are kept one a line; a line that cannot be kept is named', async (t) => {
    const words = section(page, 'Blocked words')
    const field = words.getByLabel('One word a line')
    await field.fill('spam\n\n\u202Eham')
    await words.getByRole('button', { name: 'Save' }).click()
    await words.getByText('Line 2: must not have control characters or direction overrides.').waitFor()
    await field.fill('spam\n\nham')
    await words.getByRole('button', { name: 'Save' }).click()
    await waitUntil(async () => await field.inputValue() === 'ham\nspam', 15_000, () => 'what was stored is not shown')
    t.strictSame((await owner.call<BlockedWords>('GET', `/rooms/${roomId}/blocked-words`)).body.words, ['ham', 'spam'])
    t.strictSame(complaints.splice(0), [refused('400 (Bad Request)')])
  })

  t.test('the secret of a webhook is shown this once', async (t) => {
    const webhooks = section(page, 'Webhooks')
    await webhooks.getByLabel('Address').fill('https://example.org/hook')
    await button(page, 'Add a webhook').click()
    t.match(await webhooks.getByLabel('Secret of the new webhook').inputValue(), /^whsec_/)
    await webhooks.getByText('a poll opens and a poll closes').waitFor()
    await webhooks.getByText('Messages', { exact: true }).click()
    await webhooks.getByText('Nothing was sent yet.').waitFor()
  })

  t.test('somebody is invited, accepts, and gets another role', async (t) => {
    await page.getByRole('link', { name: 'People', exact: true }).click()
    await page.getByLabel('E-mail address').fill(colleague.credentials.email)
    await page.getByLabel('Role', { exact: true }).selectOption('Viewer')
    await button(page, 'Invite').click()
    await told(page, `${colleague.credentials.email} is invited.`)

    await signIn(other.page, colleague)
    await button(other.page, 'Accept Town hall').click()
    await other.page.getByRole('heading', { name: 'Town hall' }).waitFor()
    await other.page.getByRole('link', { name: 'Settings', exact: true }).click()
    await other.page.getByText('Only the owner and the editors of this room change its settings.').waitFor()
    t.equal(await other.page.getByRole('button', { name: 'Delete the room' }).count(), 0)

    await page.reload()
    await page.getByLabel('Role of Host').selectOption('Moderator')
    await told(page, 'Host has this role now: Moderator.')
    t.match((await owner.call<{ items: RoomMember[] }>('GET', `/rooms/${roomId}/members`)).body.items[1], { role: 'moderator' })
  })

  t.test('codes come as a file or as a sheet; a revocation can be undone', async (t) => {
    await page.getByLabel('How many').fill('3')
    await page.getByRole('radio', { name: 'A file for a spreadsheet (CSV)' }).check()
    await button(page, 'Make codes').click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the codes' }).click()])
    t.equal(download.suggestedFilename(), `codes-${(await readRoom()).code}.csv`)
    t.match(await readFile(await download.path(), 'utf8'), /^\uFEFF?code,url,id\r\n([^\r]+\r\n){3}$/)

    await page.getByRole('radio', { name: /^A sheet to print/ }).check()
    await page.getByLabel('How many').fill('1')
    await button(page, 'Make codes').click()
    const [sheet] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Open the sheet to print' }).click()])
    await sheet.getByText(/^[2-9B-Z]{4}-[2-9B-Z]{4}-[2-9B-Z]{4}$/).waitFor()
    await sheet.close()

    const unused = page.getByRole('cell', { name: 'Not used' })
    await page.getByRole('row').nth(4).waitFor()
    t.equal(await unused.count(), 4)
    await page.getByRole('button', { name: /^Revoke / }).first().click()
    await page.getByRole('cell', { name: 'Revoked' }).waitFor()
    await button(page, 'Undo').click()
    await page.getByRole('cell', { name: 'Revoked' }).waitFor({ state: 'detached' })
    t.equal(await unused.count(), 4)
  })

  t.test('a presenter link is made and ended', async (t) => {
    await button(page, 'Make a new link').click()
    t.match(await page.getByLabel('Presenter link', { exact: true }).and(page.locator('input')).inputValue(), `${url}/present/`)
    await button(page, 'End the link').click()
    await told(page, 'No presenter link works now.')
    t.equal(await page.locator('main input[readonly]').count(), 0)
  })

  t.test('an API key works until it is deleted, which is done when the page goes', async (t) => {
    await page.goto('/host/account')
    await page.getByLabel('What the key is for').fill('Slides')
    await button(page, 'Make a key').click()
    const token = await page.getByLabel('The new key').inputValue()
    const status = async () => (await request(url, 'GET', '/api/v1/rooms', { token })).status
    t.equal(await status(), 200)
    await button(page, 'Delete Slides').click()
    await button(page, 'Delete Slides').waitFor({ state: 'detached' })
    await page.goto('/host')
    await waitUntil(async () => await status() === 401, 15_000, () => 'the key works still')
  })

  t.test('a room is deleted at once for the eye, and is back when that is undone', async (t) => {
    const card = page.getByRole('link', { name: 'Town hall', exact: true })
    await button(page, 'Delete Town hall').click()
    await card.waitFor({ state: 'detached' })
    await button(page, 'Undo').click()
    await card.waitFor()
    t.match(await readRoom(), { title: 'Town hall' })
  })

  t.test('an account goes with its password only', async (t) => {
    await page.goto('/host/account')
    const deletion = section(page, 'Delete the account')
    await deletion.getByLabel('Password').fill('not this one')
    await page.keyboard.press('Enter')
    await deletion.getByRole('alert').getByText('The password is not right.').waitFor()
    await deletion.getByLabel('Password').fill(owner.credentials.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    t.equal((await request(url, 'POST', '/api/v1/auth/login', { body: { email: owner.credentials.email, password: owner.credentials.password } })).status, 401)
    t.strictSame(complaints.splice(0), [refused('403 (Forbidden)')])
  })

  t.test('an admin locks an account and opens it again', async (t) => {
    await page.setViewportSize({ width: 320, height: 640 })
    await signIn(page, admin)
    await page.goto('/host/admin')
    await page.getByRole('heading', { name: 'Background jobs' }).waitFor()
    const readColleague = async () => (await admin.call<{ items: ManagedUser[] }>('GET', '/admin/users')).body.items.find(({ id }) => id === colleague.user.id)
    await button(page, 'Lock Host').click()
    await told(page, 'Host is locked.')
    t.match(await readColleague(), { disabledAt: String })
    await button(page, 'Open again: Host').click()
    await told(page, 'Host can sign in again.')
    t.match(await readColleague(), { disabledAt: null })
    t.equal(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'), true, 'nothing is wider than a small screen')
  })

  t.test('no request left the origin, and the browser had nothing else to complain about', async (t) => {
    t.strictSame(complaints, [])
    t.strictSame(other.complaints, [])
  })
})
