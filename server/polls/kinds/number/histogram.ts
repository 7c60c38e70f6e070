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
  const width = widthFor(first.value, last.value)
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

function widthFor (first: number, last: number): number {
  // One bar less: the ends seldom fall on an edge.
  const least = Math.max(first === last ? 1 : (last - first) / (maxBars - 1), Math.max(Math.abs(first), Math.abs(last)) * 10 ** (1 - digits), leastWidth)
  const power = 10 ** Math.floor(Math.log10(least))
  // Rounding may let a span seem an edge shorter than it is.
  const fits = (width: number) => width >= least && Math.floor(last / width) - Math.floor(first / width) < maxBars
  return [1, 2, 5, 10].map((factor) => factor * power).find(fits) ?? 20 * power
}

/** 3 * 0.1 is 0.30000000000000004. */
function edge (at: number, width: number): number {
  return Number((at * width).toPrecision(digits))
}
