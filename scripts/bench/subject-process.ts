// Runs one of the subjects' programs, which prints its port.
import type { SubjectProgram } from './program.ts'

/** A program listens on a free port of 127.0.0.1 and resolves to it. */
interface SubjectModule {
  run (): Promise<number>
}

const programs: Record<SubjectProgram, () => Promise<SubjectModule>> = {
  echo: async () => await import('./subjects/echo.ts'),
  naive: async () => await import('./subjects/naive.ts'),
  recount: async () => await import('./subjects/recount.ts'),
  constant: async () => await import('./subjects/constant.ts'),
  relay: async () => await import('./subjects/relay.ts'),
  'stock-emit': async () => await import('./subjects/stock-emit.ts'),
  'frame-loop': async () => await import('./subjects/frame-loop.ts'),
  'bare-page': async () => await import('./subjects/bare-page.ts')
}

const [, , name = ''] = process.argv
const load = new Map(Object.entries(programs)).get(name)
if (load === undefined) throw new Error(`There is no subject named ${name}.`)
const { run } = await load()
console.log(await run())
