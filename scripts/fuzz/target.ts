import fc from 'fast-check'
import { problems } from '../../server/protocol/problem.ts'
import type { Stage } from './stage.ts'

/** What came of an input: the codes of its refusals, and whether the server ended the connection, as it may. */
export interface Outcome {
  codes: string[]
  isEnded: boolean
}

/** Throws what the rules forbid; how an input was refused is an outcome. */
export interface FuzzClient<Input> {
  send (input: Input): Promise<Outcome>
  close (): void
}

export interface TargetDefinition<Input> {
  id: string
  title: string
  /** Texts may have placeholders that the stage fills in, so that an input means the same in every run. */
  inputs (stage: Stage): Promise<fc.Arbitrary<Input>>
  connect (stage: Stage): FuzzClient<Input>
}

export interface Tally {
  inputs: number
  refused: Map<string, number>
  ended: number
}

export interface Failure {
  /** The first input that broke a rule, and the smallest one that still does. */
  first: string
  smallest: string
  error: string
}

export interface FuzzPlan {
  runs: number
  seed: number
  /** Inputs as JSON that are tried before the random ones. */
  corpus: string
  tally: Tally
}

export interface Target {
  id: string
  title: string
  /** Tries the corpus and as many random inputs; what they do is counted on the way. */
  run (stage: Stage, plan: FuzzPlan): Promise<Failure | undefined>
}

// Inputs that wait for an answer leave the server idle: as many clients keep it busy.
const clientCount = 8
/** For finding a smaller input that fails as well. */
const shrinkMs = 15_000

/** Throws for a code that is not of the contract, or that says that something of ours failed. */
export function checkCode (code: unknown): string {
  if (typeof code !== 'string' || !Object.hasOwn(problems, code)) throw new Error(`refused with ${JSON.stringify(code)}, which is no code of the contract`)
  if (code === 'internal') throw new Error('refused with "internal"')
  return code
}

export function createTarget<Input> ({ id, title, inputs, connect }: TargetDefinition<Input>): Target {
  async function runClient (stage: Stage, arbitrary: fc.Arbitrary<Input>, examples: Input[], { runs, seed, tally }: FuzzPlan): Promise<Failure | undefined> {
    const client = connect(stage)
    let first: Failure['first'] | undefined
    let endAt = Infinity
    const property = fc.asyncProperty(arbitrary, async (input) => {
      // What is not tried does not fail: the smallest that has failed until then is the answer.
      if (performance.now() > endAt) return
      try {
        const { codes, isEnded } = await client.send(input)
        for (const code of codes) tally.refused.set(code, (tally.refused.get(code) ?? 0) + 1)
        if (isEnded) {
          // It may end a connection, but not because it died.
          await stage.assertAlive()
          tally.ended += 1
        }
        tally.inputs += 1
      } catch (error) {
        if (first === undefined) {
          first = JSON.stringify(input)
          endAt = performance.now() + shrinkMs
        }
        throw error
      }
    })
    try {
      const { failed, counterexample, errorInstance } = await fc.check(property, { seed, numRuns: examples.length + runs, examples: examples.map((input) => [input] satisfies [Input]) })
      if (!failed) return undefined
      const smallest = JSON.stringify(counterexample?.[0])
      return { first: first ?? smallest, smallest, error: errorInstance instanceof Error ? errorInstance.message : String(errorInstance) }
    } finally {
      client.close()
    }
  }

  return {
    id,
    title,
    async run (stage, plan) {
      const arbitrary = await inputs(stage)
      const known: Input[] = JSON.parse(plan.corpus)
      const failures = await Promise.all(Array.from({ length: clientCount }, async (_, at) =>
        await runClient(stage, arbitrary, at === 0 ? known : [], { ...plan, runs: Math.ceil(plan.runs / clientCount), seed: plan.seed * clientCount + at })))
      return failures.find((failure) => failure !== undefined)
    }
  }
}
