// The README's pictures: the demo's polls, with votes on them, in a real browser.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { buildApp } from '../server/app.ts'
import { createHttpClient, type HttpClient } from '../server/client/http-client.ts'
import { readConfig } from '../server/config.ts'
import type { Poll } from '../server/protocol/poll.ts'
import type { Room } from '../server/protocol/room.ts'
import { launchBrowser } from '../test/helpers/browser.ts'
import { createVoter, registerHost, voteOverHttp, type Host } from '../test/helpers/clients.ts'
import { findChromium } from '../test/helpers/services.ts'
import { demoPolls } from './demo-polls.ts'

const help = `Usage: npm run screenshots [-- FOLDER]

Starts Plenum with the demo's polls, lets people vote on them, and writes pictures of the pages of the projector,
of phones and of hosts as PNG into FOLDER (default docs). Needs Chromium (CHROMIUM_PATH, or installed).
`
/** What the pictures show as the address of the server. */
const shownHost = 'vote.example.org'
const voters = 137
const votesAtOnce = 20
const patienceMs = 60_000

const projector: BrowserContextOptions = { viewport: { width: 1920, height: 1080 } }
const laptop: BrowserContextOptions = { viewport: { width: 1280, height: 860 } }
const phone: BrowserContextOptions = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 2 }
const smallPhone: BrowserContextOptions = { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 }
const dark: BrowserContextOptions = { colorScheme: 'dark' }

/** A room with the polls of the demo, open and voted on, in their order. */
async function fillRoom (url: string, client: HttpClient): Promise<{ room: Room, polls: Poll[] }> {
  const room = await client.rooms.create({ title: 'Summer conference' })
  const polls: Poll[] = []
  for (const { poll } of demoPolls) {
    const { id } = await client.polls.create({ ...poll, roomId: room.id })
    polls.push(await client.polls.open(id))
  }
  for (let first = 0; first < voters; first += votesAtOnce) {
    await Promise.all(Array.from({ length: Math.min(votesAtOnce, voters - first) }, async (_, at) => {
      const { voterToken } = await createVoter(url)
      for (const [which, { id }] of polls.entries()) {
        const answer = demoPolls[which]?.answer((first + at) / voters)
        if (answer !== undefined) await voteOverHttp(url, voterToken, id, answer)
      }
    }))
  }
  return { room, polls }
}

async function signIn (page: Page, { credentials }: Host): Promise<void> {
  await page.goto('/host')
  await page.getByLabel('E-mail address').fill(credentials.email)
  await page.getByLabel('Password').fill(credentials.password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Rooms', exact: true }).waitFor()
}

function createCamera (browser: Browser, folder: string, host: Host) {
  /** Looks at a page with a device of its own, does what is to be done there, and takes the picture once nothing moves. */
  return async function take (name: string, path: string, options: BrowserContextOptions, prepare: (page: Page) => Promise<unknown>): Promise<void> {
    const context = await browser.newContext({ baseURL: `http://${shownHost}`, reducedMotion: 'reduce', locale: 'en', ...options })
    try {
      context.setDefaultTimeout(patienceMs)
      const page = await context.newPage()
      if (path.startsWith('/host')) await signIn(page, host)
      await page.goto(path)
      await prepare(page)
      await page.screenshot({ path: join(folder, name), animations: 'disabled' })
      process.stdout.write(`Wrote ${join(folder, name)}\n`)
    } finally {
      await context.close()
    }
  }
}

async function vote (page: Page, label: string): Promise<void> {
  await page.getByRole('radio', { name: label }).check()
  await page.getByRole('button', { name: 'Vote', exact: true }).click()
  await page.getByRole('status').filter({ hasText: 'Counted' }).waitFor()
}

async function takeAll (browser: Browser, url: string, folder: string): Promise<void> {
  const host = await registerHost(url)
  const client = createHttpClient({ baseUrl: url, token: host.accessToken })
  const { room, polls: [meeting, rating, words, ranking, quiz] } = await fillRoom(url, client)
  if (meeting === undefined || rating === undefined || words === undefined || ranking === undefined || quiz === undefined) throw new Error('The demo has fewer polls than pictures.')
  const take = createCamera(browser, folder, host)
  const show = async ({ id }: Poll) => await client.rooms.setStage(room.id, id)
  const hasResults = async (page: Page) => {
    await page.locator('.results').waitFor()
    await page.mouse.move(0, 0)
  }

  await show(meeting)
  await take('phone.png', `/j/${room.code}`, phone, async (page) => await vote(page, 'Lisbon'))
  await take('present.png', `/present/${room.code}`, projector, hasResults)
  await take('host-remote.png', `/host/rooms/${room.id}/stage`, phone, async (page) => {
    await hasResults(page)
    await page.evaluate("document.querySelector('#staged-question').scrollIntoView()")
  })
  await show(rating)
  await take('phone-small.png', `/j/${room.code}`, { ...smallPhone, ...dark }, async (page) => await vote(page, '4'))
  await show(words)
  await take('present-words.png', `/present/${room.code}`, { ...projector, ...dark }, hasResults)
  await show(ranking)
  await take('phone-ranking.png', `/j/${room.code}`, phone, async (page) => {
    await page.getByRole('button', { name: 'Rank Travel grants as number 1' }).click()
    await page.getByRole('button', { name: 'Rank Childcare as number 2' }).click()
  })
  await show(quiz)
  await client.polls.close(quiz.id)
  await client.polls.reveal(quiz.id, true)
  await take('present-quiz.png', `/present/${room.code}`, projector, hasResults)
  await take('host-polls.png', `/host/rooms/${room.id}`, laptop, async (page) => await page.getByRole('link', { name: quiz.question }).waitFor())
  await take('host-editor.png', `/host/polls/${meeting.id}/edit`, laptop, async (page) => await page.getByLabel('Question').waitFor())
  await take('host-results.png', `/host/polls/${meeting.id}`, { ...laptop, ...dark }, hasResults)
}

async function main (args: string[]): Promise<void> {
  if (args.includes('--help')) {
    process.stdout.write(help)
    return
  }
  const folder = args[0] ?? 'docs'
  const executablePath = await findChromium()
  if (executablePath === null) throw new Error('There is no Chromium. Install it, or say where it is in CHROMIUM_PATH.')
  await mkdir(folder, { recursive: true })
  const dataDir = await mkdtemp(join(tmpdir(), 'plenum-screenshots-'))
  const app = await buildApp(readConfig({ DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn' }))
  const server = `127.0.0.1:${(await app.listen()).port}`
  try {
    const browser = await launchBrowser(executablePath, [`--host-resolver-rules=MAP ${shownHost} ${server}`])
    try {
      await takeAll(browser, `http://${server}`, folder)
    } finally {
      await browser.close()
    }
  } finally {
    await app.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
