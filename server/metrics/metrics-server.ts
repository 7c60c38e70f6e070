import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createMetrics, type MetricsSources } from './metrics.ts'

export interface MetricsServerOptions {
  sources: MetricsSources
  host: string
  /** 0 takes a free one; undefined: no metrics. */
  port: number | undefined
  onError: (error: unknown, sentence: string) => void
}

const requestTimeoutMs = 5000
// Those who scrape are few, and known.
const maxConnections = 32

/** `GET /metrics` on a port of its own, which need not be as public as the other one. */
export function createMetricsServer ({ sources, host, port, onError }: MetricsServerOptions) {
  let server: Server | undefined

  return {
    /** Starts to listen, unless metrics are off. Resolves to the port. */
    async listen (): Promise<number | undefined> {
      if (port === undefined) return undefined
      const metrics = createMetrics(sources)
      server = createServer({ requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs, connectionsCheckingInterval: 1000 })
      server.maxConnections = maxConnections
      server.on('request', (request, response) => {
        if (isRefused(request, response)) return
        metrics.write().then((text) => { answer(response, 200, text, metrics.contentType) }, (error: unknown) => {
          onError(error, 'the metrics could not be read')
          answer(response, 500, 'The metrics could not be read.\n')
        })
      })
      server.listen(port, host)
      await once(server, 'listening')
      server.on('error', (error) => { onError(error, 'the port of the metrics has an error') })
      const address = server.address()
      return address !== null && typeof address === 'object' ? address.port : port
    },

    async close (): Promise<void> {
      if (server?.listening !== true) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
}

function isRefused ({ method, url }: IncomingMessage, response: ServerResponse): boolean {
  if (url?.replace(/\?.*$/s, '') !== '/metrics') {
    answer(response, 404, 'Metrics are at /metrics.\n')
    return true
  }
  if (method === 'GET') return false
  response.setHeader('allow', 'GET')
  answer(response, 405, 'Metrics are read with GET.\n')
  return true
}

function answer (response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text)
}
