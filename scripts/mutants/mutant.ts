/** Takes one safeguard out of the product. Some test must notice. */
export interface Mutant {
  id: string
  /** What is gone, for people. */
  breaks: string
  rules: string[]
  edits: Edit[]
  /** The file that runs, and how the name of the test begins that must fail in it. */
  caughtBy: { file: string, test: string }
}

/** A piece of source text that stands in its file exactly once, and what takes its place. */
export interface Edit {
  file: string
  cut: string
  put: string
}

/** Throws where the piece is not there any more, or not alone. */
export function applyEdit (source: string, { file, cut, put }: Edit): string {
  const [before, after, ...more] = source.split(cut)
  if (before === undefined || after === undefined) throw new Error(`${file} does not have this any more, so that it cannot be taken out:\n${cut}`)
  if (more.length > 0) throw new Error(`${file} has this more than once:\n${cut}`)
  return before + put + after
}
