import fc from 'fast-check'
import t from 'tap'
import { guardText } from '../../server/exports/formula-guard.ts'
import { createVersionWindow } from '../../server/exports/version-window.ts'
import { holds } from '../helpers/properties.ts'

t.test('[R2] counting along the versions equals recounting, whatever the ballots and however they are cut into windows', async (t) => {
  const buckets = ['1', '2', '3']
  const answer = fc.option(fc.subarray(buckets, { minLength: 1 }))
  const ballot = fc.record({ version: fc.integer({ min: 5, max: 24 }), voter: fc.integer({ min: 0, max: 4 }), answer })
  holds(t, fc.property(fc.array(ballot, { maxLength: 40 }), fc.integer({ min: 1, max: 25 }), (unsorted, size) => {
    const ballots = unsorted.toSorted((a, b) => a.version - b.version)
    const newestOf = (voter: number, before: number) => ballots.slice(0, before).findLast((other) => other.voter === voter)?.answer ?? null
    const steps = ballots.map(({ version, voter, answer }, at) => ({ version, at: new Date(version), before: newestOf(voter, at), after: answer }))
    const total = { voters: 0, counts: { 1: 0, 2: 0, 3: 0 } }
    const counted = []
    for (let firstVersion = 5; firstVersion < 25; firstVersion += size) {
      const window = createVersionWindow({ firstVersion, size, buckets })
      for (const step of steps.toReversed()) if (window.covers(step.version)) window.add(step)
      counted.push(...window.count(total))
    }
    const expected = Array.from(new Set(ballots.map(({ version }) => version)), (version) => {
      const until = ballots.filter((one) => one.version <= version).length
      const answers = [0, 1, 2, 3, 4].map((voter) => newestOf(voter, until)).filter((newest) => newest !== null)
      const counts = Object.fromEntries(buckets.map((bucket) => [bucket, answers.flat().filter((one) => one === bucket).length]))
      return { version, at: new Date(version), voters: answers.length, counts }
    })
    return JSON.stringify(counted) === JSON.stringify(expected)
  }))
})

t.test('a cell that a spreadsheet would run is only text', async (t) => {
  const runs = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\tx', '\rx', '\nx', ' =1', '\u00a0=1', '"=1', '\'=1', '" \'=1', '\uFF1D1', '\uFF0B1', '\uFF0D1', '\uFF201', ' \uFF1D1', '\u200b=1', '\0=1', '=\0', '=']
  for (const cell of runs) t.equal(guardText(cell), `'${cell.replaceAll('\0', '')}`, JSON.stringify(cell))
  for (const cell of ['', 'Yes', '1+1', 'a=b', 'x@example.org', '10-20', '"quoted"', ' blank', '\u2013 dash', '\u{1f600}']) t.equal(guardText(cell), cell, JSON.stringify(cell))
  t.equal(guardText('a\0b'), 'ab')
})
