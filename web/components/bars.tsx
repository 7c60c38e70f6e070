const paletteSize = 7

export interface Bar {
  /** From 1; it decides the colour, so that a bar has the same one on every screen. */
  id: number
  label: string
  /** 0 to 1: how long the bar is. */
  share: number
  figure: string
  /** Set after the figure, softer. */
  detail?: string
  /** Said behind the label, such as that this option is right. */
  mark?: string | undefined
}

/** To look at only; the same figures stand in a table beside it. The order is the caller's and never moves. */
export function Bars ({ bars }: { bars: Bar[] }) {
  return (
    <ul class='bars' aria-hidden='true'>
      {bars.map(({ id, label, share, figure, detail, mark }) => (
        <li key={id} class={`bar bar-${(id - 1) % paletteSize}`} data-marked={mark !== undefined}>
          <span class='bar-label'>{label}{mark !== undefined && <> <span class='mark'>{mark}</span></>}</span>
          <span class='bar-figures'><b>{figure}</b>{detail !== undefined && <> <span class='bar-count'>{detail}</span></>}</span>
          <span class='bar-track'>
            <span class='bar-fill' style={{ '--share': share }} />
          </span>
        </li>
      ))}
    </ul>
  )
}
