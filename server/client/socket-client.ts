import { io } from 'socket.io-client'
import type { ClientEvent, ClientEventData, ClientEventReply } from '../protocol/events.ts'
import { PlenumError, problems, type SocketProblem } from '../protocol/problem.ts'
import { UnreachableError } from './requester.ts'
import { callSocket, readRefusal, type ClientSocket } from './socket-calls.ts'

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
  const socket: ClientSocket = io(baseUrl, { auth, transports, forceNew: true, timeout: timeoutMs, reconnection: false })
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
      const ack = await callSocket(socket, event, data, timeoutMs)
      if (ack === undefined) throw new UnreachableError(`${event} was not answered within ${timeoutMs} ms`)
      if (!ack.ok) throw fromSocketProblem(ack.error)
      return ack.data
    },
    close: () => { socket.disconnect() }
  }
}

function toError (error: Error): Error {
  const problem = readRefusal(error)
  // A newer server may have codes that are not known here.
  return problem === undefined || !Object.hasOwn(problems, problem.code) ? new UnreachableError(`no socket: ${error.message}`, { cause: error }) : fromSocketProblem(problem)
}

function fromSocketProblem ({ code, ...details }: SocketProblem): PlenumError {
  return new PlenumError(code, details)
}
