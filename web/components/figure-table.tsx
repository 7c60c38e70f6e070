interface Props {
  caption: string
  headings: string[]
  rows: { id: number | string, cells: (string | number)[] }[]
  /** Whether it is to be seen too, and not only to be read out beside a chart. */
  isVisible?: boolean
}

/** The figures of a chart as a real table; the first cell names its row. */
export function FigureTable ({ caption, headings, rows, isVisible = false }: Props) {
  return (
    <div class={isVisible ? 'table-frame' : 'visually-hidden'} {...(isVisible ? { tabIndex: 0, role: 'region', 'aria-label': caption } : {})}>
      <table class='figures-table'>
        <caption class='visually-hidden'>{caption}</caption>
        <thead>
          <tr>{headings.map((heading) => <th key={heading} scope='col'>{heading}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map(({ id, cells: [name, ...cells] }) => (
            <tr key={id}>
              <th scope='row'>{name}</th>
              {cells.map((cell, at) => <td key={at}>{cell}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
