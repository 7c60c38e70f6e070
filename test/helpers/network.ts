// A network between a device and the server that can be broken: bytes are lost without a word, as where a phone leaves the hall.
import { connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

export interface Network {
  /** Where the server is reached through this network. */
  url: string
  /** From now on nothing of the device reaches the server. */
  loseRequests (): void
  /** From now on nothing of the server reaches the device. */
  loseAnswers (): void
  /** Ends all connections, and takes no new ones. */
  cut (): void
  /** Works again, for new connections. */
  mend (): void
}

/** Closed at teardown. */
export async function startNetwork (t: Test, serverUrl: string): Promise<Network> {
  const { hostname, port } = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let isCut = false
  let losesRequests = false
  let losesAnswers = false

  function hold (socket: Socket, other: Socket): void {
    sockets.add(socket)
    // How a connection ends is told by its end.
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      other.destroy()
    })
  }

  function cut (): void {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }

  const relay = createServer((device) => {
    if (isCut) return device.destroy()
    const server = connect(Number(port), hostname)
    hold(device, server)
    hold(server, device)
    device.on('data', (bytes) => { if (!losesRequests) server.write(bytes) })
    server.on('data', (bytes) => { if (!losesAnswers) device.write(bytes) })
  })
  await new Promise<void>((resolve) => { relay.listen(0, '127.0.0.1', resolve) })
  t.teardown(async () => {
    cut()
    await new Promise((resolve) => { relay.close(resolve) })
  })
  const address = relay.address()
  if (address === null || typeof address === 'string') throw new Error('the relay has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    loseRequests: () => { losesRequests = true },
    loseAnswers: () => { losesAnswers = true },
    cut,
    mend: () => {
      isCut = false
      losesRequests = false
      losesAnswers = false
    }
  }
}
