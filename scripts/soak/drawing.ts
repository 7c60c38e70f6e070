// Memory over time as a line chart in SVG.
import type { Sample } from './sample.ts'

const [width, height, margin] = [760, 280, 44]

export function drawMemory (samples: Sample[]): string {
  const end = Math.max(1, ...samples.map(({ at }) => at))
  const top = Math.max(1, ...samples.map(({ rssMb }) => rssMb)) * 1.1
  const x = (at: number) => margin + at / end * (width - 2 * margin)
  const y = (mb: number) => height - margin - mb / top * (height - 2 * margin)
  const line = (valueOf: (sample: Sample) => number, color: string) =>
    `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${samples.map((sample) => `${x(sample.at).toFixed(1)},${y(valueOf(sample)).toFixed(1)}`).join(' ')}"/>`
  const changes = samples.filter(({ phase }, at) => phase !== samples[at - 1]?.phase)
  const phases = changes.map(({ at, phase }) => `<line x1="${x(at)}" x2="${x(at)}" y1="${margin}" y2="${height - margin}" stroke="#d1d5db"/><text x="${x(at) + 3}" y="${margin - 6}">${phase}</text>`)
  const marks = [0, 0.5, 1].map((share) => {
    const mb = Math.round(top / 1.1 * share)
    return `<text x="${margin - 6}" y="${y(mb) + 4}" text-anchor="end">${mb}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="#111827">
<rect width="100%" height="100%" fill="#ffffff"/>
${phases.join('\n')}
${marks.join('\n')}
<text x="${margin}" y="${height - 14}">0 s</text>
<text x="${width - margin}" y="${height - 14}" text-anchor="end">${Math.round(end)} s</text>
<text x="${width / 2}" y="${height - 14}" text-anchor="middle">MB over time: the whole process in grey, the heap after a collection in blue</text>
${line(({ rssMb }) => rssMb, '#9ca3af')}
${line(({ heapMb }) => heapMb, '#2563eb')}
</svg>
`
}
