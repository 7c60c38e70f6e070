// Property tests whose failure shows the smallest input that breaks them, and the seed.
import fc from 'fast-check'
import type { Test } from 'tap'

/** Tries random inputs; the run is repeated exactly with the seed that a failure names. */
export function holds<T> (t: Test, property: fc.IProperty<T>, numRuns = 300): void {
  const report = fc.check(property, { numRuns })
  t.notOk(report.failed, fc.defaultReportMessage(report) ?? `holds for ${report.numRuns} inputs`)
}
