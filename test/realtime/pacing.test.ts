// What keeps its distance: calls for a key, and the events of one socket.
import assert from 'node:assert/strict'
import { setInterval as every, setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { admitEvent, createEventLimiter } from '../../server/realtime/event-limiter.ts'
import { createTicker } from '../../server/realtime/ticker.ts'
import { holds } from '../helpers/properties.ts'

async function * countEvery (ms: number): AsyncGenerator<number> {
  let count = 0
  for await (const step of every(ms, 1)) yield count += step
}

t.test('[R5] calls for a key keep their distance: the first at once, the last never lost', async (t) => {
  const intervalMs = 20
  const touches = 120
  const calls: { at: number, seen: number }[] = []
  let touched = 0
  let finish = (): void => {}
  const finished = new Promise<void>((resolve) => { finish = resolve })
  const ticker = createTicker(intervalMs, (key) => {
    if (key !== 'busy') return
    calls.push({ at: performance.now(), seen: touched })
    if (touched === touches) finish()
  })
  t.teardown(ticker.stop)
  for await (const count of countEvery(1)) {
    touched = count
    ticker.touch('busy')
    if (count === 1) t.equal(calls.length, 1, 'the first touch is a call')
    if (count === touches) break
  }
  await finished
  const distances = calls.slice(1).map(({ at }, before) => at - (calls[before]?.at ?? 0))
  t.ok(distances.length > 1 && Math.min(...distances) >= intervalMs, `${calls.length} calls for ${touches} touches, ${Math.min(...distances)} ms apart at least`)

  // The pause itself is what is looked at.
  await pause(3 * intervalMs)
  const before = calls.length
  ticker.touch('busy')
  t.equal(calls.length, before + 1, 'after a pause the first touch is a call again')
})

t.test('[R5] a call that is still running is not overtaken, and keys do not wait for each other', async (t) => {
  const started: string[] = []
  let finish = (): void => {}
  let startNext = (): void => {}
  const next = new Promise<void>((resolve) => { startNext = resolve })
  const ticker = createTicker(1, async (key) => {
    started.push(key)
    if (started.filter((each) => each === 'slow').length === 2) startNext()
    if (key === 'slow') await new Promise<void>((resolve) => { finish = resolve })
  })
  t.teardown(ticker.stop)
  ticker.touch('slow')
  ticker.touch('slow')
  ticker.touch('quick')
  await pause(10)
  t.strictSame(started, ['slow', 'quick'])
  finish()
  await next
  t.strictSame(started, ['slow', 'quick', 'slow'])
  finish()
})

t.test('[O4] a socket passes twenty events at once and twenty a second; who floods on is cut', async (t) => {
  const perSecond = 20
  /** Sends at a steady rate for so many seconds and counts the answers. */
  const send = (rate: number, seconds: number) => {
    const limiter = createEventLimiter(perSecond, 0)
    const answers = { pass: 0, refuse: 0, cut: 0 }
    for (let at = 0; at < seconds * rate; at++) answers[admitEvent(limiter, perSecond, at * 1000 / rate)] += 1
    return answers
  }
  const limiter = createEventLimiter(perSecond, 0)
  t.strictSame(Array.from({ length: 20 }, () => admitEvent(limiter, perSecond, 0)), Array.from({ length: 20 }, () => 'pass'))
  t.strictSame(send(20, 3600), { pass: 72_000, refuse: 0, cut: 0 }, 'for an hour')
  t.equal(send(30, 60).cut, 0, 'a little too much is only refused')
  for (const rate of [100, 1000, 100_000]) t.ok(send(rate, 30).cut > 0, `${rate} a second are cut off`)
  holds(t, fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 400 }), (gaps) => {
    let now = 0
    const watched = createEventLimiter(perSecond, now)
    const passed = gaps.filter((gap) => { now += gap; return admitEvent(watched, perSecond, now) === 'pass' })
    assert.ok(passed.length <= 40 + now / 1000 * perSecond)
  }))
})
