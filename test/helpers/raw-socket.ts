// WebSockets frame by frame, for what no well-behaved client sends or keeps.
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Owner } from './owner.ts'

/** A plain WebSocket; keeps every text frame. Refused with the status of the answer. Cut at teardown. */
export async function openWebSocket (t: Owner, url: string, path: string, headers: Record<string, string> = {}, protocols: string[] = []) {
  const ws = new WebSocket(url.replace('http', 'ws') + path, protocols, { headers })
  const frames: string[] = []
  ws.on('message', (frame) => { frames.push(String(frame)) })
  t.teardown(() => { ws.terminate() })
  const closed = new Promise<number>((resolve) => { ws.on('close', resolve) })
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve)
    ws.once('unexpected-response', (request, response) => {
      request.destroy()
      reject(new Error(`refused with ${response.statusCode}`))
    })
    ws.on('error', reject)
  })

  return {
    ws,
    frames,
    /** Resolves with the close code. */
    closed,
    /** The first frame, kept or to come, that fits. */
    async frameWhere (fits: (frame: string) => boolean, timeoutMs = 5000): Promise<string> {
      const signal = AbortSignal.timeout(timeoutMs)
      for (;;) {
        // All of them each time: several messages of one packet come before the wait for the first one is over.
        const found = frames.find(fits)
        if (found !== undefined) return found
        await once(ws, 'message', { signal })
      }
    }
  }
}

/** A WebSocket that has gone through the handshakes of Engine.IO and Socket.IO. */
export async function connectRaw (t: Owner, url: string, auth: object = {}) {
  const socket = await openWebSocket(t, url, '/socket.io/?EIO=4&transport=websocket')
  socket.ws.send(`40${JSON.stringify(auth)}`)
  await socket.frameWhere((frame) => frame.startsWith('40'))
  let acks = 0
  return {
    ...socket,
    /** An event with its ack, as Socket.IO writes them. */
    async ask (event: string, data: unknown): Promise<string> {
      const id = ++acks
      socket.ws.send(`42${id}${JSON.stringify([event, data])}`)
      return await socket.frameWhere((frame) => frame.startsWith(`43${id}[`))
    }
  }
}
