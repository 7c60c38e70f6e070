// The load processes as the workloads see them.
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LoadAnswer, LoadCall, LoadCalls } from './load-protocol.ts'

export interface LoadProcess {
  readonly pid: number
  /** Where its sockets come from. */
  readonly localAddress: string
  call<C extends LoadCall> (call: C, request: LoadCalls[C]['request']): Promise<LoadCalls[C]['reply']>
  stop (): void
}

const program = fileURLToPath(new URL('./load-process.js', import.meta.url))
/** No call takes longer than this. */
const callTimeoutMs = 180_000

/** All of 127.0.0.0/8 is this host. Each process takes the next address, so that no ports of the last one are in its way. */
const firstHost = 2
const maxHosts = 250
let started = 0

export function startLoadProcess (): LoadProcess {
  // Typed arrays cross as they are.
  const child: ChildProcess = fork(program, [], { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const waiting = new Map<number, { resolve: (reply: unknown) => void, reject: (error: Error) => void }>()
  let nextId = 0
  let isStopped = false

  child.on('message', (answer: LoadAnswer) => {
    const caller = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) caller?.reject(new Error(answer.error))
    else caller?.resolve(answer.reply)
  })
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`a load process ended${isStopped ? '' : ` with exit code ${code ?? 'none'}`}`))
    waiting.clear()
  })

  function call<C extends LoadCall> (name: C, request: LoadCalls[C]['request']): Promise<LoadCalls[C]['reply']>
  function call (name: LoadCall, request: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = nextId++
      const timer = setTimeout(() => {
        waiting.delete(id)
        reject(new Error(`the load process did not finish ${name} within ${callTimeoutMs} ms`))
      }, callTimeoutMs)
      waiting.set(id, {
        resolve: (reply) => { clearTimeout(timer); resolve(reply) },
        reject: (error) => { clearTimeout(timer); reject(error) }
      })
      child.send({ id, call: name, request })
    })
  }

  return {
    pid: child.pid ?? 0,
    localAddress: `127.0.0.${firstHost + started++ % maxHosts}`,
    call,
    stop () {
      isStopped = true
      child.kill('SIGKILL')
    }
  }
}
