// The README's pictures, taken from the demo in a real browser.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launchBrowser } from '../test/helpers/browser.ts'
import { findFreePort } from '../test/helpers/child-process.ts'
import { findChromium } from '../test/helpers/services.ts'

const help = `Usage: npm run screenshots [-- FOLDER]

Starts the demo, waits until its audience has voted for a while, and writes present.png and phone.png
into FOLDER (default docs). Needs Chromium (CHROMIUM_PATH, or installed).
`
const demoProgram = fileURLToPath(new URL('./demo.js', import.meta.url))
const startTimeoutMs = 60_000

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
  const port = await findFreePort()
  const demo = spawn(process.execPath, [demoProgram], {
    env: { ...process.env, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn' }, stdio: ['ignore', 'pipe', 'inherit']
  })
  const browser = await launchBrowser(executablePath)
  try {
    const address = await projectorAddress(demo.stdout)
    process.stdout.write(`The demo runs at ${address}; waiting for 100 votes.\n`)
    const projector = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    await projector.goto(address)
    // Three digits: a hundred voters or more.
    await projector.locator('.voters', { hasText: /\d{3}/ }).waitFor({ timeout: startTimeoutMs })
    const phone = await browser.newPage({ viewport: { width: 390, height: 760 }, deviceScaleFactor: 2 })
    await phone.goto(address.replace('/present/', '/j/'))
    await phone.getByRole('radio').first().check()
    await phone.getByRole('button', { name: 'Vote' }).click()
    await phone.getByRole('status').filter({ hasText: 'Counted' }).waitFor()
    for (const [page, name] of [[projector, 'present.png'], [phone, 'phone.png']] as const) {
      await page.screenshot({ path: join(folder, name) })
      process.stdout.write(`Wrote ${join(folder, name)}\n`)
    }
  } finally {
    await browser.close()
    demo.kill('SIGTERM')
    await new Promise((resolve) => { demo.once('exit', resolve) })
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function projectorAddress (output: NodeJS.ReadableStream): Promise<string> {
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => { reject(new Error('The demo did not start in time.')) }, startTimeoutMs)
    let text = ''
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const address = /Projector page: (\S+)/.exec(text)?.[1]
      if (address === undefined) return
      clearTimeout(timer)
      resolve(address)
    })
  })
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
