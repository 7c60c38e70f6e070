// A server that is measured, as a process of its own.
import { createInterface } from 'node:readline'
import { startChild, type RunningChild } from '../../test/helpers/child-process.ts'

export interface Program {
  pid: number
  port: number
  readLoopBlockMs (): Promise<number>
  /** V8's heap and buffers, after a collection of garbage. The whole process also holds what V8 keeps for later. */
  readMemoryBytes (): Promise<number>
  stop (): Promise<void>
}

export interface ProgramRequest {
  command: string
  args: string[]
  environment: Record<string, string>
  /** Finds the port in a line of the program's output, which means that it is ready; null when it is not in this one. */
  readPort: (line: string) => number | null
}

/** The programs of subject-process.ts. */
export type SubjectProgram = 'echo' | 'naive' | 'recount' | 'relay' | 'stock-emit' | 'frame-loop' | 'constant' | 'bare-page'

const monitor = new URL('./monitor.js', import.meta.url).href
const startTimeoutMs = 60_000
const exitTimeoutMs = 20_000

/** Arguments of node with which a server process can be asked for its event loop and memory. */
export const monitorArgs = ['--expose-gc', `--import=${monitor}`]

export async function startProgram ({ command, args, environment, readPort }: ProgramRequest): Promise<Program> {
  const child = startChild(command, args, {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A server of several processes ends as a whole.
    detached: true
  })
  const port = await waitForPort(child, readPort)
  return {
    pid: child.pid,
    port,
    readLoopBlockMs: async () => await ask(child, 'loop'),
    readMemoryBytes: async () => await ask(child, 'memory'),
    async stop () {
      child.signal('SIGKILL')
      await child.waitForExit(exitTimeoutMs)
    }
  }
}

async function waitForPort (child: RunningChild, readPort: (line: string) => number | null): Promise<number> {
  const { stdout, stderr } = child.process
  if (stdout === null || stderr === null) throw new Error('the program has no output to read')
  let output = ''
  return await new Promise((resolve, reject) => {
    const fail = (what: string): void => reject(new Error(`a program ${what}:\n${output}`))
    const timer = setTimeout(() => fail('did not become ready'), startTimeoutMs)
    child.process.once('exit', () => { clearTimeout(timer); fail('ended at its start') })
    for (const input of [stdout, stderr]) {
      createInterface({ input }).on('line', (line) => {
        output = (output + line + '\n').slice(-4000)
        const port = readPort(line)
        if (port === null) return
        clearTimeout(timer)
        resolve(port)
      })
    }
  })
}

/** Asks the monitor in a server process; see monitor.ts. */
async function ask (child: RunningChild, question: 'loop' | 'memory'): Promise<number> {
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`a server did not tell its ${question} within 10 s`)), 10_000)
    child.process.once('message', (answer: unknown) => {
      clearTimeout(timer)
      resolve(Number(answer))
    })
    child.process.send(question)
  })
}
