import { once } from 'node:events'
import { createServer } from 'node:http'
import t, { type Test } from 'tap'
import type { Room } from '../../server/protocol/room.ts'
import { openDevice, resultRow, startBrowser, statusSays } from '../helpers/browser.ts'
import { findFreePort } from '../helpers/child-process.ts'
import { createVoter, registerHost, voteOverHttp } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

/** A site of somebody else's whose one page shows this address in a frame; returns its origin. By another name, as a port alone makes no other site. */
async function serveFrame (t: Test, address: string): Promise<string> {
  const port = await findFreePort()
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Another site</title><iframe src="${address}" width="380" height="700"></iframe>`)
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close().closeAllConnections() })
  return `http://localhost:${port}`
}

t.test('pages without, and beside, the phone\'s script', { skip: skipUnless('CHROMIUM_PATH') }, async (t) => {
  const { url } = await startServer(t)
  const host = await registerHost(url)
  const browser = await startBrowser(t)
  const openRoom = async () => {
    const { body: { id, code } } = await host.call<Room>('POST', '/rooms', { title: 'Town hall' })
    const poll = await host.openPoll({ roomId: id, question: 'Where do we meet?', options: [{ label: 'Lisbon' }, { label: '<script>Leipzig</script>' }], revote: 'change' })
    return { code, poll }
  }

  t.test('a browser without scripts votes by a form and is told that it counts, by keyboard alone', async (t) => {
    const { code, poll } = await openRoom()
    const { page, context, complaints } = await openDevice(browser, url, { javaScriptEnabled: false, viewport: { width: 320, height: 640 } })
    await page.goto(`/j/${code}`)
    await page.getByRole('radio', { name: '<script>Leipzig</script>' }).focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await statusSays(page, 'Counted')
    t.match((await host.results(poll.id)).body, { voters: 1, counts: { 1: 0, 2: 1 } })
    await page.getByRole('radio', { name: 'Lisbon' }).check()
    await page.getByRole('button', { name: 'Change vote' }).click()
    await statusSays(page, 'Counted. Your new answer counts.')
    await host.command(poll.id, 'close')
    await page.getByRole('link', { name: 'Load again' }).click()
    await page.getByText('The poll is closed.').waitFor()
    await resultRow(page, 'Lisbon', 1).waitFor()
    t.strictSame(complaints, [])
    await context.close()
  })

  t.test('what is filled in before the script is there stays in the form that the script makes', async (t) => {
    const { code } = await openRoom()
    const { page, context, complaints } = await openDevice(browser, url, { viewport: { width: 320, height: 640 } })
    let runScripts = () => {}
    const mayRun = new Promise<void>((resolve) => { runScripts = resolve })
    await page.route(/\/assets\/join-.*\.js$/, async (route) => {
      await mayRun
      await route.continue()
    })
    await page.goto(`/j/${code}`, { waitUntil: 'commit' })
    await page.getByRole('radio', { name: 'Lisbon' }).check()
    // From here on the script has nothing but the page.
    await page.routeWebSocket(/\/socket\.io\//, () => {})
    runScripts()
    await page.getByText('Choose one.').and(page.locator('#choice-rule')).waitFor()
    t.ok(await page.getByRole('radio', { name: 'Lisbon' }).and(page.locator(':checked:focus')).isVisible())
    await page.getByRole('button', { name: 'Vote', exact: true }).click()
    await statusSays(page, 'Sending…')
    t.strictSame(complaints, [])
    await context.close()
  })

  t.test('where sockets are blocked, the phone offers the page that needs none', async (t) => {
    const { code, poll } = await openRoom()
    const { page, context } = await openDevice(browser, url, { viewport: { width: 320, height: 640 } })
    await page.route(/\/socket\.io\//, (route) => route.abort())
    await page.routeWebSocket(/\/socket\.io\//, (socket) => { void socket.close() })
    await page.goto(`/j/${code}`)
    await page.getByRole('link', { name: 'Vote without a live connection' }).click()
    await page.getByRole('radio', { name: 'Lisbon' }).check()
    await page.getByRole('button', { name: 'Vote', exact: true }).click()
    await statusSays(page, 'Counted')
    t.match(new URL(page.url()).search, /^\?plain&vote=counted/)
    t.match((await host.results(poll.id)).body, { voters: 1 })
    await context.close()
  })

  t.test('a poll is voted on in a frame, and what the frame shows follows', async (t) => {
    const { poll } = await openRoom()
    const { page, context, complaints } = await openDevice(browser, url, { viewport: { width: 390, height: 844 } })
    await page.goto(`/embed/${poll.id}`)
    await page.getByRole('radio', { name: 'Lisbon' }).check()
    await page.getByRole('button', { name: 'Vote', exact: true }).click()
    await statusSays(page, 'Counted')
    await resultRow(page, 'Lisbon', 1).waitFor({ state: 'attached' })
    await voteOverHttp(url, (await createVoter(url)).voterToken, poll.id, { choices: [1] })
    await resultRow(page, 'Lisbon', 2).waitFor({ state: 'attached' })
    await host.command(poll.id, 'close')
    await page.getByText('The poll is closed.').waitFor()
    await host.call('DELETE', `/polls/${poll.id}`, undefined, { 'if-match': '*' })
    await page.getByRole('heading', { name: 'There is no such poll' }).waitFor()
    t.strictSame(complaints, [])
    await context.close()
  })

  t.test('a frame on another site votes if the room lets that site show it, though the browser keeps nothing for it there; elsewhere it stays empty', async (t) => {
    const { poll } = await openRoom()
    const [listed, other] = [await serveFrame(t, `${url}/embed/${poll.id}`), await serveFrame(t, `${url}/embed/${poll.id}`)]
    await host.call('PATCH', `/rooms/${poll.roomId}`, { embedOrigins: [listed] })
    const { page, context } = await openDevice(browser, listed)
    await page.goto('/')
    const frame = page.frameLocator('iframe')
    await frame.getByRole('radio', { name: 'Lisbon' }).check()
    await frame.getByRole('button', { name: 'Vote', exact: true }).click()
    await frame.getByRole('status').getByText('Counted', { exact: true }).waitFor()
    t.match((await host.results(poll.id)).body, { voters: 1, counts: { 1: 1 } })

    await page.goto(`${url}/embed/${poll.id}`)
    await page.getByRole('button', { name: 'Vote', exact: true }).waitFor()
    t.notOk(await page.getByRole('radio', { name: 'Lisbon' }).isChecked(), 'what is kept on one site is not read on another')

    const refusal = page.waitForEvent('console', { predicate: (message) => message.text().includes('frame-ancestors') })
    await page.goto(other)
    await refusal
    t.equal(await frame.locator('main').count(), 0)
    await context.close()
  })

  t.test('an overlay shows the results, with nothing behind them and nothing to press', async (t) => {
    const { poll } = await openRoom()
    const { page, context, complaints } = await openDevice(browser, url, { viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    await page.goto(`/overlay/${poll.id}`)
    await resultRow(page, 'Lisbon', 0).waitFor({ state: 'attached' })
    await voteOverHttp(url, (await createVoter(url)).voterToken, poll.id, { choices: [1] })
    await resultRow(page, 'Lisbon', 1).waitFor({ state: 'attached' })
    t.equal(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor'), 'rgba(0, 0, 0, 0)')
    t.equal(await page.locator('button, input, a').count(), 0)
    await host.call('POST', `/polls/${poll.id}/reveal`, { revealed: false })
    await page.getByText('Results are hidden').waitFor()
    t.strictSame(complaints, [])
    await context.close()
  })
})
