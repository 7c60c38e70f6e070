import fastifySwagger from '@fastify/swagger'
import fastifySwaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { Type, type TSchema } from 'typebox'
import { Problem } from '../protocol/problem.ts'
import { completeDocument } from './openapi-document.ts'

export const hostSecurity = [{ accessToken: [] }]
export const voterSecurity = [{ voterToken: [] }, { voterCookie: [] }]
export const anyoneSecurity = [{}, ...hostSecurity, ...voterSecurity]
/** Nobody has to say who they are. Said, not left out: an operation without `security` is one that was forgotten. */
export const nobodySecurity: [] = []

const headers = {
  ETag: Type.String({ description: 'The revision, or the version of results' }),
  Location: Type.String({ description: 'Path of what was created' }),
  'Retry-After': Type.Integer({ description: 'Seconds to wait before the same request again' }),
  'WWW-Authenticate': Type.String({ description: 'How to sign in' })
}

function pick (names: Array<keyof typeof headers>) {
  return Object.fromEntries(names.map((name) => [name, headers[name]]))
}

/** A success with headers of its own. */
export function answer<T extends TSchema> (schema: T, description: string, ...names: Array<keyof typeof headers>) {
  return { description, headers: pick(names), content: { 'application/json': { schema } } }
}

export const notModified = Type.Null({ description: 'The caller has it already', headers: pick(['ETag']) })

const meaning: Record<number, string> = {
  400: 'The request is not valid',
  401: 'Sign in first',
  403: 'Not allowed, or the results are hidden',
  404: 'It does not exist, or not for this caller',
  406: 'None of the accepted media types can be sent',
  409: 'It does not fit the current state',
  412: 'It was changed in the meantime',
  422: 'The answer can never count',
  428: 'If-Match is required',
  429: 'Too often; see Retry-After',
  503: 'Try again after Retry-After'
}

const headersOf: Record<number, Array<keyof typeof headers>> = { 401: ['WWW-Authenticate'], 429: ['Retry-After'], 503: ['Retry-After'] }

/** The problem answers that a route documents. */
export function problemResponses (...statuses: number[]) {
  return Object.fromEntries(statuses.map((status) => [status, {
    description: meaning[status] ?? 'Problem',
    ...(headersOf[status] === undefined ? {} : { headers: pick(headersOf[status]) }),
    content: { 'application/problem+json': { schema: Problem } }
  }]))
}

/** Serves the OpenAPI description, made from the routes' own schemas, and its page. Register before the routes. */
export async function registerOpenApi (app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    convertConstToEnum: false,
    transformObject (made) {
      if ('swaggerObject' in made) return made.swaggerObject
      completeDocument(made.openapiObject)
      return made.openapiObject
    },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Plenum',
        version: '1.0.0',
        description: 'Live polls. Every acknowledged vote is durable and counted exactly once; every result is exact at its version.',
        license: { name: 'MIT', identifier: 'MIT' }
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'Identity', description: 'Hosts and voters' },
        { name: 'Account', description: 'The own account, its sessions and keys' },
        { name: 'Rooms', description: 'What an audience joins with a code' },
        { name: 'Members', description: 'Who manages a room' },
        { name: 'Polls', description: 'Questions and their lifecycle' },
        { name: 'Votes', description: 'Casting, changing and withdrawing' },
        { name: 'Questions', description: 'What the audience asks' },
        { name: 'Results', description: 'Exact counts at a version' },
        { name: 'Webhooks', description: 'Signed events for other servers' },
        { name: 'Administration', description: 'For admins of this server' },
        { name: 'Health', description: 'For load balancers' }
      ],
      components: {
        securitySchemes: {
          accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A host\'s access token' },
          voterToken: { type: 'http', scheme: 'bearer', description: 'A voter token' },
          voterCookie: { type: 'apiKey', in: 'cookie', name: 'voter', description: 'The voter cookie that pages set' }
        }
      }
    }
  })
  await app.register(fastifySwaggerUi, { routePrefix: '/api/docs', staticCSP: true })
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}
