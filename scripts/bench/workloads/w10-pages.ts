// W10: a phone opens the room's page for the first time on a mobile line, and votes; beside it a page of a single small script.
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../../../test/helpers/browser.ts'
import { findChromium } from '../../../test/helpers/services.ts'
import type { Address } from '../dialect.ts'
import { toFigure, type Figure } from '../figures.ts'
import { mobileLine, startSlowLine } from '../slow-line.ts'
import { startPlenum } from '../subjects/plenum.ts'
import type { Workload } from '../workload.ts'

const cpuSlowdown = 4
const goalMs = 1000
const giveUpMs = 60_000

/** In milliseconds from the begin of the navigation; null for what did not happen. */
interface Marks {
  /** The form of the server, which needs no script, is on the screen. */
  drawn: number
  /** The form of the script can be used: what is chosen there is kept, whatever the line does. */
  usable: number
  /** The room is joined: what others do is seen. */
  joined: number
  pressed: number
  /** The page says that the vote counts. */
  counted: number
}

/** Runs in the page before anything of its own, as text: the marks are set by the page's own clock. */
const recordMarks = `
  window.marks = {}
  const mark = (name, isThere) => { if (!(name in marks) && isThere) marks[name] = performance.now() }
  new MutationObserver(() => {
    const isUsable = document.querySelector('input[type=radio]:enabled') !== null && document.querySelector('[data-view]') === null
    mark('usable', isUsable)
    mark('joined', isUsable && document.querySelector('.plain-link') === null)
    mark('counted', Array.from(document.querySelectorAll('[role=status]')).some((status) => status.textContent === 'Counted'))
  }).observe(document, { subtree: true, childList: true, characterData: true })
  document.addEventListener('submit', () => { mark('pressed', true) })
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) if (name === 'first-contentful-paint') marks.drawn = startTime
  }).observe({ type: 'paint', buffered: true })`

async function openPhone (browser: Browser, server: Address, path: string, use: (page: Page) => Promise<void>): Promise<Marks> {
  const line = await startSlowLine(server, mobileLine)
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'en' })
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(giveUpMs)
    const devTools = await context.newCDPSession(page)
    await devTools.send('Emulation.setCPUThrottlingRate', { rate: cpuSlowdown })
    await page.addInitScript(recordMarks)
    await page.goto(`http://${line.address.host}:${line.address.port}${path}`, { waitUntil: 'commit' })
    await use(page)
    return JSON.parse(await page.evaluate('JSON.stringify(marks)'))
  } finally {
    await context.close()
    line.close()
  }
}

async function vote (page: Page): Promise<void> {
  // Not before the script's own form is there.
  await page.locator('#choice-rule').waitFor()
  await page.getByRole('radio').first().check()
  await page.getByRole('button', { name: 'Vote', exact: true }).click()
  await page.getByRole('status').getByText('Counted', { exact: true }).waitFor()
}

function toFigures (own: Marks[], bare: Marks[]): Figure[] {
  const name = 'a page of 1 kB of script'
  const notes = [`the line: ${mobileLine.roundTripMs} ms, ${mobileLine.down / 1e6} Mbit/s down; Chromium with its CPU ${cpuSlowdown} times slower; the range is that of single visits`]
  const limit = { name, values: bare.map(({ usable }) => usable) }
  const figure = (label: string, read: (marks: Marks) => number, rest: Partial<Parameters<typeof toFigure>[0]> = {}) =>
    toFigure({ workload: 'W10', label, unit: 'ms', values: own.map(read), notes, ...rest })
  return [
    figure('first visit until the server\'s form is on the screen', ({ drawn }) => drawn, { goal: { relation: 'at most', value: goalMs } }),
    figure('first visit until the script\'s form can be used', ({ usable }) => usable, { limit, compare: 'value', goal: { relation: 'at most', value: goalMs } }),
    figure('first visit until the script\'s form can be used', ({ usable }) => usable, { limit }),
    figure('first visit until the room is joined', ({ joined }) => joined),
    figure('from the press of Vote until it says Counted, the join included', ({ counted, pressed }) => counted - pressed)
  ]
}

export const pagesWorkload: Workload = {
  id: 'W10',
  title: 'a phone on a slow line, until its page can be used',
  async run ({ stage, say, isQuick, fail }) {
    const executablePath = await findChromium()
    if (executablePath === null) {
      say('There is no Chromium: nothing is measured.')
      return []
    }
    const own = await startPlenum(stage, { database: await stage.createDatabase() })
    const bare = await stage.startSubjectProgram('bare-page')
    const browser = await launchBrowser(executablePath)
    const owns: Marks[] = []
    const bares: Marks[] = []
    try {
      const poll = await own.openPoll()
      const path = `/j/${await own.roomCode(poll)}`
      const visits = isQuick ? 2 : 10
      for (let visit = 1; visit <= visits; visit++) {
        const marks = await openPhone(browser, own.address, path, vote)
        owns.push(marks)
        bares.push(await openPhone(browser, { host: '127.0.0.1', port: bare.port }, '/', async (page) => await page.getByRole('radio').first().waitFor()))
        say(`visit ${visit} of ${visits}: ${Object.entries(marks).map(([name, ms]) => `${name} ${ms.toFixed(0)}`).join(', ')}; bare page ${bares.at(-1)?.usable.toFixed(0) ?? ''} ms`)
      }
      const stored = await poll.readStored?.()
      if (stored?.ballots !== visits) fail(`W10: ${visits} phones said that their vote counts, ${stored?.ballots ?? 'no'} ballots are stored`)
    } finally {
      await browser.close()
      await own.stop()
      await bare.stop()
    }
    return toFigures(owns, bares)
  }
}
