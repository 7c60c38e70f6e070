// Finds the highest rate that a service sustains.
import type { Crowd } from '../crowd.ts'
import { isGeneratorBusy, type StepResult } from './step.ts'

export interface LadderOptions {
  crowd: Crowd
  firstRate: number
  stepMs: number
  warmUpMs: number
  maxSteps: number
  onStep?: (step: StepResult, isSustained: boolean) => void
}

export interface LadderResult {
  /** The sustained step with the highest rate; null when none was. */
  best: StepResult | null
  /** The generator gave up before the service did, so the true rate is higher. */
  isGeneratorBound: boolean
  /** Texts with which votes were refused. */
  refusals: string[]
}

const maxP99Ms = 100
/** The search ends when the sustained rate is known this exactly. */
const precision = 1.08

/** Everything acknowledged, and 99 of 100 within 100 ms. */
function isSustained ({ sent, acknowledged, p99Ms }: StepResult): boolean {
  return acknowledged === sent && p99Ms <= maxP99Ms
}

/** A step that fails by less than this gets a second chance: something else may have disturbed it. */
const hopelessP99Ms = 4 * maxP99Ms

/** Doubles the rate until it is too much, then halves the distance; each step is one run at a fixed rate. */
export async function climb ({ crowd, firstRate, stepMs, warmUpMs, maxSteps, onStep }: LadderOptions): Promise<LadderResult> {
  let best: StepResult | null = null
  let tooMuch = Infinity
  let isGeneratorBound = false
  const refusals = new Set<string>()
  let rate = firstRate
  for (let n = 0; n < maxSteps; n++) {
    const run = async (): Promise<StepResult> => {
      const step = await crowd.vote({ ratePerSecond: Math.round(rate), durationMs: stepMs + warmUpMs, warmUpMs })
      onStep?.(step, isSustained(step))
      return step
    }
    let step = await run()
    if (!isSustained(step) && step.acknowledged === step.sent && step.p99Ms < hopelessP99Ms) step = await run()
    const isGood = isSustained(step)
    for (const problem of step.problems) refusals.add(problem)
    if (isGood) best = step
    else {
      tooMuch = step.ratePerSecond
      isGeneratorBound = isGeneratorBusy(step)
    }
    const sustained = best?.ratePerSecond ?? 0
    if (sustained > 0 && tooMuch / sustained <= precision) break
    if (step.ratePerSecond <= 1 && !isGood) break
    rate = tooMuch === Infinity ? rate * 2 : sustained === 0 ? rate / 2 : Math.sqrt(sustained * tooMuch)
  }
  return { best, isGeneratorBound, refusals: Array.from(refusals) }
}
