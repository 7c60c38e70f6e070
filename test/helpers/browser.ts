// A real browser for tests of the pages.
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page, type WebSocketRoute } from 'playwright-core'
import type { Test } from 'tap'

const actionTimeoutMs = 25_000
// Nothing of the browser's own may go to the network.
const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'
]

export async function launchBrowser (executablePath: string, moreFlags: string[] = []): Promise<Browser> {
  return await chromium.launch({ executablePath, args: [...flags, ...moreFlags] })
}

export async function startBrowser (t: Test): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH
  if (executablePath === undefined) throw new Error('CHROMIUM_PATH is not set')
  const browser = await launchBrowser(executablePath)
  t.teardown(() => browser.close())
  return browser
}

export interface Device {
  context: BrowserContext
  page: Page
  /** What must not happen: errors on the console or in scripts, and requests to other hosts. */
  complaints: string[]
}

/** A person's device: a browser profile of its own with one page. All pages that it opens are watched. */
export async function openDevice (browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<Device> {
  const context = await browser.newContext({ baseURL: origin, ...options })
  context.setDefaultTimeout(actionTimeoutMs)
  const complaints: string[] = []
  const { host } = new URL(origin)
  const check = (kind: string, address: string) => {
    // What a page made itself has the address of the page in its own.
    if (new URL(address.replace(/^blob:/, '')).host !== host) complaints.push(`${kind} to ${address}`)
  }
  context.on('request', (request) => check('request', request.url()))
  context.on('page', (page) => page.on('websocket', (socket) => check('WebSocket', socket.url())))
  context.on('weberror', (problem) => complaints.push(`script error: ${problem.error().message}`))
  context.on('console', (message) => {
    // The browser itself says this when the test has cut the network, and when nobody is signed in yet.
    const isExpected = message.text().includes('ERR_INTERNET_DISCONNECTED') ||
      (message.text().includes('401 (Unauthorized)') && message.location().url === `${origin}/api/v1/me`)
    if (message.type() === 'error' && !isExpected) complaints.push(`console: ${message.text()}`)
  })
  return { context, page: await context.newPage(), complaints }
}

export interface Line {
  /** From now on nothing from the server arrives, although what the page sends does. */
  hold (): void
  /** Lets through what was held. */
  release (): void
  /** The held frames never arrive; the next ones do. */
  lose (): void
  /** Answers the page's next call that has this text in its place: the server is busy. */
  refuse (text: string): void
  /** Sends one frame to the page as if it came from the server. */
  inject (frame: string): void
}

/** Puts the test between the page and the server's WebSocket. To be called before the page is opened. */
export async function tapLine (page: Page): Promise<Line> {
  let route: WebSocketRoute | null = null
  let held: Array<() => void> | null = null
  let refused: string | null = null
  await page.routeWebSocket(/\/socket\.io\//, (socket) => {
    const server = socket.connectToServer()
    route = socket
    socket.onMessage((message) => {
      const ackId = refused !== null && message.includes(refused) ? /^42(\d+)/.exec(String(message))?.[1] : undefined
      if (ackId === undefined) return server.send(message)
      refused = null
      socket.send(`43${ackId}${JSON.stringify([{ ok: false, error: { code: 'busy', retryAfterMs: 1000 } }])}`)
    })
    server.onMessage((message) => {
      if (held === null) socket.send(message)
      else held.push(() => socket.send(message))
    })
  })
  return {
    hold: () => { held ??= [] },
    release: () => {
      const frames = held ?? []
      held = null
      for (const send of frames) send()
    },
    lose: () => { held = null },
    refuse: (text) => { refused = text },
    inject: (frame) => {
      if (route === null) throw new Error('The page has no WebSocket yet')
      route.send(frame)
    }
  }
}

/** Waits until the page says this in its status line, and nothing else. */
export async function statusSays (page: Page, text: string): Promise<void> {
  await page.getByRole('status').getByText(text, { exact: true }).waitFor()
}

/** The row of the results table for one option, once it shows this count. */
export function resultRow (page: Page, label: string, count: number): Locator {
  return page.getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: label, exact: true }) })
    .filter({ has: page.getByRole('cell', { name: String(count), exact: true }) })
}
