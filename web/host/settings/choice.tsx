/** Each value with its name and a sentence of what it means. */
export type Choices<Value extends string> = Readonly<Record<Value, { name: string, says: string }>>

interface ChoiceProps<Value extends string> {
  name: string
  legend: string
  choices: Choices<Value>
  chosen: Value
}

/** One of a few values, each with what it means. */
export function Choice<Value extends string> ({ name, legend, choices, chosen }: ChoiceProps<Value>) {
  return (
    <fieldset class='choices'>
      <legend>{legend}</legend>
      {Object.entries<Choices<Value>[Value]>(choices).map(([value, { name: title, says }]) => (
        <label key={value} class='option'>
          <input type='radio' name={name} value={value} defaultChecked={value === chosen} />
          <span>{title}<br /><span class='hint'>{says}</span></span>
        </label>
      ))}
    </fieldset>
  )
}

/** The value of this name, if it is one of them. */
export function chosenFrom<Value extends string> (choices: Choices<Value>, text: string): Value | undefined {
  for (const value in choices) {
    if (value === text) return value
  }
  return undefined
}
