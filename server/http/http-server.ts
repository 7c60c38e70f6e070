import { randomUUID } from 'node:crypto'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import fastifyCookie from '@fastify/cookie'
import fastifyCors, { type FastifyCorsOptions } from '@fastify/cors'
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type RouteOptions } from 'fastify'
import helmet, { type HelmetOptions } from 'helmet'
import type { OriginCheck } from '../identity/origins.ts'
import { Empty } from '../protocol/common.ts'
import { PlenumError } from '../protocol/problem.ts'
import { roomCodeAlphabet, roomCodeLength } from '../protocol/room.ts'
import { codesPageStyle } from '../rooms/access-code-sheet.ts'
import { handleBrokenRequest, handleError, sendProblem } from './error-handler.ts'
import type { ProxyTrust } from './proxy-trust.ts'
import type { RequestSpans } from './request-spans.ts'
import { buildSerializer } from './serializers.ts'

export interface HttpServerOptions {
  logger: FastifyBaseLogger
  /** Whose X-Forwarded-* headers count. */
  isProxy: ProxyTrust
  isSecure: boolean
  isAllowedOrigin: OriginCheck
  /** Origins whose pages may read answers; with their cookies, as they are trusted. */
  corsOrigins: readonly string[]
  /** Undefined: no traces. */
  spans: RequestSpans | undefined
}

const readableHeaders = ['ETag', 'Link', 'Location', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'Idempotency-Replayed', 'X-Request-Id']
const maxBodyBytes = 64 * 1024
// Long enough for a slow phone, short enough that a half-sent request does not hold a socket.
const requestTimeoutMs = 10_000

/** The Fastify instance with what every route shares: validation, problem details, security headers, cookies. */
export async function createHttpServer (options: HttpServerOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => randomUUID(),
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    // Node takes the smaller of the two for the headers, and the larger one for the whole request.
    http: { connectionsCheckingInterval: 1000, headersTimeout: requestTimeoutMs },
    trustProxy: options.isProxy,
    forceCloseConnections: 'idle',
    // Whoever was let in is answered as ever, also while it drains.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: handleError,
    clientErrorHandler: handleBrokenRequest,
    schemaController: { compilersFactory: { buildSerializer } }
  })
  options.spans?.follow(app)
  app.setValidatorCompiler(compileValidator)
  app.setErrorHandler(handleError)
  acceptEmptyJson(app)
  refuseUnknownQueries(app)
  refuseForeignPages(app, options.isAllowedOrigin)
  answerUnknownRoutes(app)
  refuseNewConnections(app)
  closeSilentConnections(app)
  // Node would answer what it does not know with a bare 417.
  app.server.on('checkExpectation', (request, response) => { app.server.emit('request', request, response) })
  if (options.corsOrigins.length > 0) await answerListedOrigins(app, options.corsOrigins)
  await app.register(fastifyCookie)
  sendSecurityHeaders(app, options.isSecure)
  return app
}

/** Helmet's headers, which are the same for every page and for every answer of the API: made once, not for each request. */
function sendSecurityHeaders (app: FastifyInstance, isSecure: boolean): void {
  const common = { strictTransportSecurity: isSecure && { maxAge: 31_536_000 }, referrerPolicy: { policy: 'no-referrer' } } as const
  const forPages = makeHeaders({
    ...common,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", codesPageStyle],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"]
      }
    },
    // Browsers refuse it over plain http with an error for each page.
    crossOriginOpenerPolicy: isSecure && { policy: 'same-origin' },
    originAgentCluster: isSecure
  })
  // Data is never a document: what only a page needs would be dead weight on every read.
  const forData = makeHeaders({
    ...common,
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false
  })
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(request.url.startsWith('/api/v1/') || request.url.startsWith('/graphql') ? forData : forPages).header('x-request-id', request.id)
    done()
  })
}

function makeHeaders (options: HelmetOptions): Record<string, string> {
  const headers: Record<string, string> = {}
  const answer = new ServerResponse(new IncomingMessage(new Socket()))
  answer.setHeader = (name, value) => {
    headers[name.toLowerCase()] = String(value)
    return answer
  }
  helmet(options)(answer.req, answer, () => {})
  return headers
}

/** Of a query, digits become a number where one is expected, and nothing else does: `1.5` and `true` are errors, not 1. */
const compileValidator: typeof TypeBoxValidatorCompiler = (route) => {
  // What is validated as a body is taken as it is.
  const validate = TypeBoxValidatorCompiler({ ...route, httpPart: 'body' })
  if (route.httpPart !== 'querystring') return validate
  const fields = Type.IsObject(route.schema) ? route.schema.properties : {}
  const readField = ([name, text]: [string, unknown]) => {
    const field = fields[name]
    const isNumber = field !== undefined && Type.IsInteger(field) && typeof text === 'string' && /^\d{1,15}$/.test(text)
    return [name, isNumber ? Number(text) : text]
  }
  return (query) => validate(Object.fromEntries(Object.entries(query).map(readField)))
}

/** Many clients name JSON as the type of a body that they do not send. */
function acceptEmptyJson (app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else void parse(request, body.toString(), done)
  })
}

/** Pages of these origins may read what they are sent, with their cookies: they are trusted like our own. */
async function answerListedOrigins (app: FastifyInstance, origins: readonly string[]): Promise<void> {
  const rule: FastifyCorsOptions = {
    origin: [...origins], credentials: true, exposedHeaders: readableHeaders, maxAge: 600, methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
  }
  await app.register(fastifyCors, {
    delegator (request, decide) {
      // An OPTIONS that asks for no permission is a method like any other.
      decide(null, { ...rule, preflight: request.headers['access-control-request-method'] !== undefined })
    }
  })
}

/** A misspelt query parameter is an error, not a silent default. */
function refuseUnknownQueries (app: FastifyInstance): void {
  app.addHook('onRoute', (route: RouteOptions) => {
    if (route.url.startsWith('/api/v1/')) route.schema = { querystring: Empty, ...route.schema }
  })
}

/** A page of another origin must not act with the cookies of who looks at it. */
function refuseForeignPages (app: FastifyInstance, isAllowedOrigin: OriginCheck): void {
  const readsOnly = new Set(['GET', 'HEAD', 'OPTIONS'])
  app.addHook('onRequest', (request, _reply, done) => {
    const { origin, 'sec-fetch-site': site } = request.headers
    // Without an Origin a browser still says that another site sent this.
    const isForeign = !isAllowedOrigin(origin, request.host) || (origin === undefined && site === 'cross-site')
    const isRefused = isForeign && !readsOnly.has(request.method)
    done(isRefused ? new PlenumError('forbidden', { detail: 'Pages of this origin may not do this.' }) : undefined)
  })
}

/**
 * Browsers and proxies open connections before they need them. Node counts one that has not sent anything yet as busy, so that closing
 * would wait for it.
 */
function closeSilentConnections (app: FastifyInstance): void {
  const silent = new Set<Socket>()
  const speaks = ({ socket }: IncomingMessage) => { silent.delete(socket) }
  app.server.on('connection', (socket: Socket) => {
    silent.add(socket)
    socket.once('close', () => { silent.delete(socket) })
  })
  app.server.on('request', speaks).on('upgrade', speaks)
  app.addHook('preClose', (done) => {
    for (const socket of silent) socket.destroy()
    done()
  })
}

/** From the first moment of a drain, so that a proxy asks another instance; those that there are end with their next answer. */
function refuseNewConnections (app: FastifyInstance): void {
  let isDraining = false
  app.addHook('preClose', (done) => {
    isDraining = true
    app.server.close()
    done()
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isDraining) reply.header('connection', 'close')
    done()
  })
}

const typedCode = new RegExp(`^/[${roomCodeAlphabet}]{${roomCodeLength}}$`, 'i')

/** Another method of a known path is 405 with Allow, anything else 404. */
function answerUnknownRoutes (app: FastifyInstance): void {
  const methods = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }: RouteOptions) => {
    const known = methods.get(url) ?? new Set()
    for (const one of [method].flat()) known.add(one)
    methods.set(url, known)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.replace(/\?.*$/s, '')
    const allowed = Array.from(methods).filter(([url]) => !url.includes('*') && patternOf(url).test(path)).flatMap(([, known]) => Array.from(known))
    if (allowed.length === 0) {
      // Projectors say "join at this address with the code": some type one right after the other.
      if (request.method === 'GET' && typedCode.test(path) && request.headers.accept?.includes('text/html') === true) return reply.redirect(`/j${request.url}`)
      return sendProblem(new PlenumError('not_found'), request, reply)
    }
    reply.header('allow', Array.from(new Set(allowed)).sort().join(', '))
    sendProblem(new PlenumError('method_not_allowed'), request, reply)
  })
}

function patternOf (url: string): RegExp {
  return new RegExp(`^${url.replace(/[.]/g, '\\.').replace(/:[^/]+/g, '[^/]+')}/?$`)
}
