import type { BallotFieldsProps } from '../ballot-fields.ts'
import { OptionField } from './option-field.tsx'

export function SingleBallot ({ poll, draft: { choices = [] }, edit }: BallotFieldsProps) {
  return (
    <>
      {poll.options.map((option) => (
        <OptionField key={option.id} type='radio' option={option} isChosen={choices.includes(option.id)} choose={() => edit({ choices: [option.id] })} />
      ))}
    </>
  )
}
