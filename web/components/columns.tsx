import { exactWords } from '../client/figures.ts'

export interface Column {
  id: number
  /** Below the middle of the column, or where it begins. */
  label: string
  count: number
}

interface Props {
  columns: Column[]
  /** Where each column begins on an axis, rather than what it is; `end` is where the last one ends. */
  axis?: { end: string } | undefined
}

/** A distribution to look at; the same figures stand in a table beside it. The highest column fills the chart. */
export function Columns ({ columns, axis }: Props) {
  const highest = Math.max(1, ...columns.map(({ count }) => count))
  return (
    <ul class='columns' aria-hidden='true' data-axis={axis !== undefined} style={{ '--columns': columns.length }}>
      {columns.map(({ id, label, count }, at) => (
        <li key={id} class='column'>
          <span class='column-count'>{exactWords(count)}</span>
          <span class='column-track'><span class='column-fill' style={{ transform: `translateY(${(1 - count / highest) * 100}%)` }} /></span>
          <span class='column-label'>{label}</span>
          {axis !== undefined && at === columns.length - 1 && <span class='column-end'>{axis.end}</span>}
        </li>
      ))}
    </ul>
  )
}
