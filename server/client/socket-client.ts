import { io, type Socket } from 'socket.io-client'
import type { ClientEvent, ClientEventData, ClientEventReply, ClientToServerEvents, ServerToClientEvents } from '../protocol/events.ts'
import { PlenumError, problems, type SocketProblem } from '../protocol/problem.ts'
import { UnreachableError } from './requester.ts'

export interface SocketClientOptions {
  baseUrl: string
  voterToken?: string | undefined
  accessToken?: string | undefined
  transports?: Array<'websocket' | 'polling'>
  /** How long a connection or an ack may take. */
  timeoutMs?: number
}

/** A connected socket with typed events and calls. A refused call is thrown as a PlenumError; nothing and late answers as UnreachableError. */
export async function connectSocketClient ({ baseUrl, voterToken, accessToken, transports = ['websocket'], timeoutMs = 10_000 }: SocketClientOptions) {
  const auth = { ...(voterToken === undefined ? {} : { voterToken }), ...(accessToken === undefined ? {} : { accessToken }) }
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(baseUrl, { auth, transports, forceNew: true, timeout: timeoutMs, reconnection: false })
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => { reject(new UnreachableError(`${baseUrl} accepted no socket within ${timeoutMs} ms`)) }, timeoutMs)
    socket.once('connect', resolve)
    socket.once('connect_error', (error) => { reject(toError(error)) })
    socket.once('connect', () => { clearTimeout(timer) })
    socket.once('connect_error', () => { clearTimeout(timer) })
  }).catch((error: unknown) => {
    socket.disconnect()
    throw error
  })

  return {
    socket,
    async call<E extends ClientEvent> (event: E, data: ClientEventData[E]): Promise<ClientEventReply[E]> {
      // The union of all events is more than the compiler can see through here; the table of events says what each is answered with.
      const untyped: Socket<ServerToClientEvents, Record<string, (...args: unknown[]) => void>> = socket
      const ack = await untyped.timeout(timeoutMs).emitWithAck(event, data)
        .catch((cause: unknown) => { throw new UnreachableError(`${event} was not answered within ${timeoutMs} ms`, { cause }) })
      if (!ack.ok) throw fromSocketProblem(ack.error)
      return ack.data
    },
    close: () => { socket.disconnect() }
  }
}

function toError (error: Error): Error {
  const problem: SocketProblem | undefined = 'data' in error && isProblem(error.data) ? error.data : undefined
  return problem === undefined ? new UnreachableError(`no socket: ${error.message}`, { cause: error }) : fromSocketProblem(problem)
}

function isProblem (value: unknown): value is SocketProblem {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string' && Object.hasOwn(problems, value.code)
}

function fromSocketProblem ({ code, ...details }: SocketProblem): PlenumError {
  return new PlenumError(code, details)
}
