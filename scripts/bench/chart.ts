// Figures as a bar chart in SVG: Plenum beside what it is compared with, one pair of bars a figure.
import type { Figure } from './figures.ts'
import { formatNumber } from './table.ts'

const width = 760
const labelWidth = 330
const barHeight = 14
const pairHeight = 3 * barHeight + 22
const margin = 16

function escapeXml (text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function drawBar (y: number, length: number, name: string, value: string, color: string): string {
  return `<text x="${labelWidth - 8}" y="${y + barHeight - 3}" text-anchor="end">${escapeXml(name)}</text>` +
    `<rect x="${labelWidth}" y="${y}" width="${Math.max(1, length).toFixed(1)}" height="${barHeight - 2}" fill="${color}"/>` +
    `<text x="${labelWidth + length + 6}" y="${y + barHeight - 3}">${escapeXml(value)}</text>`
}

export function drawChart (figures: Figure[]): string {
  const drawn = figures.filter(({ value }) => Number.isFinite(value))
  const maxLength = width - labelWidth - 110
  const parts = drawn.map((figure, n) => {
    const y = margin + n * pairHeight
    const largest = Math.max(figure.value, figure.limit?.value ?? 0)
    const scale = (value: number): number => largest === 0 ? 0 : value / largest * maxLength
    const title = `<text x="${margin}" y="${y + barHeight - 3}" font-weight="bold">${escapeXml(`${figure.workload}  ${figure.label}`)}</text>`
    const own = drawBar(y + barHeight + 2, scale(figure.value), 'Plenum', `${formatNumber(figure.value)} ${figure.unit}`, '#2563eb')
    const { limit } = figure
    return title + own + (limit === null ? '' : drawBar(y + 2 * barHeight + 2, scale(limit.value), limit.name, `${formatNumber(limit.value)} ${figure.unit}`, '#9ca3af'))
  })
  const height = 2 * margin + drawn.length * pairHeight
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="#111827">
<rect width="100%" height="100%" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`
}
