import type { Page } from 'playwright-core'
import t from 'tap'
import type { Question } from '../../server/protocol/question.ts'
import type { Room } from '../../server/protocol/room.ts'
import { openDevice, resultRow, startBrowser } from '../helpers/browser.ts'
import { createVoter, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

/** How many of these are not wholly within their box, whether or not it can be scrolled. */
async function countOutside (page: Page, selector: string, boxSelector: string): Promise<unknown> {
  return await page.evaluate(`(() => {
    const box = document.querySelector('${boxSelector}').getBoundingClientRect()
    return Array.from(document.querySelectorAll('${selector}'), (part) => part.getBoundingClientRect())
      .filter(({ top, bottom, left, right }) => top < box.top - 1 || bottom > box.bottom + 1 || left < box.left - 1 || right > box.right + 1).length
  })()`)
}

t.test('the projector\'s tools, in a real browser', { skip: skipUnless('CHROMIUM_PATH') }, async (t) => {
  const { url } = await startServer(t)
  const host = await registerHost(url)
  const { body: room } = await host.call<Room>('POST', '/rooms', { title: 'Town hall', questionsMode: 'post' })
  const quiz = await host.createPoll({ roomId: room.id, question: 'What is 6 times 7?', options: [{ label: '42' }, { label: '48' }], correct: [1] })
  const first = await host.openPoll({ roomId: room.id, question: 'Where do we meet?', options: [{ label: 'Lisbon' }, { label: 'Leipzig' }], revote: 'change' })
  await host.call('PUT', `/rooms/${room.id}/polls/order`, { pollIds: [first.id, quiz.id] })
  await host.call('PUT', `/rooms/${room.id}/stage`, { pollId: first.id })
  const [voter, other] = [await createVoter(url), await createVoter(url)]
  const vote = async (pollId: string, { voterToken }: typeof voter, choice: number) => await voteOverHttp(url, voterToken, pollId, { choices: [choice] })
  await vote(first.id, voter, 1)
  await vote(first.id, other, 2)
  const readPoll = async (pollId: string) => (await host.call<typeof first>('GET', `/polls/${pollId}`)).body

  const browser = await startBrowser(t)
  const viewport = { width: 1920, height: 1080 }
  const audience = await openDevice(browser, url, { viewport })
  const { page, context, complaints } = await openDevice(browser, url, { viewport, colorScheme: 'light' })
  await context.request.post('/api/v1/auth/login', { data: { email: host.credentials.email, password: host.credentials.password }, headers: { origin: url } })
  await Promise.all([page, audience.page].map(async (one) => {
    await one.goto(`/present/${room.code}`)
    await resultRow(one, 'Lisbon', 1).waitFor()
  }))
  const says = async (text: string) => await page.locator('.said').getByText(text, { exact: true }).waitFor()

  t.test('who does not manage the room has nothing to run it with', async (t) => {
    t.equal(await audience.page.getByRole('group', { name: 'Run the room' }).count(), 0)
    await audience.page.keyboard.press(' ')
    await audience.page.keyboard.press('h')
    await audience.page.keyboard.press('?')
    await audience.page.getByRole('dialog', { name: 'Keys' }).waitFor()
    t.notOk(await audience.page.getByText('Open voting, or close it').isVisible())
    t.match(await readPoll(first.id), { status: 'open', revealed: null })
  })

  t.test('the host hides and shows the results', async (t) => {
    await page.getByRole('button', { name: 'Hide results' }).waitFor()
    await page.keyboard.press('h')
    await audience.page.getByText('Results are hidden').waitFor({ state: 'attached' })
    t.match(await readPoll(first.id), { revealed: false })
    const sent: string[] = []
    page.on('request', (request) => { if (request.url().endsWith('/reveal')) sent.push(request.url()) })
    await page.getByRole('button', { name: 'Show results' }).dblclick()
    t.equal(await page.locator('button:focus').count(), 0, 'the space bar is not a button\'s after a click')
    await audience.page.locator('.bars').waitFor({ state: 'attached' })
    t.match(await readPoll(first.id), { revealed: true })
    t.equal(sent.length, 1, 'a double click is one')
  })

  t.test('a key of a focused button stays the button\'s', async (t) => {
    await page.getByRole('button', { name: 'Large QR code' }).focus()
    await page.keyboard.press(' ')
    await page.locator('.projector[data-qr="large"]').waitFor()
    t.match(await readPoll(first.id), { status: 'open' })
    await page.keyboard.press('q')
    await page.locator('.projector[data-qr="normal"]').waitFor()
    await page.getByRole('button', { name: 'Large QR code' }).blur()
  })

  t.test('the space bar closes, and a replay shows what was shown, until the live results come back exactly', async (t) => {
    await page.keyboard.press('r')
    await says('There is a replay once a poll is closed and its results are shown.')
    await page.keyboard.press(' ')
    await page.getByText('Voting is closed. Final result').waitFor()
    const before = await page.locator('.scene').innerHTML()
    await page.keyboard.press('r')
    const slider = page.getByRole('slider', { name: 'Place in the replay' })
    await slider.waitFor()
    await page.locator('.status').getByText('Replay', { exact: true }).waitFor()
    await slider.press('Home')
    await resultRow(page, 'Lisbon', 0).waitFor({ state: 'attached' })
    t.match(await slider.getAttribute('aria-valuetext'), /^Version 1, .*, 0 voters$/)
    await slider.press('End')
    await resultRow(page, 'Lisbon', 1).waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.keyboard.press('r')
    await page.getByText('Voting is closed. Final result').waitFor()
    t.equal(await page.locator('.scene').innerHTML(), before)

    await page.keyboard.press('a')
    await page.locator('.questions-panel').waitFor()
    // As fast as keys can be: the next one in the moment in which the page has changed for the one before.
    await page.evaluate(`{
      const press = (key) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
      new MutationObserver((_, observer) => {
        if (document.querySelector('.questions-panel') !== null) return
        observer.disconnect()
        press('r')
      }).observe(document.body, { childList: true, subtree: true })
      press('a')
    }`)
    await slider.waitFor()
    await page.keyboard.press('r')
    await slider.waitFor({ state: 'detached' })
  })

  t.test('what has no next one says so; a draft that is next is opened from here, and its answer revealed', async (t) => {
    await page.keyboard.press('ArrowLeft')
    await says('There is no previous poll.')
    await page.keyboard.press('ArrowRight')
    await says('Poll 2 of 2 is next. It is not open yet.')
    t.equal(await audience.page.getByText(quiz.question).count(), 0, 'a draft is not shown')
    await page.locator('body').press(' ')
    await audience.page.getByRole('heading', { name: quiz.question }).waitFor()
    await vote(quiz.id, voter, 1)
    await resultRow(page, '42', 1).waitFor({ state: 'attached' })
    t.equal(await page.getByText('Right answer').count(), 0)
    await page.keyboard.press('l')
    await says('No quiz has been revealed yet.')
    await page.keyboard.press('h')
    await audience.page.getByText('Right answer: 42').waitFor()
    await page.keyboard.press('l')
    await page.getByRole('heading', { name: 'Leaderboard' }).waitFor()
    t.equal(await page.getByRole('heading', { name: quiz.question }).count(), 0)
    await page.keyboard.press('l')
    await page.getByRole('heading', { name: quiz.question }).waitFor()
  })

  t.test('the questions of the audience: pinned first, answered last', async (t) => {
    const ask = async (text: string) => (await request<Question>(url, 'POST', `/api/v1/rooms/${room.id}/questions`, { token: voter.voterToken, body: { text } })).body.id
    const [answered, , pinned] = [await ask('When?'), await ask('Where?'), await ask('Why?')]
    await request(url, 'PUT', `/api/v1/questions/${answered}/vote`, { token: other.voterToken })
    await host.call('PATCH', `/questions/${answered}`, { status: 'answered' })
    await host.call('PATCH', `/questions/${pinned}`, { isPinned: true })
    await page.keyboard.press('a')
    await page.locator('.question:last-child').getByText('When?').waitFor()
    await page.locator('.question:first-child[data-pinned="true"]').waitFor()
    t.strictSame(await page.locator('.question-text > p:first-child').allTextContents(), ['Why?', 'Where?', 'When?'])
    await page.getByRole('button', { name: 'Questions', pressed: true }).click()
    await page.getByRole('heading', { name: quiz.question }).waitFor()
  })

  t.test('twenty long options all fit a small screen; what fits none is pointed to', async (t) => {
    const options = Array.from({ length: 20 }, (_option, at) => ({ label: `${at + 1}. ${'a long way to say it '.repeat(5)}`.trim() }))
    const poll = await host.openPoll({ question: 'Which is it?', options })
    const { page: small, context: smallContext } = await openDevice(browser, url, { viewport: { width: 1280, height: 720 } })
    await small.goto(`/present/${await host.codeOf(poll)}`)
    await small.locator('.scene[data-cut="false"] .bar').last().waitFor()
    t.equal(await small.locator('.bar').count(), options.length)
    t.equal(await countOutside(small, '.bar', '.scene'), 0)
    await small.setViewportSize({ width: 1280, height: 300 })
    await small.locator('.scene[data-cut="true"]').waitFor()
    await small.setViewportSize({ width: 1280, height: 720 })
    await small.locator('.scene[data-cut="false"]').waitFor()
    t.equal(await countOutside(small, '.bar', '.scene'), 0)
    await smallContext.close()
  })

  t.test('a long word leaves its figures in view, in both directions', async (t) => {
    const poll = await host.openPoll({ kind: 'words', question: 'One word?', options: [] })
    await voteOverHttp(url, voter.voterToken, poll.id, { words: ['Rindfleischetikettierungsaufgabenx'] })
    for (const language of ['en', 'ar']) {
      for (const viewport of [{ width: 390, height: 844 }, { width: 1280, height: 720 }]) {
        const { page: screen, context: screenContext } = await openDevice(browser, url, { viewport })
        await screen.goto(`/present/${await host.codeOf(poll)}?lang=${language}`)
        const frame = screen.locator('.table-frame')
        await frame.waitFor()
        t.equal(await frame.locator('td').count(), 2)
        t.equal(await countOutside(screen, '.table-frame td', '.table-frame'), 0, `${language}, ${viewport.width} px`)
        await screenContext.close()
      }
    }
  })

  t.test('the theme is turned by a key and kept', async (t) => {
    const paper = async (): Promise<unknown> => await page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
    const light = await paper()
    await page.locator('body').press('d')
    await page.locator('html[data-theme="dark"]').waitFor()
    t.not(await paper(), light)
    await page.reload()
    await page.getByRole('button', { name: 'Light' }).click()
    await page.locator('html[data-theme="light"]').waitFor()
    t.equal(await paper(), light)
  })

  t.test('a refusal is told: the session has ended elsewhere', async (t) => {
    await page.getByRole('group', { name: 'Run the room' }).waitFor()
    await context.clearCookies()
    await page.locator('body').press('ArrowLeft')
    await says('You are signed out. Sign in again on your rooms’ page.')
    t.strictSame(complaints.filter((complaint) => !complaint.includes('401 (Unauthorized)')), [], 'only what the browser says of being signed out')
    t.strictSame(audience.complaints, [])
  })
})
