import type { Scale } from '../../server/protocol/poll-settings.ts'

/** Every step of a rating's scale, the lowest first. */
export function stepsOf (scale: Scale | undefined): number[] {
  return scale === undefined ? [] : Array.from({ length: scale.max - scale.min + 1 }, (_step, at) => scale.min + at)
}

/** What a step means, where the host said so. */
export function stepLabel (step: number, scale: Scale | undefined): string | null {
  if (step === scale?.min) return scale.minLabel
  return step === scale?.max ? scale.maxLabel : null
}
