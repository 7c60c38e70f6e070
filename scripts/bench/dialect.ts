// How to talk to a service that is measured. Plain data: it is handed to the load processes.

export interface SocketCall {
  event: string
  data: unknown
}

/** Socket.IO over WebSocket; or plain WebSocket, where only calls and acks have Socket.IO's form and anything else is results. */
export interface SocketDialect {
  transport: 'socket.io' | 'websocket'
  /** The path of the upgrade request, with its slash at the end if it has one. */
  path: string
  /** Sent once, acknowledged; a socket counts as connected after that. Null: at once. */
  join: SocketCall | null
  /** Each socket casts these in turn, so two of them in a row should differ. */
  votes: SocketCall[]
  /** How the ack of a call that was accepted begins, for example `[{"ok":true`. */
  accepted: string
  /** How a message with results begins, for example `42["results",`. */
  results: string
}

/** One vote is one request; `{voter}` in it becomes 16 digits of its own. */
export interface HttpDialect {
  transport: 'http'
  method: string
  path: string
  headers: Record<string, string>
  /** Sent in turn. An empty one is no body. */
  bodies: string[]
}

export interface Address {
  host: string
  port: number
}

const acceptedAck = '[{"ok":true'
const resultsEvent = '42["results",'

/** What Plenum speaks, and all subjects here that speak Socket.IO. */
export function plenumDialect (pollId: string, optionIds: number[]): SocketDialect {
  return {
    transport: 'socket.io',
    path: '/socket.io/',
    join: { event: 'poll:join', data: { pollId } },
    votes: optionIds.map((id) => ({ event: 'vote:cast', data: { pollId, answer: { choices: [id] } } })),
    accepted: acceptedAck,
    results: resultsEvent
  }
}
