import { useEffect, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { pageLanguage } from '../../client/page-language.ts'
import { t } from '../text.ts'

export interface TimelinePoint {
  /** Milliseconds since 1970. */
  at: number
  voters: number
}

const height = 240
const clock = new Intl.DateTimeFormat(pageLanguage, { timeStyle: 'medium' })
const whole = new Intl.NumberFormat(pageLanguage)

/** To look at only: the same figures stand in a table beside it. */
export function TimelineChart ({ points }: { points: readonly TimelinePoint[] }) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<UPlot | null>(null)

  useEffect(() => {
    const { current } = place
    if (current === null) return undefined
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const draw = () => {
      chart.current?.destroy()
      chart.current = new UPlot(optionsFor(current), columnsOf(points), current)
    }
    draw()
    const resize = new ResizeObserver(() => { chart.current?.setSize({ width: current.clientWidth, height }) })
    resize.observe(current)
    dark.addEventListener('change', draw)
    return () => {
      resize.disconnect()
      dark.removeEventListener('change', draw)
      chart.current?.destroy()
      chart.current = null
    }
  }, [])

  useEffect(() => { chart.current?.setData(columnsOf(points)) }, [points])

  return <div ref={place} class='timeline' aria-hidden='true' />
}

function columnsOf (points: readonly TimelinePoint[]): [number[], number[]] {
  return [points.map(({ at }) => at / 1000), points.map(({ voters }) => voters)]
}

function optionsFor (place: HTMLElement): UPlot.Options {
  const color = (name: string) => getComputedStyle(place).getPropertyValue(name).trim()
  // The count holds until the next vote.
  const stepped = UPlot.paths.stepped?.({ align: 1 })
  const axis: UPlot.Axis = { stroke: color('--ink-soft'), grid: { stroke: color('--line'), width: 0.5 }, ticks: { stroke: color('--line') }, font: '14px system-ui, sans-serif' }
  return {
    width: place.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_chart, _least, most) => [0, Math.max(1, most)] } },
    axes: [
      { ...axis, space: 110, values: (_chart, splits) => splits.map((second) => clock.format(second * 1000)) },
      { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000], values: (_chart, splits) => splits.map((count) => whole.format(count)) }
    ],
    series: [{}, { label: t('roundVoters'), stroke: color('--series'), width: 3, ...(stepped === undefined ? {} : { paths: stepped }) }]
  }
}
