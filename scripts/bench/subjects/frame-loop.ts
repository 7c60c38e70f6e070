// The limit of W2: bare ws, one frame built once and written to all sockets in a loop; for each vote.
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { createMemoryPoll, countVote, type MemoryPoll } from './memory-poll.ts'
import { listenAnywhere, type Vote } from './socket-io-server.ts'

/** A text frame of a server: not masked. */
function encodeFrame (text: string): Buffer {
  const payload = Buffer.from(text)
  const header = payload.length < 126 ? Buffer.from([0x81, payload.length]) : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 0xff])
  return Buffer.concat([header, payload])
}

export async function run (): Promise<number> {
  const http = createServer()
  const server = new WebSocketServer({ server: http, perMessageDeflate: false, maxPayload: 16_384 })
  const sockets = new Set<Socket>()
  let poll: MemoryPoll | null = null
  server.on('connection', (client, { socket }) => {
    sockets.add(socket)
    client.on('close', () => { sockets.delete(socket) })
    client.on('message', (message: Buffer) => {
      const call = /^42(\d+)(\[.*\])$/.exec(message.toString())
      if (call?.[2] === undefined) return
      const [, vote]: [string, Vote] = JSON.parse(call[2])
      if (poll?.pollId !== vote.pollId) poll = createMemoryPoll(vote.pollId)
      countVote(poll, vote)
      client.send(`43${call[1]}[{"ok":true,"data":{"version":${poll.version}}}]`)
      const frame = encodeFrame(`42["results",${JSON.stringify(poll)}]`)
      for (const other of sockets) other.write(frame)
    })
  })
  return await listenAnywhere(http)
}
