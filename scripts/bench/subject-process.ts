// Runs one of the subjects' programs, which prints its port.
const programs = {
  echo: async () => await import('./subjects/echo.ts'),
  naive: async () => await import('./subjects/naive.ts'),
  recount: async () => await import('./subjects/recount.ts'),
  constant: async () => await import('./subjects/constant.ts'),
  relay: async () => await import('./subjects/relay.ts'),
  'stock-emit': async () => await import('./subjects/stock-emit.ts'),
  'frame-loop': async () => await import('./subjects/frame-loop.ts')
}

export type SubjectProgram = keyof typeof programs

/** A program listens on a free port of 127.0.0.1 and resolves to it. */
export interface SubjectModule {
  run (): Promise<number>
}

const [, , name = ''] = process.argv
const load: (() => Promise<SubjectModule>) | undefined = new Map<string, () => Promise<SubjectModule>>(Object.entries(programs)).get(name)
if (load === undefined) throw new Error(`There is no subject named ${name}.`)
const { run } = await load()
console.log(await run())
