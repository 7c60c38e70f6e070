import type { HistogramBar } from '../../../protocol/derived.ts'
import type { Distribution } from '../statistics.ts'

const maxBars = 12
/** Of an edge; a width that shows in them keeps the edges apart. */
const digits = 12
// Nearer to zero numbers lose their digits.
const leastWidth = 1e-290

/** At most 12 bars of equal width from the smallest to the greatest value; widths are 1, 2 or 5 times a power of ten. Their counts add up to the voters. */
export function histogramOf (distribution: Distribution): HistogramBar[] {
  const first = distribution[0]
  const last = distribution.at(-1)
  if (first === undefined || last === undefined) return []
  const width = widthFor(last.value - first.value, Math.max(Math.abs(first.value), Math.abs(last.value)))
  const from = Math.floor(first.value / width)
  const bars = Array.from({ length: Math.floor(last.value / width) - from + 1 }, (_bar, at) => ({
    from: edge(from + at, width), to: edge(from + at + 1, width), count: 0
  }))
  for (const { value, count } of distribution) {
    const bar = bars[Math.min(bars.length - 1, Math.max(0, Math.floor(value / width) - from))]
    if (bar !== undefined) bar.count += count
  }
  return bars
}

function widthFor (span: number, greatest: number): number {
  // One bar less: the ends seldom fall on an edge.
  const least = Math.max(span === 0 ? 1 : span / (maxBars - 1), greatest * 10 ** (1 - digits), leastWidth)
  const power = 10 ** Math.floor(Math.log10(least))
  return [1, 2, 5, 10].map((factor) => factor * power).find((width) => width >= least) ?? 10 * power
}

/** 3 * 0.1 is 0.30000000000000004. */
function edge (at: number, width: number): number {
  return Number((at * width).toPrecision(digits))
}
