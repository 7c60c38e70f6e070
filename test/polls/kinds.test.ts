import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { createBucketCache } from '../../server/polls/bucket-cache.ts'
import { kinds } from '../../server/polls/kinds/kinds.ts'
import { histogramOf } from '../../server/polls/kinds/number/histogram.ts'
import type { Answer, PollKind } from '../../server/protocol/poll.ts'
import type { PollSettings } from '../../server/protocol/poll-settings.ts'
import { PlenumError } from '../../server/protocol/problem.ts'
import { hasAtMostGraphemes } from '../../server/protocol/text.ts'
import { foldWord, toSingular } from '../../server/protocol/word-folding.ts'
import { holds } from '../helpers/properties.ts'
import { assertCounted } from '../helpers/recount.ts'

const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'

function normalize (kind: PollKind, answer: Answer, settings: PollSettings = {}, bounds = { minChoices: 1, maxChoices: 3 }): Answer | string {
  try {
    return kinds[kind].normalize(answer, { ...bounds, settings, optionIds: new Set() })
  } catch (error) {
    if (error instanceof PlenumError) return error.code
    throw error
  }
}

t.test('words that read the same are the same word', async (t) => {
  for (const [name, ...written] of [
    ['strasse', 'Straße', 'STRASSE', 'straße', 'STRAẞE', '  Strasse '],
    ['hello', 'Ｈｅｌｌｏ', 'HELLO', 'hello', 'hel\u200blo', '\ufeffhello', 'hel\u00adlo', 'hel\u2060lo'],
    ['fluff', 'ﬂuﬀ', 'FLUFF'],
    ['οδος', 'ΟΔΟΣ', 'οδος', 'οδοσ'],
    ['istanbul', 'İstanbul', 'I\u0307stanbul', 'ISTANBUL'],
    ['café au lait', 'Cafe\u0301  au\u00a0lait', 'CAFÉ AU LAIT'],
    [family, family],
    ['❤️', '❤️'],
    ['می‌خواهم', 'می‌خواهم'],
    ['!!!', '!!!', '！！！']
  ]) {
    for (const word of written) t.equal(foldWord(word), name, JSON.stringify(word))
  }
  const apart = ['sık', 'sik', 'ΟΔΟΣ', 'όδος', family, '\u{1f468}\u{1f469}\u{1f467}', '!', '?', '__proto__', 'constructor', 'toString']
  t.equal(new Set(apart.map(foldWord)).size, apart.length, 'others are kept apart')
})

t.test('[V3] folding a folded word changes nothing, whatever the script', async (t) => {
  const parts = fc.constantFrom('ß', 'ẞ', 'İ', 'ı', 'I', '\u0307', 'Σ', 'ς', 'ǰ', 'ŉ', 'ﬁ', '\u0345', 'Ᏼ', 'ა', 'K', '\u200b', '\u200d', ' ', '\u00a8', '\ufdfa', 'a')
  holds(t, fc.property(fc.array(fc.oneof(parts, fc.string({ unit: 'binary', minLength: 1, maxLength: 2 })), { maxLength: 8 }), (letters) => {
    const folded = foldWord(letters.join(''))
    assert.equal(foldWord(folded), folded)
  }), 1000)
})

t.test('stop words are left out however they are written, and plurals count as their singular where a poll says so', async (t) => {
  const stopWords = ['The', 'and', 'Straße']
  t.strictSame(normalize('words', { words: ['THE', 'tea', ' and '] }, { stopWords }), { words: ['tea'] })
  t.equal(normalize('words', { words: ['the', 'STRASSE'] }, { stopWords }), 'validation_failed', 'nothing is left')
  t.equal(normalize('words', { words: [] }, { stopWords }), 'too_few_choices')
  t.equal(normalize('words', { words: ['the', 'tea'] }, { stopWords }, { minChoices: 2, maxChoices: 3 }), 'too_few_choices', 'what counts is counted')
  t.strictSame(normalize('words', { words: ['Cats', 'cat'] }, { mergePlurals: true }), { words: ['cat'] })
  t.strictSame(normalize('words', { words: ['cats', 'cat'] }), { words: ['cat', 'cats'] }, 'not unless it is asked for')
  t.equal(normalize('words', { words: ['cats'] }, { mergePlurals: true, stopWords: ['cat'] }), 'validation_failed')
  for (const [plural, singular] of [['boxes', 'box'], ['classes', 'class'], ['parties', 'party'], ['houses', 'house'], ['ties', 'tie'], ['wishes', 'wish'], ['dogs', 'dog']] as const) t.equal(toSingular(plural), singular)
  for (const word of ['class', 'bus', 'this', 'gas', 'mice', 'analysis', '2020s', 'ós', '__proto__', 'οδος']) t.equal(toSingular(word), word)
})

t.test('[V3] the singular of a singular is itself', async (t) => {
  holds(t, fc.property(fc.array(fc.constantFrom('s', 'e', 'i', 'y', 'x', 'c', 'h', 'a', 'u', ' ', 'é'), { maxLength: 9 }), (letters) => {
    const singular = toSingular(letters.join(''))
    assert.equal(toSingular(singular), singular)
  }), 1000)
})

t.test('words that cannot be counted have a code', async (t) => {
  t.strictSame(normalize('words', { words: ['b', 'A', ' a'] }, {}, { minChoices: 2, maxChoices: 2 }), { words: ['a', 'b'] }, 'the same word counts once')
  t.equal(normalize('words', { words: ['a', 'A'] }, {}, { minChoices: 2, maxChoices: 3 }), 'too_few_choices', 'two words are asked for')
  t.equal(normalize('words', { words: ['a', 'b', 'c', 'd'] }), 'too_many_choices')
  t.equal(normalize('words', { words: [] }), 'too_few_choices')
  t.equal(normalize('words', { words: ['\ufdfa'.repeat(50)] }), 'option_invalid', '50 characters that stand for 900')
  t.equal(normalize('words', { words: ['\uffa0'] }), 'option_invalid', 'a filler that is blank in its common form')
  t.equal(normalize('words', { words: [`a${'\u20d0\u1ab0'.repeat(350)}`] }), 'option_invalid', 'one character too long for an index')
  t.strictSame(normalize('words', { words: [family.repeat(50)] }), { words: [family.repeat(50)] }, '50 characters of five code points each')
})

t.test('numbers keep their exact value, and steps are as exact as people type them', async (t) => {
  const value = (given: number, range: Partial<NonNullable<PollSettings['range']>> = {}) => normalize('number', { value: given }, { range: { min: null, max: null, step: null, ...range } })
  for (const exact of [0.1 + 0.2, 1e-7, -1e12, 123456789.123]) t.strictSame(value(exact), { value: exact }, String(exact))
  t.ok(Object.is((value(-0) as { value: number }).value, 0), '-0 is 0')
  for (const [given, range] of [
    [0.3, { step: 0.1 }], [0.7, { min: 0.1, step: 0.2 }], [123456789.1, { step: 0.1 }], [999999999.99, { min: -1e9, step: 0.01 }], [1e12, { step: 0.001 }], [-3, { min: -9, step: 2 }]
  ] as const) t.strictSame(value(given, range), { value: given }, `${given} in steps of ${range.step}`)
  for (const [given, range] of [
    [0.35, { step: 0.1 }], [0.5, { step: 1 }], [123456789.15, { step: 0.1 }], [-2, { min: -9, step: 2 }], [-1, { min: 0 }], [11, { max: 10 }]
  ] as const) t.equal(value(given, range), 'option_invalid', `${given} with ${JSON.stringify(range)}`)
  for (const wrong of [4, 0, 2.5]) t.equal(normalize('rating', { value: wrong }, { scale: { min: 1, max: 3, minLabel: null, maxLabel: null } }), 'option_invalid', `a rating of ${wrong}`)
})

t.test('a number within the tolerance is right, in decimals too', async (t) => {
  const isRight = (value: number, target: number, tolerance?: number) => kinds.number.isCorrect?.({ value }, { value: target, ...(tolerance === undefined ? {} : { tolerance }) })
  for (const [value, target, tolerance] of [[0.4, 0.3, 0.1], [0.1 + 0.2, 0.3, 0], [42, 42, undefined], [1e12, 1e12 - 1, 1]] as const) t.equal(isRight(value, target, tolerance), true, `${value} is ${target}`)
  for (const [value, target, tolerance] of [[0.41, 0.3, 0.1], [42.001, 42, 0], [1e12, 1e12 - 1, 0]] as const) t.equal(isRight(value, target, tolerance), false, `${value} is not ${target}`)
})

t.test('a histogram has at most twelve bars that hold every voter, however the numbers lie', async (t) => {
  const number = fc.oneof(fc.double({ min: -1e12, max: 1e12, noNaN: true }), fc.integer({ min: -50, max: 50 }), fc.constantFrom(0, 5e-324, 1e-7, 1e12, 1e12 - 0.5, -1e12))
  holds(t, fc.property(fc.array(fc.record({ value: number, count: fc.integer({ min: 1, max: 9 }) }), { minLength: 1, maxLength: 30 }), (given) => {
    const distribution = given.toSorted((a, b) => a.value - b.value)
    const bars = histogramOf(distribution)
    assert.ok(bars.length >= 1 && bars.length <= 12, `${bars.length} bars`)
    assert.equal(bars.reduce((sum, { count }) => sum + count, 0), given.reduce((sum, { count }) => sum + count, 0))
    bars.forEach(({ from, to }, at) => { assert.ok(from < to && (at === 0 || bars[at - 1]?.to === from), `${from} to ${to}`) })
  }), 400)
})

t.test('of more than 200 words the most frequent are shown, and all of them are known', async (t) => {
  const buckets = new Map(Array.from({ length: 300 }, (_word, at): [string, number] => [`word ${String(at).padStart(3, '0')}`, at < 100 ? 1 : 2]))
  buckets.set('gone', 0)
  const { counts, derived } = kinds.words.show(buckets, { minChoices: 1, maxChoices: 3, optionIds: new Set(), settings: {} })
  t.strictSame([Object.keys(counts).length, derived], [200, { distinct: 300 }])
  t.ok(Object.values(counts).every((count) => count === 2))
  const numbers = kinds.number.show(new Map([['1e+21', 1], ['-0.5', 2], ['3', 0]]), { minChoices: 1, maxChoices: 1, optionIds: new Set(), settings: {} })
  t.strictSame([{ ...numbers.counts }, numbers.derived?.distinct], [{ '-0.5': 2, 1e21: 1 }, 2], 'what everyone took back is not shown')
})

t.test('of buckets that grow from batch to batch the same is shown as of buckets that are read anew', async (t) => {
  const bucket = {
    number: fc.oneof(fc.integer({ min: -20, max: 20 }), fc.double({ min: -1e12, max: 1e12, noNaN: true })).map((value) => String(value + 0)),
    words: fc.string({ minLength: 1, maxLength: 2 }),
    ranking: fc.shuffledSubarray([1, 2, 3, 4], { minLength: 1 }).map((choices) => choices.join(','))
  }
  for (const kind of ['number', 'words', 'ranking'] as const) {
    const batches = fc.array(fc.array(fc.tuple(bucket[kind], fc.integer({ min: 0, max: 3 })), { maxLength: 60 }), { minLength: 2, maxLength: 8 })
    holds(t, fc.property(batches, fc.nat({ max: 9 }), (given, clearedAt) => {
      const held = new Map<string, number>()
      const show = (buckets: Map<string, number>) => kinds[kind].show(buckets, { minChoices: 1, maxChoices: 4, optionIds: new Set([1, 2, 3, 4]), settings: {} })
      given.forEach((batch, at) => {
        if (at === clearedAt) held.clear()
        for (const [name, count] of batch) held.set(name, count)
        assert.deepEqual(show(held), show(new Map(held)))
      })
    }), 60)
  }
})

t.test('the most frequent 200 are those that sorting all of them gives', async (t) => {
  const many = fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.integer({ min: 0, max: 4 })), { minLength: 150, maxLength: 400, size: 'max' })
  holds(t, fc.property(many, (given) => {
    const buckets = new Map(given)
    const { counts } = kinds.words.show(buckets, { minChoices: 1, maxChoices: 3, optionIds: new Set(), settings: {} })
    const sorted = Array.from(buckets).filter(([, count]) => count > 0).sort(([a, aCount], [b, bCount]) => bCount - aCount || (a < b ? -1 : 1))
    assert.deepEqual(new Map(Object.entries(counts)), new Map(sorted.slice(0, 200)))
  }), 60)
})

t.test('statistics of a rating are those of its ballots', async (t) => {
  const scale = { min: -5, max: 5, minLabel: null, maxLabel: null }
  holds(t, fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 60 }), (values) => {
    const buckets = new Map<string, number>()
    for (const value of values) buckets.set(String(value), (buckets.get(String(value)) ?? 0) + 1)
    const shown = kinds.rating.show(buckets, { minChoices: 1, maxChoices: 1, optionIds: new Set(), settings: { scale } })
    assertCounted({ voters: values.length, ...shown }, { kind: 'rating', optionIds: [], settings: { scale } }, values.map((value) => ({ value })))
  }))
})

t.test('the bucket cache gives what it holds once, and holds so much', async (t) => {
  const cache = createBucketCache()
  const buckets = (size: number) => ({ round: 1, version: 1, counts: new Map(Array.from({ length: size }, (_bucket, at) => [String(at), 1])) })
  const small = buckets(3)
  cache.keep('a', small)
  t.equal(cache.take('a'), small)
  t.equal(cache.take('a'), undefined, 'a batch that fails leaves nothing behind')
  cache.keep('a', small)
  cache.keep('b', buckets(300_000))
  cache.keep('a', small)
  cache.keep('c', buckets(300_000))
  t.strictSame([cache.take('b'), cache.take('a')], [undefined, small], 'the longest unused one has made room')
})

t.test('lengths are counted in grapheme clusters', async (t) => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  const letters = fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 2 }), fc.constantFrom('e\u0301', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', '\u{1f1e9}\u{1f1ea}', '\u0939\u093f')), { maxLength: 12 })
  holds(t, fc.property(letters, fc.nat(12), (parts, limit) => {
    const text = parts.join('')
    assert.equal(hasAtMostGraphemes(text, limit), Array.from(segmenter.segment(text)).length <= limit)
  }))
})
