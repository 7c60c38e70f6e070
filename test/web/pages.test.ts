import t from 'tap'
import type { Room } from '../../server/protocol/room.ts'
import { openDevice, resultRow, startBrowser, statusSays, tapLine } from '../helpers/browser.ts'
import { createVoter, registerHost, voteOverHttp } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

/** Keeps every version that the results on the page ever had, in the order in which they were shown. */
const recordShownVersions = `
  window.shownVersions = []
  new MutationObserver(() => {
    for (const results of document.querySelectorAll('[data-version]')) window.shownVersions.push(Number(results.dataset.version))
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-version'] })`

/** Notes whether the page ever says from now on that results are hidden. */
const recordHiddenResults = `
  window.wereResultsHidden = false
  new MutationObserver(() => {
    if (document.querySelector('.hidden-results') !== null) window.wereResultsHidden = true
  }).observe(document, { subtree: true, childList: true })`

t.test('the pages, in a real browser', { skip: skipUnless('CHROMIUM_PATH') }, async (t) => {
  const { url } = await startServer(t)
  const host = await registerHost(url)
  const { body: room } = await host.call<Room>('POST', '/rooms', { title: 'Town hall' })
  const poll = await host.openPoll({
    roomId: room.id, question: 'Where do we meet?', options: [{ label: 'Lisbon' }, { label: 'Leipzig' }], revote: 'change'
  })
  const setStage = async (pollId: string) => await host.call('PUT', `/rooms/${room.id}/stage`, { pollId })
  await setStage(poll.id)
  const readResults = async () => (await host.results(poll.id)).body
  const voteElsewhereOn = async (pollId: string, choice: number) => await voteOverHttp(url, (await createVoter(url)).voterToken, pollId, { choices: [choice] })
  const voteElsewhere = async (choice: number) => await voteElsewhereOn(poll.id, choice)

  const browser = await startBrowser(t)
  const phone = await openDevice(browser, url, { viewport: { width: 390, height: 844 } })
  const projector = await openDevice(browser, url, { viewport: { width: 1920, height: 1080 } })
  const phoneLine = await tapLine(phone.page)
  const projectorLine = await tapLine(projector.page)
  await projector.page.addInitScript(recordShownVersions)
  await projector.page.goto(`/present/${room.code}`)
  await resultRow(projector.page, 'Lisbon', 0).waitFor()

  t.test('the projector tells how to join, as text and as a QR code', async (t) => {
    const address = `${url}/j/${room.code}`
    t.ok(await projector.page.getByText(address, { exact: true }).isVisible())
    t.ok(await projector.page.getByRole('img', { name: `QR code for ${address}` }).isVisible())
  })

  t.test('a person enters the code and sees the poll', async (t) => {
    await phone.page.goto('/')
    await phone.page.getByLabel('Code').fill(` ${room.code.slice(0, 3).toLowerCase()}-${room.code.slice(3)} `)
    await phone.page.getByRole('button', { name: 'Join' }).click()
    await phone.page.getByRole('heading', { name: 'Where do we meet?' }).waitFor()
    t.equal(new URL(phone.page.url()).pathname, `/j/${room.code}`)
    t.equal(await phone.page.getByRole('status').textContent(), '', 'nothing is claimed before something was sent')
    await projector.page.getByText('2 present').waitFor()
  })

  t.test('[V1] the phone says Counted only after the acknowledgement', async (t) => {
    phoneLine.hold()
    await phone.page.getByRole('radio', { name: 'Lisbon' }).check()
    await phone.page.getByRole('button', { name: 'Vote', exact: true }).click()
    await resultRow(projector.page, 'Lisbon', 1).waitFor()
    await statusSays(phone.page, 'Sending…')
    phoneLine.release()
    await statusSays(phone.page, 'Counted')
    t.match(await readResults(), { voters: 1, counts: { 1: 1, 2: 0 } })
  })

  t.test('[R4] the projector\'s bar moves with the vote', async (t) => {
    await projector.page.locator('.bar-0 .bar-fill[style*="--share: 1"]').waitFor({ state: 'attached' })
    await projector.page.locator('.bar-1 .bar-fill[style*="--share: 0"]').waitFor({ state: 'attached' })
    t.equal(await projector.page.locator('.voters').textContent(), '1 voter')
  })

  t.test('[V3] a vote whose acknowledgement was lost with the network counts exactly once', async (t) => {
    phoneLine.hold()
    await phone.page.getByRole('radio', { name: 'Leipzig' }).check()
    await phone.page.getByRole('button', { name: 'Change vote' }).click()
    await resultRow(projector.page, 'Leipzig', 1).waitFor()
    await phone.context.setOffline(true)
    await statusSays(phone.page, 'Kept on this phone. It will be sent when the connection is back.')
    phoneLine.lose()
    const { version } = await readResults()
    await phone.context.setOffline(false)
    await statusSays(phone.page, 'Counted')
    t.match(await readResults(), { version, voters: 1, counts: { 1: 0, 2: 1 } }, 'sent again, it changed nothing')
  })

  t.test('[V3] a vote that was cast without a network is kept, over a reload too, and counts once when it is back', async (t) => {
    const other = await openDevice(browser, url, { viewport: { width: 320, height: 640 } })
    await other.page.goto(`/j/${room.code}`)
    await other.page.getByRole('radio', { name: 'Lisbon' }).check()
    await other.context.setOffline(true)
    await other.page.getByRole('button', { name: 'Vote', exact: true }).click()
    await statusSays(other.page, 'Kept on this phone. It will be sent when the connection is back.')
    await other.page.getByText('No connection. Trying again by itself.').waitFor()
    await other.page.close()
    await other.context.setOffline(false)
    t.match(await readResults(), { voters: 1 }, 'nothing was counted yet')
    const again = await other.context.newPage()
    await again.goto(`/j/${room.code}`)
    await statusSays(again, 'Counted')
    t.ok(await again.getByRole('radio', { name: 'Lisbon' }).isChecked())
    t.match(await readResults(), { voters: 2, counts: { 1: 1, 2: 1 } })
    t.strictSame(other.complaints, [])
    await other.context.close()
  })

  t.test('[R3] an older version is never shown after a newer one', async (t) => {
    const { version, ...rest } = await readResults()
    projectorLine.inject(`42${JSON.stringify(['results', { ...rest, version: version - 1, voters: 77 }])}`)
    await voteElsewhere(2)
    await resultRow(projector.page, 'Leipzig', 2).waitFor()
    const shown: unknown = await projector.page.evaluate('window.shownVersions')
    if (!Array.isArray(shown)) throw new Error('no versions were recorded')
    t.strictSame(shown, shown.toSorted((a, b) => a - b), 'versions only rise')
    t.equal(shown.at(-1), version + 1)
  })

  t.test('somebody else\'s ballot does not reset a half-filled form', async (t) => {
    await phone.page.getByRole('radio', { name: 'Lisbon' }).check()
    await voteElsewhere(2)
    await phone.page.getByText('4 voters').waitFor()
    t.ok(await phone.page.getByRole('radio', { name: 'Lisbon' }).isChecked())
    await statusSays(phone.page, 'Your earlier answer counts. The new one is not sent yet.')
  })

  t.test('[R7] closing is told in words on both screens, with the same final numbers', async (t) => {
    await host.command(poll.id, 'close')
    await phone.page.getByText('The poll is closed.').waitFor()
    await phone.page.getByRole('heading', { name: 'Final result' }).waitFor()
    await projector.page.getByText('Voting is closed. Final result').waitFor()
    for (const { page } of [phone, projector]) {
      await resultRow(page, 'Leipzig', 3).waitFor({ state: 'attached' })
      await resultRow(page, 'Lisbon', 1).waitFor({ state: 'attached' })
    }
    t.notOk(await phone.page.getByRole('button', { name: 'Vote' }).isVisible())
  })

  const next = await host.createPoll({
    roomId: room.id, kind: 'multiple', question: 'What do we eat?', options: [{ label: 'Soup' }, { label: 'Salad' }, { label: 'Bread' }], minChoices: 2
  })

  t.test('the next question arrives by itself and takes the focus', async (t) => {
    await host.command(next.id, 'open')
    await setStage(next.id)
    await phone.page.locator('h1:focus').getByText('What do we eat?').waitFor()
    t.ok(await phone.page.getByText('Choose at least 2.').isVisible())
    await phone.page.getByRole('checkbox', { name: 'Soup' }).check()
    await phone.page.getByRole('button', { name: 'Vote' }).click()
    t.equal(await phone.page.getByRole('alert').textContent(), 'Choose at least 2 options.')
  })

  t.test('[V9] an answer that was kept for one round never lands in the next', async (t) => {
    await phone.page.getByRole('checkbox', { name: 'Bread' }).check()
    await phone.context.setOffline(true)
    await phone.page.getByRole('button', { name: 'Vote' }).click()
    await statusSays(phone.page, 'Kept on this phone. It will be sent when the connection is back.')
    await host.command(next.id, 'reset')
    await host.command(next.id, 'open')
    await phone.context.setOffline(false)
    await phone.page.getByRole('alert').getByText('The poll has changed since you answered. Look at it again, then vote.').waitFor()
    t.notOk(await phone.page.getByRole('checkbox', { name: 'Bread' }).isChecked(), 'the new round begins with an empty form')
    t.match((await host.results(next.id)).body, { round: 2, voters: 0 })
  })

  t.test('[V4] a locked vote is shown read-only once it is counted', async (t) => {
    await phone.page.getByRole('checkbox', { name: 'Soup' }).check()
    await phone.page.getByRole('checkbox', { name: 'Salad' }).check()
    await phone.page.getByRole('button', { name: 'Vote' }).click()
    await statusSays(phone.page, 'Counted')
    t.ok(await phone.page.getByRole('checkbox', { name: 'Salad' }).isChecked())
    t.ok(await phone.page.getByRole('checkbox', { name: 'Salad' }).isDisabled())
    t.equal(await phone.page.getByRole('button', { name: 'Vote' }).count(), 0)
    await setStage(poll.id)
    await phone.page.getByRole('heading', { name: 'Where do we meet?' }).waitFor()
  })

  t.test('[R6] the projector says that results are hidden, and nothing of them is on the page', async (t) => {
    await host.call('POST', `/polls/${poll.id}/reveal`, { revealed: false })
    await projector.page.getByText('Results are hidden').waitFor()
    t.equal(await projector.page.getByRole('table').count(), 0)
    t.equal(await projector.page.locator('.voters').count(), 0)
  })

  t.test('[R6] a projector with a presenter link keeps what only hosts see, whatever happens to the poll', async (t) => {
    const hidden = await host.openPoll({ roomId: room.id, question: 'Who pays?', options: [{ label: 'Ada' }, { label: 'Ben' }], resultsVisibility: 'hosts' })
    await setStage(hidden.id)
    const { body: link } = await host.call<{ url: string }>('POST', `/rooms/${room.id}/presenter-link`)
    const presenter = await openDevice(browser, url, { viewport: { width: 1920, height: 1080 } })
    await presenter.page.goto(link.url)
    await presenter.page.getByRole('heading', { name: 'Who pays?' }).waitFor()
    await voteElsewhereOn(hidden.id, 1)
    await resultRow(presenter.page, 'Ada', 1).waitFor()
    await presenter.page.evaluate(recordHiddenResults)
    await host.call('PATCH', `/polls/${hidden.id}`, { question: 'Who pays, then?' }, { 'if-match': `"${hidden.revision}"` })
    await presenter.page.getByRole('heading', { name: 'Who pays, then?' }).waitFor()
    t.equal(await resultRow(presenter.page, 'Ada', 1).count(), 1)
    t.equal(await presenter.page.evaluate('window.wereResultsHidden'), false, 'not for a moment')
    await projector.page.getByRole('heading', { name: 'Who pays, then?' }).waitFor()
    t.equal(await projector.page.getByRole('table').count(), 0)
    t.strictSame(presenter.complaints, [])
  })

  t.test('a printed code lets one device vote, and tells another one that it is used', async (t) => {
    const { body: { id: roomId, code } } = await host.call<Room>('POST', '/rooms', { title: 'Members', access: 'codes' })
    const { body: { items } } = await host.call<{ items: { url: string }[] }>('POST', `/rooms/${roomId}/access-codes`, { count: 2 })
    const [first = '', second = ''] = items.map((item) => new URL(item.url).hash)
    await host.openPoll({ roomId, question: 'Who leads?', options: [{ label: 'Ada' }, { label: 'Ben' }] })
    const vote = async (page: typeof phone.page) => {
      await page.getByRole('radio', { name: 'Ada' }).check()
      await page.getByRole('button', { name: 'Vote', exact: true }).click()
    }

    const member = await openDevice(browser, url, { viewport: { width: 320, height: 640 } })
    await member.page.goto(`/j/${code}${first}`)
    await vote(member.page)
    await statusSays(member.page, 'Counted')
    t.equal(new URL(member.page.url()).hash, '', 'the code does not stay in the address bar')

    const other = await openDevice(browser, url, { viewport: { width: 320, height: 640 } })
    await other.page.goto(`/j/${code}${first}`)
    await other.page.getByRole('radio', { name: 'Ada' }).waitFor()
    await vote(other.page)
    await other.page.getByRole('alert').getByText('You may not vote here.').waitFor()
    await other.page.getByLabel('Access code').fill(first.replace('#code=', ''))
    await other.page.getByRole('button', { name: 'Use code' }).click()
    await other.page.getByText('This code does not exist, or another device has used it. Look at your card again.').waitFor()
    await other.page.getByLabel('Access code').fill(second.replace('#code=', '').toLowerCase())
    await other.page.getByRole('button', { name: 'Use code' }).click()
    await other.page.getByLabel('Access code').waitFor({ state: 'detached' })
    await vote(other.page)
    await statusSays(other.page, 'Counted')
    t.strictSame([member.complaints, other.complaints], [[], []])
  })

  t.test('a phone in two rooms with codes votes in each with its own, and is asked for another once one is revoked', async (t) => {
    const rooms = await Promise.all(['Members', 'Board'].map(async (title) => {
      const { body: { id: roomId, code } } = await host.call<Room>('POST', '/rooms', { title, access: 'codes' })
      const { body: { items } } = await host.call<{ items: { id: string, url: string }[] }>('POST', `/rooms/${roomId}/access-codes`, { count: 2 })
      const poll = await host.openPoll({ roomId, question: `Who leads the ${title}?`, options: [{ label: 'Ada' }, { label: 'Ben' }], revote: 'change' })
      return { roomId, poll, address: `/j/${code}`, codes: items.map(({ id, url }) => ({ id, hash: new URL(url).hash, code: new URL(url).hash.replace('#code=', '') })) }
    }))
    const { page, complaints } = await openDevice(browser, url, { viewport: { width: 320, height: 640 } })
    const vote = async (label: string, button: string) => {
      await page.getByRole('radio', { name: label }).check()
      await page.getByRole('button', { name: button, exact: true }).click()
    }

    for (const { address, codes, poll } of rooms) {
      await page.goto(`${address}${codes[0]?.hash ?? ''}`)
      await page.getByRole('heading', { name: poll.question }).waitFor()
      await page.getByLabel('Access code').waitFor({ state: 'detached' })
      await vote('Ada', 'Vote')
      await statusSays(page, 'Counted')
    }
    const [first] = rooms
    if (first === undefined) throw new Error('there is no room')
    await page.goto(first.address)
    await statusSays(page, 'Counted')
    t.equal(await page.getByLabel('Access code').count(), 0)

    await host.call('DELETE', `/rooms/${first.roomId}/access-codes/${first.codes[0]?.id ?? ''}`)
    await vote('Ben', 'Change vote')
    await page.getByRole('alert').getByText('You may not vote here.').waitFor()
    await page.getByLabel('Access code').fill(first.codes[1]?.code ?? '')
    await page.getByRole('button', { name: 'Use code' }).click()
    await page.getByLabel('Access code').waitFor({ state: 'detached' })
    await vote('Ben', 'Vote')
    await statusSays(page, 'Counted')
    t.match((await host.results(first.poll.id)).body, { voters: 2, counts: { 1: 1, 2: 1 } })
    t.strictSame(complaints, [])
  })

  t.test('a printed code that the server cannot take now stays in the form', async (t) => {
    const { body: { id: roomId, code } } = await host.call<Room>('POST', '/rooms', { title: 'Members', access: 'codes' })
    const { body: { items } } = await host.call<{ items: { url: string }[] }>('POST', `/rooms/${roomId}/access-codes`, { count: 1 })
    const hash = new URL(items[0]?.url ?? '').hash
    const { page, complaints } = await openDevice(browser, url, { viewport: { width: 320, height: 640 } })
    const line = await tapLine(page)
    line.refuse('accessCode')
    await page.goto(`/j/${code}${hash}`)
    await page.getByRole('alert').getByText('The server did not answer. Try again.').waitFor()
    t.equal(await page.getByLabel('Access code').inputValue(), hash.replace('#code=', ''))
    line.refuse('accessCode')
    await page.getByRole('button', { name: 'Use code' }).click()
    await page.getByRole('alert').getByText('The server did not answer. Try again.').waitFor()
    await page.getByRole('button', { name: 'Use code' }).click()
    await page.getByLabel('Access code').waitFor({ state: 'detached' })
    t.strictSame(complaints, [])
  })

  t.test('in a room with accounts the phone asks to sign in before the vote, and again once the session has ended', async (t) => {
    const { body: { id: roomId, code } } = await host.call<Room>('POST', '/rooms', { title: 'Staff', access: 'accounts' })
    const poll = await host.openPoll({ roomId, question: 'When do we meet?', options: [{ label: 'Monday' }, { label: 'Friday' }], revote: 'change' })
    const { credentials } = await registerHost(url)
    const { page, context, complaints } = await openDevice(browser, url, { viewport: { width: 320, height: 640 } })
    const signIn = async (password: string) => {
      await page.getByLabel('E-mail').fill(credentials.email)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
    }
    await page.goto(`/j/${code}`)
    await page.getByText('In this room you vote with your account. Sign in first.').waitFor()
    await page.getByRole('radio', { name: 'Monday' }).check()
    await page.getByRole('button', { name: 'Vote', exact: true }).click()
    await page.getByRole('alert').getByText('Sign in first. Your answer was not counted.').waitFor()
    await signIn('not the password')
    await page.getByRole('alert').getByText('The address or the password is wrong.').waitFor()
    await signIn(credentials.password)
    await page.getByLabel('Password').waitFor({ state: 'detached' })
    await page.getByText('Sign in first. Your answer was not counted.').waitFor({ state: 'detached' })
    t.ok(await page.getByRole('radio', { name: 'Monday' }).isChecked(), 'what was chosen stays')
    await page.getByRole('button', { name: 'Vote', exact: true }).click()
    await statusSays(page, 'Counted')
    t.match((await host.results(poll.id)).body, { voters: 1 })
    await page.reload()
    await statusSays(page, 'Counted')
    t.equal(await page.getByLabel('Password').count(), 0)

    await context.clearCookies()
    await page.reload()
    await page.getByLabel('Password').waitFor()
    t.strictSame(complaints.filter((complaint) => !complaint.includes('401 (Unauthorized)')), [], 'only what the browser says of being signed out')
  })

  t.test('no request left the origin, and the browser had nothing to complain about', async (t) => {
    t.strictSame(phone.complaints, [])
    t.strictSame(projector.complaints, [])
  })
})
