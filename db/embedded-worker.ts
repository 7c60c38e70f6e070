import { once } from 'node:events'
import { createServer } from 'node:net'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { createBridge } from './embedded-bridge.ts'
import { openEngine } from './embedded-engine.ts'
import { initialiseStorage } from './embedded-storage.ts'

export type WorkerTask =
  | { kind: 'initialise', folder: string }
  | { kind: 'serve', folder: string, endpoint: Endpoint }

/** Where to listen; port 0 lets the system choose. */
export type Endpoint =
  | { path: string }
  | { host: string, port: number, password: string }

/** Sent to the parent once clients can connect; any message from the parent asks for the end. */
export interface Listening {
  port: number | null
}

const maxConnections = 32
// A batch is what one read finds in the socket's buffer.
const readBufferBytes = 256 * 1024

async function serve (parent: MessagePort, folder: string, endpoint: Endpoint): Promise<void> {
  const engine = await openEngine({
    folder,
    // Thrown where nobody catches it: the thread ends, and with it every connection. What has been committed is in the
    // log, from which the next start recovers.
    onFailure (error) { setImmediate(() => { throw error }) }
  })
  const bridge = createBridge({ engine, password: 'password' in endpoint ? endpoint.password : null })
  const server = createServer({ highWaterMark: readBufferBytes, noDelay: true }, bridge.serve)
  server.maxConnections = maxConnections
  server.listen(endpoint)
  await once(server, 'listening')

  parent.once('message', () => {
    server.close()
    void bridge.close().then(engine.close).then(() => { parent.close() })
  })
  const address = server.address()
  parent.postMessage({ port: address !== null && typeof address === 'object' ? address.port : null } satisfies Listening)
}

const task: WorkerTask = workerData
if (parentPort === null) throw new Error('This file runs in a worker thread.')
if (task.kind === 'serve') await serve(parentPort, task.folder, task.endpoint)
else await initialiseStorage(task.folder)
