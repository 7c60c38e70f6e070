import { join } from 'node:path'
import { startChild } from '../../test/helpers/child-process.ts'
import type { MutatedBuild } from './mutated-build.ts'

export interface TestOutcome {
  passed: number
  /** The names of the tests that failed, in their order. */
  failed: string[]
  /** All that the run wrote. */
  output: string
}

const timeoutSeconds = 240

/** Runs one test file of the build as `npm test` does. */
export async function runTests ({ folder, build }: MutatedBuild, file: string, environment: Record<string, string>): Promise<TestOutcome> {
  const child = startChild(process.execPath, [join(build, 'scripts/test.js'), '--timeout', String(timeoutSeconds), file], {
    cwd: folder, env: { ...process.env, ...environment, CI: '', TEST_SKIP_INSTALL: '1' }, stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  for (const stream of [child.process.stdout, child.process.stderr]) stream?.on('data', (chunk: Buffer) => { output += chunk.toString() })
  await child.waitForExit((timeoutSeconds + 60) * 1000)
  const failed = Array.from(output.matchAll(/^ {2}not ok (.*)$/gm), ([, name = '']) => name)
  return { passed: Number(/^(\d+) passed, \d+ failed/m.exec(output)?.[1] ?? 0), failed, output }
}
