// What programs with options have in common.

export interface Command<Options> {
  usage: string
  /** Throws a sentence about options that are not valid. */
  readOptions: (args: string[]) => Options
  /** Resolves to the exit code. */
  run: (options: Options) => Promise<number>
}

/** Resolves to the exit code: 0 for --help, 2 for options that are not valid. */
export async function runCommand<Options extends { help: boolean }> (args: string[], { usage, readOptions, run }: Command<Options>): Promise<number> {
  let options
  try {
    options = readOptions(args)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return 2
  }
  if (options.help) {
    console.log(usage)
    return 0
  }
  return await run(options)
}

/** A random one where none is given; print it, so that the same choices can be made again. */
export function readSeed (text: string | undefined): number {
  const seed = Number(text ?? Math.floor(Math.random() * 2 ** 31))
  if (!Number.isSafeInteger(seed)) throw new Error('The seed is a whole number.')
  return seed
}

/** Those of a list of names, separated by commas; all where there is no list. Throws for a name that is none. */
export function chooseByName<Thing extends { id: string }> (things: readonly Thing[], what: string, list: string | undefined): Thing[] {
  const names = list?.split(',')
  const unknown = names?.find((name) => !things.some(({ id }) => id === name))
  if (unknown !== undefined) throw new Error(`There is no ${what} named ${unknown}.`)
  return things.filter(({ id }) => names?.includes(id) ?? true)
}
