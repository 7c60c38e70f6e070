import type { Page } from 'playwright-core'
import t from 'tap'
import type { Answer, NewPoll, PollKind } from '../../server/protocol/poll.ts'
import type { Response } from '../../server/protocol/response.ts'
import type { Room } from '../../server/protocol/room.ts'
import { openDevice, resultRow, startBrowser, statusSays } from '../helpers/browser.ts'
import { createVoter, registerHost, voteOverHttp } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

const options = (...labels: string[]) => labels.map((label) => ({ label }))

/** Presses Tab until the focus is on what answers to this selector. */
async function tabTo (page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab')
    if (await page.locator(`${selector}:focus`).count() > 0) return
  }
  throw new Error(`Tab never came to ${selector}`)
}

/** Fields and buttons that have no name, that are too small for a finger, or what is wider than the page. */
async function findFaults (page: Page): Promise<string[]> {
  return await page.evaluate(`(() => {
    const faults = []
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth > clientWidth) faults.push('the page is ' + scrollWidth + ' wide')
    for (const control of document.querySelectorAll('main :is(input, textarea, button)')) {
      if (!control.checkVisibility()) continue
      const name = control.getAttribute('aria-label') ?? (control.labels?.[0] ?? control).textContent
      if (name.trim() === '') faults.push('no name: ' + control.outerHTML)
      const { width, height } = (control.labels?.[0] ?? control).getBoundingClientRect()
      if (width < 48 || height < 48) faults.push(name + ' is ' + width + ' by ' + height)
    }
    return faults
  })()`)
}

interface Scene {
  poll: Partial<NewPoll>
  /** Others' answers, which are counted first. */
  others: Answer[]
  /** From the focus on the question to an answer that is ready to be sent. */
  answer: (page: Page) => Promise<void>
  expected: Answer
  /** Rows of the projector's table afterwards, each with one of its cells. */
  rows: [label: string, count: number][]
  figures?: [name: string, value: string][]
  /** That the answer is in the form, after a reload too. */
  isAnswered: (page: Page) => Promise<boolean>
}

const scenes: Record<PollKind, Scene> = {
  single: {
    poll: { kind: 'single', question: 'Where do we meet?', options: options('Lisbon', 'Leipzig') },
    others: [{ choices: [2] }],
    async answer (page) {
      await tabTo(page, 'input')
      await page.keyboard.press('Space')
    },
    expected: { choices: [1] },
    rows: [['Lisbon', 1], ['Leipzig', 1]],
    isAnswered: async (page) => await page.getByRole('radio', { name: 'Lisbon' }).isChecked()
  },
  multiple: {
    poll: { kind: 'multiple', question: 'What do we eat?', options: options('Soup', 'Salad', 'Bread'), minChoices: 2 },
    others: [{ choices: [1, 2] }],
    async answer (page) {
      for (const name of ['Soup', 'Bread']) {
        await tabTo(page, `label:has-text("${name}") input`)
        await page.keyboard.press('Space')
      }
    },
    expected: { choices: [1, 3] },
    rows: [['Soup', 2], ['Salad', 1], ['Bread', 1]],
    isAnswered: async (page) => await page.getByRole('checkbox', { name: 'Bread' }).isChecked()
  },
  rating: {
    poll: { kind: 'rating', question: 'How was it?', scale: { min: 1, max: 5, minLabel: 'Poor', maxLabel: 'Great' } },
    others: [{ value: 3 }, { value: 3 }],
    async answer (page) {
      await tabTo(page, 'input')
      await page.keyboard.press('ArrowLeft')
    },
    expected: { value: 5 },
    rows: [['1', 0], ['3', 2], ['5', 1]],
    figures: [['Mean', '3.67'], ['Median', '3']],
    isAnswered: async (page) => await page.getByRole('radio', { name: '5', exact: true }).isChecked()
  },
  ranking: {
    poll: { kind: 'ranking', question: 'What comes next?', options: options('Maps', 'Games', 'Music') },
    others: [{ choices: [2, 1, 3] }, { choices: [3, 1] }],
    async answer (page) {
      await tabTo(page, '[aria-label="Rank Maps as number 1"]')
      await page.keyboard.press('Enter')
      // The focus goes on to the next one.
      await page.locator('[aria-label="Rank Games as number 2"]:focus').waitFor()
      await page.keyboard.press('Enter')
      await page.locator('[aria-label="Rank Music as number 3"]:focus').waitFor()
      await tabTo(page, '[aria-label^="Move Games up"]')
      await page.keyboard.press('Enter')
    },
    expected: { choices: [2, 1] },
    // Borda points of three ballots over three options.
    rows: [['Maps', 3], ['Games', 4], ['Music', 2]],
    isAnswered: async (page) => (await page.locator('.ranked-label').allTextContents()).join() === 'Games,Maps'
  },
  number: {
    poll: { kind: 'number', question: 'How many beans?', range: { min: 0, max: 100, step: 1 } },
    others: [{ value: 2 }, { value: 97 }],
    async answer (page) {
      await tabTo(page, 'input')
      await page.keyboard.type('42')
    },
    expected: { value: 42 },
    rows: [['0 to under 10', 1], ['40 to under 50', 1], ['90 to 100', 1]],
    figures: [['Mean', '47'], ['Median', '42'], ['Standard deviation', '38.94'], ['Different numbers', '3']],
    isAnswered: async (page) => await page.getByLabel('Your number').inputValue() === '42'
  },
  text: {
    poll: { kind: 'text', question: 'What could be better?' },
    others: [],
    async answer (page) {
      await tabTo(page, 'textarea')
      await page.keyboard.type('More light 👩‍👩‍👧')
      await page.getByText('12 of 500 characters').waitFor()
    },
    expected: { text: 'More light 👩‍👩‍👧' },
    rows: [],
    isAnswered: async (page) => await page.getByLabel('Your answer').inputValue() === 'More light 👩‍👩‍👧'
  },
  words: {
    poll: { kind: 'words', question: 'In a word?', maxChoices: 2 },
    others: [{ words: ['Calm'] }, { words: ['calm', 'bright'] }],
    async answer (page) {
      await tabTo(page, 'input')
      await page.keyboard.type('Calm')
      // On to the second field.
      await page.keyboard.press('Enter')
      await page.keyboard.type('Warm')
    },
    expected: { words: ['calm', 'warm'] },
    rows: [['calm', 3], ['bright', 1], ['warm', 1]],
    isAnswered: async (page) => await page.getByLabel('Word 2').inputValue() === 'warm'
  }
}

t.test('every kind of poll, in a real browser', { skip: skipUnless('CHROMIUM_PATH') }, async (t) => {
  const { url } = await startServer(t)
  const host = await registerHost(url)
  const { body: room } = await host.call<Room>('POST', '/rooms', { title: 'Town hall' })
  const show = async (poll: Partial<NewPoll>) => {
    const opened = await host.openPoll({ roomId: room.id, options: [], ...poll })
    await host.call('PUT', `/rooms/${room.id}/stage`, { pollId: opened.id })
    return opened
  }
  const voteElsewhere = async (pollId: string, answer: Answer) => await voteOverHttp(url, (await createVoter(url)).voterToken, pollId, answer)

  const browser = await startBrowser(t)
  const phone = await openDevice(browser, url, { viewport: { width: 320, height: 640 }, colorScheme: 'dark' })
  const projector = await openDevice(browser, url, { viewport: { width: 1920, height: 1080 } })
  await phone.page.goto(`/j/${room.code}`)
  await projector.page.goto(`/present/${room.code}`)
  await phone.page.getByRole('heading', { name: 'Waiting for the next question' }).waitFor()

  for (const [kind, { poll, others, answer, expected, rows, figures = [], isAnswered }] of Object.entries(scenes)) {
    await t.test(`${kind}: answered by keyboard alone, counted, and shown on the projector`, async (t) => {
      const { id, question } = await show(poll)
      for (const other of others) await voteElsewhere(id, other)
      await phone.page.locator('h1:focus').getByText(question).waitFor()
      t.strictSame(await findFaults(phone.page), [])
      await answer(phone.page)
      t.strictSame(await findFaults(phone.page), [])
      await tabTo(phone.page, 'button[type=submit]')
      await phone.page.keyboard.press('Enter')
      await statusSays(phone.page, 'Counted')
      for (const [label, count] of rows) await resultRow(projector.page, label, count).waitFor({ state: 'attached' })
      for (const [name, value] of figures) {
        t.equal(await projector.page.locator('.statistics div', { has: projector.page.getByText(name, { exact: true }) }).locator('dd').textContent(), value, name)
      }
      await projector.page.locator('.voters').getByText(String(others.length + 1)).waitFor()
      t.strictSame(await findFaults(phone.page), [])
      await phone.page.reload()
      await statusSays(phone.page, 'Counted')
      t.ok(await isAnswered(phone.page), 'the own answer is there again')
      t.match((await phone.page.evaluate(`fetch('/api/v1/polls/${id}/vote').then((answer) => answer.json())`)), { answer: expected })
    })
  }

  t.test('the projector draws the words as a cloud, the most frequent largest', async (t) => {
    await projector.page.locator('svg.cloud text').getByText('warm').waitFor({ state: 'attached' })
    const bySize = await projector.page.evaluate(`[...document.querySelectorAll('svg.cloud text')]
      .sort((a, b) => parseFloat(b.style.fontSize) - parseFloat(a.style.fontSize)).map((word) => word.textContent)`)
    t.match(bySize, ['calm', /^bright|warm$/, /^bright|warm$/])
  })

  t.test('a word that is too long for its first size is drawn smaller', async () => {
    const { id } = await show({ kind: 'words', question: 'In a long word?' })
    await voteElsewhere(id, { words: ['unternehmensverwaltung'] })
    await projector.page.locator('svg.cloud text').getByText('unternehmensverwaltung').waitFor({ state: 'attached' })
  })

  t.test('the cloud moves on while words keep coming', async (t) => {
    const { id } = await show({ kind: 'words', question: 'Many words?' })
    const drawn = projector.page.locator('svg.cloud text')
    for (let votes = 1; votes <= 20 && await drawn.count() < 4; votes++) {
      await voteElsewhere(id, { words: [`word ${votes}`] })
      await projector.page.locator('.voters').getByText(votes === 1 ? '1 voter' : `${votes} voters`, { exact: true }).waitFor()
    }
    t.ok(await drawn.count() >= 4)
  })

  t.test('somebody else\'s ballot does not reset what is half typed, and what cannot count is told before it is sent', async (t) => {
    const { id } = await show({ kind: 'number', question: 'How tall?', range: { min: 50, max: 250 } })
    await phone.page.getByLabel('Your number').fill('17')
    await voteElsewhere(id, { value: 180 })
    await phone.page.getByText('1 voter', { exact: true }).waitFor()
    t.equal(await phone.page.getByLabel('Your number').inputValue(), '17')
    await phone.page.getByRole('button', { name: 'Vote' }).click()
    await phone.page.getByRole('alert').getByText('The smallest number is 50.').waitFor()
    t.match((await host.results(id)).body, { voters: 1 })
  })

  t.test('each voter sees the options in an order of their own, the same after a reload; the projector in the host\'s', async (t) => {
    const labels = Array.from({ length: 12 }, (_label, at) => `Option ${at + 1}`)
    await show({ question: 'Which one?', options: options(...labels), shuffle: true })
    const order = async (page: Page) => await page.locator('.option').allTextContents()
    await phone.page.getByRole('heading', { name: 'Which one?' }).waitFor()
    const own = await order(phone.page)
    t.notSame(own, labels)
    t.strictSame(own.toSorted(), labels.toSorted())
    await phone.page.reload()
    await phone.page.getByRole('heading', { name: 'Which one?' }).waitFor()
    t.strictSame(await order(phone.page), own)
    t.strictSame(await phone.page.locator('.bar-label').allTextContents(), own, 'its results too')
    await projector.page.getByRole('heading', { name: 'Which one?' }).waitFor()
    t.strictSame(await projector.page.locator('.bar-label').allTextContents(), labels)
  })

  t.test('a quiz tells nothing before the reveal, and then what is right, by more than colour', async (t) => {
    const { id } = await show({ question: 'Most moons?', options: options('Mars', 'Saturn'), correct: [2], explanation: 'It has 274.' })
    await voteElsewhere(id, { choices: [1] })
    await phone.page.getByRole('radio', { name: 'Saturn' }).check()
    await phone.page.getByRole('button', { name: 'Vote' }).click()
    await statusSays(phone.page, 'Counted')
    for (const { page } of [phone, projector]) t.equal(await page.getByText('Right answer').count(), 0)
    await host.call('POST', `/polls/${id}/reveal`, { revealed: true })
    for (const { page } of [phone, projector]) {
      await page.getByText('Right answer: Saturn').waitFor()
      await page.getByText('1 of 2 voters right (50%)').waitFor()
      await page.getByText('It has 274.').waitFor()
      t.equal(await page.locator('.bar', { hasText: '✓ Right' }).locator('.bar-label').textContent(), 'Saturn ✓ Right')
    }
    t.ok(await phone.page.getByText('✓ Your answer is right.').isVisible())
  })

  t.test('an answer that waits for a moderator, or was taken out, is not said to count', async (t) => {
    const { id } = await show({ kind: 'text', question: 'What is missing?', moderation: 'pre', revote: 'change' })
    await phone.page.getByLabel('Your answer').fill('Chairs')
    await phone.page.getByRole('button', { name: 'Vote', exact: true }).click()
    await statusSays(phone.page, 'Waits for a moderator')
    await phone.page.getByLabel('Your answer').fill('Tables')
    await statusSays(phone.page, 'The new answer is not sent yet.')
    const { body: { items: [held] } } = await host.call<{ items: Response[] }>('GET', `/polls/${id}/responses?review=held`)
    await phone.page.getByLabel('Your answer').fill('Chairs')
    for (const [review, words] of [['shown', 'Counted'], ['removed', 'Removed by a moderator'], ['held', 'Waits for a moderator'], ['removed', 'Removed by a moderator']]) {
      await host.call('PUT', `/polls/${id}/responses/${held?.voterId ?? ''}`, { review })
      await statusSays(phone.page, words ?? '')
    }
    await phone.page.reload()
    await statusSays(phone.page, 'Removed by a moderator')
    t.equal(await phone.page.getByLabel('Your answer').inputValue(), 'Chairs')
  })

  t.test('the newest answers of one poll are never shown under another', async (t) => {
    const { id } = await show({ kind: 'text', question: 'What is good?' })
    await voteElsewhere(id, { text: 'Light' })
    await projector.page.locator('.answer-list').getByText('Light').waitFor()
    await show({ kind: 'text', question: 'What is bad?' })
    await projector.page.getByRole('heading', { name: 'What is bad?' }).waitFor()
    t.equal(await projector.page.locator('.answer-list').count(), 0)
  })

  t.test('the browser had nothing to complain about', async (t) => {
    t.strictSame(phone.complaints, [])
    t.strictSame(projector.complaints, [])
  })
})
