import type { Answer, Poll } from '../../protocol/poll.ts'
import { flag, html, type Html } from './html.ts'
import type { Say } from './words.ts'

type Fields = (poll: Poll, answer: Answer, say: Say) => Html | Html[]

const fields = {
  single: ({ options }, { choices = [] }) => options.map(({ id, label }) => html`
        <label class="option"><input type="radio" name="choice" value="${id}"${flag('checked', choices.includes(id))} required> <span dir="auto">${label}</span></label>`),

  multiple: ({ options }, { choices = [] }) => options.map(({ id, label }) => html`
        <label class="option"><input type="checkbox" name="choice" value="${id}"${flag('checked', choices.includes(id))}> <span dir="auto">${label}</span></label>`),

  ranking: ({ options, minChoices, maxChoices }, { choices = [] }, say) => places(Math.min(maxChoices, options.length)).map((place) => html`
        <label class="field">${say('place', { place })}
          <select name="choice"${flag('required', place <= minChoices)}>
            <option value="">${say('noOption')}</option>${options.map(({ id, label }) => html`
            <option value="${id}"${flag('selected', choices[place - 1] === id)}>${label}</option>`)}
          </select>
        </label>`),

  rating: ({ scale }, { value }) => html`
        <div class="rating">
          <div class="rating-steps">${stepsOf(scale).map((step) => html`
            <label class="rating-step"><input type="radio" name="value" value="${step}"${flag('checked', step === value)} required> <span>${step}</span></label>`)}
          </div>
          ${scaleEnds(scale)}
        </div>`,

  number: ({ range }, { value }, say) => html`
        <label class="field">${say('yourNumber')}
          <input type="number" name="value" class="number" inputmode="decimal" step="${range?.step ?? 'any'}"${bound('min', range?.min)}${bound('max', range?.max)} value="${value ?? ''}" required>
        </label>`,

  text: (_poll, { text = '' }, say) => html`
        <label class="field">${say('yourAnswer')}
          <textarea name="text" rows="4" required>${text}</textarea>
        </label>`,

  words: ({ minChoices, maxChoices }, answer, say) => places(maxChoices).map((number) => html`
        <label class="field">${maxChoices === 1 ? say('yourWord') : say('wordNumber', { number })}
          <input type="text" name="word" autocomplete="off" value="${answer.words?.[number - 1] ?? ''}"${flag('required', number <= minChoices)}>
        </label>`)
} as const satisfies Record<Poll['kind'], Fields>

/** The native fields of a ballot, filled in with the answer that is stored. */
export function ballotFields (say: Say, poll: Poll, answer: Answer | null): Html | Html[] {
  return fields[poll.kind](poll, answer ?? {}, say)
}

/** The steps of a rating, in their order. */
export function stepsOf (scale: Poll['scale']): number[] {
  return scale === undefined ? [] : Array.from({ length: scale.max - scale.min + 1 }, (_, at) => scale.min + at)
}

function scaleEnds (scale: Poll['scale']): Html | undefined {
  if (scale === undefined || (scale.minLabel === null && scale.maxLabel === null)) return undefined
  const end = (step: number, label: string | null) => html`<span dir="auto">${label === null ? '' : `${step}: ${label}`}</span>`
  return html`<p class="scale-ends">${end(scale.min, scale.minLabel)} ${end(scale.max, scale.maxLabel)}</p>`
}

function bound (name: 'min' | 'max', value: number | null | undefined): Html | undefined {
  if (value == null) return undefined
  return name === 'min' ? html` min="${value}"` : html` max="${value}"`
}

function places (count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1)
}
