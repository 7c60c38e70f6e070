import type { Stage } from './stage.ts'

export interface SentWatch {
  look (sent: string): void
  /** Throws what was found until now. */
  assertClean (): void
}

/** Looks at all that a connection is sent, also when it waits for nothing: whoever sends next is told what was found. */
export function watchSent (stage: Stage): SentWatch {
  let found: Error | undefined
  return {
    look (sent) {
      try {
        stage.inspect(sent)
      } catch (error) {
        found ??= new Error(error instanceof Error ? error.message : String(error))
      }
    },
    assertClean () {
      if (found !== undefined) throw found
    }
  }
}
