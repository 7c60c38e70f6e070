/** A few figures, each with its name. */
export function Statistics ({ figures }: { figures: [name: string, value: string][] }) {
  return (
    <dl class='statistics'>
      {figures.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  )
}
