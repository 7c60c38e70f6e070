import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isUuid } from '../protocol/common.ts'
import type { TracedSpan, Tracing } from '../tracing/tracing.ts'

export type RequestSpans = ReturnType<typeof createRequestSpans>

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** A span for each request, named as OpenTelemetry names those of HTTP servers; one that comes with a `traceparent` is part of that trace. */
export function createRequestSpans (tracing: Tracing) {
  const spans = new WeakMap<IncomingMessage, TracedSpan>()

  return {
    /** Before any other hook, so that all of them are part of the span, and what is logged names it. */
    follow (app: FastifyInstance): void {
      app.addHook('onRequest', (request, reply, done) => {
        const { method, route } = nameOf(request)
        const span = tracing.start(route === undefined ? method : `${method} ${route}`, {
          kind: 'server',
          headers: request.headers,
          attributes: {
            'http.request.method': method,
            'url.scheme': request.protocol,
            'plenum.request.id': request.id,
            ...(route === undefined ? {} : { 'http.route': route, 'url.path': pathOf(route, request.params) })
          }
        })
        spans.set(request.raw, span)
        request.log = reply.log = request.log.child(span.ids)
        // Also of an answer that is cut off, or that is none of Fastify's.
        reply.raw.once('close', () => {
          const { headersSent, statusCode } = reply.raw
          if (headersSent) span.set({ 'http.response.status_code': statusCode })
          if (headersSent && statusCode >= 500) span.fail(String(statusCode))
          span.end()
        })
        span.within(done)
      })
      // The body came within what its connection is part of.
      app.addHook('preValidation', (request, _reply, done) => {
        const span = spans.get(request.raw)
        if (span === undefined) done()
        else span.within(done)
      })
    }
  }
}

function nameOf (request: FastifyRequest): { method: string, route: string | undefined } {
  return { method: knownMethods.has(request.method) ? request.method : '_OTHER', route: request.routeOptions.url }
}

/** The path with its ids. Nothing else that people may have typed: not a room's code, and no path that is no route. */
function pathOf (route: string, params: unknown): string {
  return route.replace(/:(\w+)/g, (parameter, name: string) => {
    const value: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, name) : undefined
    return typeof value === 'string' && isUuid(value) ? value : parameter
  })
}
