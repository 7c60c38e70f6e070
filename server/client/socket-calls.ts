import type { Socket } from 'socket.io-client'
import type { Ack, ClientEvent, ClientEventData, ClientEventReply, ClientToServerEvents, ServerToClientEvents } from '../protocol/events.ts'
import type { SocketProblem } from '../protocol/problem.ts'

export type ClientSocket = Socket<ServerToClientEvents, ClientToServerEvents>

/** Sends a call and resolves to its acknowledgement; to undefined when none came in time, or the line went. */
export function callSocket<E extends ClientEvent> (socket: ClientSocket, event: E, data: ClientEventData[E], timeoutMs: number): Promise<Ack<ClientEventReply[E]> | undefined> {
  // The union of all events is more than the compiler can see through here; the table of events says what each is answered with.
  const untyped: Socket<ServerToClientEvents, Record<string, (...args: unknown[]) => void>> = socket
  return new Promise((resolve) => {
    untyped.timeout(timeoutMs).emit(event, data, (error: Error | null, ack: Ack<ClientEventReply[E]>) => { resolve(error === null ? ack : undefined) })
  })
}

/** Why the server refused the handshake; undefined where the line itself failed. */
export function readRefusal (error: Error): SocketProblem | undefined {
  return 'data' in error && isSocketProblem(error.data) ? error.data : undefined
}

function isSocketProblem (value: unknown): value is SocketProblem {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string'
}
