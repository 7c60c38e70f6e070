import { stepsOf } from '../../../client/scale.ts'
import type { BallotFieldsProps } from '../ballot-fields.ts'

/** Native radios side by side; on a narrow screen they go on in the next line. */
export function RatingBallot ({ poll: { scale }, draft: { value }, edit }: BallotFieldsProps) {
  const steps = stepsOf(scale)
  const hasEnds = scale?.minLabel != null || scale?.maxLabel != null
  return (
    <div class='rating' role='group' aria-labelledby='question' aria-describedby={hasEnds ? 'scale-ends' : undefined}>
      <div class='rating-steps' style={{ '--steps': steps.length }}>
        {steps.map((step) => (
          <label key={step} class='rating-step'>
            <input type='radio' name='step' value={step} checked={value === String(step)} onChange={() => edit({ value: String(step) })} />
            <span>{step}</span>
          </label>
        ))}
      </div>
      {hasEnds && (
        <p id='scale-ends' class='scale-ends'>
          <span>{scale?.minLabel != null && `${scale.min}: ${scale.minLabel}`}</span>
          <span>{scale?.maxLabel != null && `${scale.max}: ${scale.maxLabel}`}</span>
        </p>
      )}
    </div>
  )
}
