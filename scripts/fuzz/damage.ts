// Inputs that are almost right: most of what is wholly random is refused at the first byte and reaches nothing.
import fc from 'fast-check'

const family = '👩‍👩‍👧‍👦'

/** Names that objects have by nature, or that libraries look for. */
export const oddNames = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'toJSON', 'then', 'length', '_placeholder', '')

/** Texts that something on the way may take for more than a text. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  oddNames,
  fc.constantFrom(
    '\u0000', '\ud800', '\u202ename', '\u200b', ' ', '\t', '\r\n', '%00', '%', '../../etc/passwd', '=1+1', '<script>', "' OR 1=1 --", 'NaN', '1e309', '-0', '0x10',
    '01900000-0000-7000-8000-000000000000', '２', 'ＡＢＣＤＥＦ'),
  fc.constantFrom(family.repeat(400), 'x'.repeat(201), 'x'.repeat(5_000)),
  fc.string({ unit: 'binary', maxLength: 40 }))

/** A text as a part of an address. A lone surrogate has no place there, and becomes what UTF-8 makes of it. */
export function inAddress (text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()).slice(0, 500)
}

/** Values of JSON as text, also those that no program would write. */
export const oddJson: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('null', 'true', '0', '-1', '-0', '1.5', '1e308', '1e999', '9007199254740993', '""', '[]', '{}', '[[]]', '[null]'),
  oddText.map((text) => JSON.stringify(text)),
  oddNames.chain((name) => fc.constantFrom(`{${JSON.stringify(name)}:1}`, `{${JSON.stringify(name)}:{"admin":true}}`)),
  fc.constantFrom(10, 300, 3_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.constantFrom(10, 300, 1_000).map((depth) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)),
  fc.constantFrom(60, 1_001, 5_000).map((length) => JSON.stringify(Array.from({ length }, (_, at) => at))),
  fc.json({ maxDepth: 3 }))

/** Writes JSON, with the node of this number (counted as they are written) replaced. */
function writeWith (value: unknown, nth: number, replacement: string): string {
  let count = 0
  const write = (node: unknown): string => {
    if (count++ === nth) return replacement
    if (Array.isArray(node)) return `[${node.map(write).join(',')}]`
    if (typeof node !== 'object' || node === null) return JSON.stringify(node)
    return `{${Object.entries(node).map(([key, inner]) => `${JSON.stringify(key)}:${write(inner)}`).join(',')}}`
  }
  return write(value)
}

function countNodes (value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((count: number, inner: unknown) => count + countNodes(inner), 1)
}

/** The value as JSON: as it is, with one node replaced, or with a field too many. */
export function damagedJson (value: unknown): fc.Arbitrary<string> {
  const text = JSON.stringify(value)
  const withField = fc.tuple(fc.oneof(oddNames, fc.constantFrom('ownerId', 'status', 'version', 'counts', 'round')), oddJson)
    .map(([name, inner]) => text.replace(/^\{/, `{${JSON.stringify(name)}:${inner}${text === '{}' ? '' : ','}`))
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(text) },
    { weight: 5, arbitrary: fc.tuple(fc.nat(countNodes(value) - 1), oddJson).map(([nth, replacement]) => writeWith(value, nth, replacement)) },
    { weight: 2, arbitrary: withField })
}

/** The text with a part cut, doubled, taken out or replaced. */
export function damagedText (text: string): fc.Arbitrary<string> {
  const place = fc.nat(text.length)
  return fc.oneof(
    place.map((at) => text.slice(0, at)),
    fc.tuple(place, fc.string({ unit: 'binary', minLength: 1, maxLength: 3 })).map(([at, inserted]) => text.slice(0, at) + inserted + text.slice(at + 1)),
    fc.tuple(place, place).map(([from, to]) => text.slice(0, from) + text.slice(to)),
    fc.tuple(place, place).map(([from, to]) => text.slice(0, from) + text.slice(Math.min(from, to)) + text),
    fc.tuple(place, oddText).map(([at, inserted]) => text.slice(0, at) + inserted + text.slice(at)),
    fc.nat(9).map((digit) => text.replace(/\d/g, String(digit))))
}
