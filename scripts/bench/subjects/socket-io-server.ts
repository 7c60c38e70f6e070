// Socket.IO as its users tune it: no client files, no compression, small messages.
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import { Server } from 'socket.io'

export interface SocketIoServer {
  io: Server
  http: HttpServer
  /** Resolves to the port. */
  listen (): Promise<number>
}

export function createSocketIoServer (onRequest: (request: IncomingMessage, response: ServerResponse) => void = refuse): SocketIoServer {
  const http = createServer(onRequest)
  const io = new Server(http, { serveClient: false, maxHttpBufferSize: 16_384, perMessageDeflate: false, httpCompression: false })
  // Frees the handshake's request, as Socket.IO's page on memory says.
  io.engine.on('connection', (socket: { request: unknown }) => { socket.request = null })
  return { io, http, listen: async () => await listenAnywhere(http) }
}

function refuse (_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404).end()
}

export function listenAnywhere (http: HttpServer): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen(0, '127.0.0.1', () => {
      const address = http.address()
      if (address !== null && typeof address === 'object') resolve(address.port)
      else reject(new Error('no port'))
    })
  })
}

export interface Vote {
  pollId: string
  answer: { choices: number[] }
}
export type Acknowledge = (answer: { ok: true, data: object } | { ok: false, error: { code: string } }) => void
