interface Props {
  type: 'radio' | 'checkbox'
  option: { id: number, label: string }
  isChosen: boolean
  choose: (isChosen: boolean) => void
}

export function OptionField ({ type, option, isChosen, choose }: Props) {
  return (
    <label class='option'>
      <input type={type} name='option' value={option.id} checked={isChosen} onChange={(event) => choose(event.currentTarget.checked)} />
      <span>{option.label}</span>
    </label>
  )
}
