import type { ChartRow } from './chart-rows.ts'

export interface ChartText {
  text: string
  x: number
  y: number
  size: number
  weight: 400 | 700
  anchor: 'start' | 'end'
}

export interface ChartImage {
  width: number
  height: number
  bars: Array<{ x: number, y: number, width: number, height: number, color: string }>
  texts: ChartText[]
}

interface ChartWords {
  title: string
  /** Below the title: how many voters there are. */
  note: string
  /** The count, as it is written at its bar. */
  figure: (count: number) => string
  isRightToLeft: boolean
}

// Okabe-Ito, as on the pages.
const colors = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442']
const ink = '#14181f'
const font = 'system-ui, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif'
const width = 1200
const margin = 48
const rowHeight = 84
const titleSize = 40
// No measuring here: a letter is taken to be this part of its size wide.
const letterWidth = 0.56

/** Bars as shapes, from which both the SVG and the picture are made. */
export function layOutChart (rows: readonly ChartRow[], { title, note, figure, isRightToLeft }: ChartWords): ChartImage {
  const inner = width - 2 * margin
  const most = Math.max(1, ...rows.map(({ count }) => count))
  const [near, far]: ['start' | 'end', 'start' | 'end'] = isRightToLeft ? ['end', 'start'] : ['start', 'end']
  const nearX = isRightToLeft ? width - margin : margin
  const titleLines = wrap(title, Math.floor(inner / (titleSize * letterWidth)))
  const top = margin + titleLines.length * titleSize * 1.25 + 48
  return {
    width,
    height: Math.round(top + rows.length * rowHeight + margin / 2),
    bars: rows.map(({ count }, at) => {
      const length = inner * count / most
      return { x: isRightToLeft ? width - margin - length : margin, y: top + at * rowHeight + 34, width: length, height: 32, color: colors[at % colors.length] ?? ink }
    }),
    texts: [
      ...titleLines.map((text, at): ChartText => ({ text, x: nearX, y: margin + (at + 1) * titleSize * 1.25 - 12, size: titleSize, weight: 700, anchor: near })),
      { text: note, x: nearX, y: top - 24, size: 24, weight: 400, anchor: near },
      ...rows.flatMap(({ label, count }, at): ChartText[] => [
        { text: shorten(label, Math.floor(inner * 0.85 / (24 * letterWidth))), x: nearX, y: top + at * rowHeight + 26, size: 24, weight: 400, anchor: near },
        { text: figure(count), x: width - nearX, y: top + at * rowHeight + 26, size: 24, weight: 700, anchor: far }
      ])
    ]
  }
}

export function chartSvg ({ width, height, bars, texts }: ChartImage): string {
  const shapes = [
    ...bars.map((bar) => `<rect x="${bar.x}" y="${bar.y}" width="${bar.width}" height="${bar.height}" fill="${bar.color}" stroke="${ink}" stroke-width="2"/>`),
    ...texts.map(({ text, x, y, size, weight, anchor }) => `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}">${escapeXml(text)}</text>`)
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${escapeXml(font)}" fill="${ink}">` +
    `<rect width="${width}" height="${height}" fill="#fff"/>${shapes.join('')}</svg>\n`
}

/** Null when the browser makes no picture. */
export async function chartPng ({ width, height, bars, texts }: ChartImage): Promise<Blob | null> {
  const canvas = document.createElement('canvas')
  const drawing = canvas.getContext('2d')
  if (drawing === null) return null
  canvas.width = width * 2
  canvas.height = height * 2
  drawing.scale(2, 2)
  drawing.fillStyle = '#fff'
  drawing.fillRect(0, 0, width, height)
  drawing.strokeStyle = ink
  drawing.lineWidth = 2
  for (const bar of bars) {
    drawing.fillStyle = bar.color
    drawing.fillRect(bar.x, bar.y, bar.width, bar.height)
    drawing.strokeRect(bar.x, bar.y, bar.width, bar.height)
  }
  drawing.fillStyle = ink
  for (const { text, x, y, size, weight, anchor } of texts) {
    drawing.font = `${weight} ${size}px ${font}`
    drawing.textAlign = anchor === 'start' ? 'left' : 'right'
    drawing.fillText(text, x, y)
  }
  return await new Promise((resolve) => { canvas.toBlob(resolve, 'image/png') })
}

function wrap (text: string, most: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(shorten(word, most))
  }
  return lines
}

function shorten (text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}

function escapeXml (text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
