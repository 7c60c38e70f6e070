// The limit of W1 and W3: Socket.IO that acknowledges and does nothing else.
import { createSocketIoServer, type Acknowledge, type Vote } from './socket-io-server.ts'

export async function run (): Promise<number> {
  const { io, listen } = createSocketIoServer()
  io.on('connection', (socket) => {
    socket.on('poll:join', (_data: unknown, acknowledge: Acknowledge) => { acknowledge({ ok: true, data: {} }) })
    socket.on('vote:cast', (_vote: Vote, acknowledge: Acknowledge) => { acknowledge({ ok: true, data: {} }) })
  })
  return await listen()
}
