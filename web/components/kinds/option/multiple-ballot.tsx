import type { BallotFieldsProps } from '../ballot-fields.ts'
import { OptionField } from './option-field.tsx'

export function MultipleBallot ({ poll, draft: { choices = [] }, edit }: BallotFieldsProps) {
  function choose (optionId: number, isChosen: boolean) {
    const others = choices.filter((choice) => choice !== optionId)
    edit({ choices: isChosen ? [...others, optionId] : others })
  }

  return (
    <>
      {poll.options.map((option) => (
        <OptionField key={option.id} type='checkbox' option={option} isChosen={choices.includes(option.id)} choose={(isChosen) => choose(option.id, isChosen)} />
      ))}
    </>
  )
}
