import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { asPlenumError } from '../polls/errors.ts'
import type { PollViews } from '../polls/poll-views.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { RoomService } from '../rooms/room-service.ts'
import type { Authentication } from './authentication.ts'
import { privateCache, readId } from './conventions.ts'
import type { LoadTemplate, PageTemplate } from './page-template.ts'
import { chooseLanguage } from './page-language.ts'
import { setPolicy } from './page-policy.ts'
import { plainPollProblem } from './plain/plain-room.ts'
import { loadWords } from './plain/words.ts'

export interface FramedPagesOptions {
  loadTemplate: LoadTemplate
  ensureVoter: (request: FastifyRequest, reply: FastifyReply) => void
  rooms: RoomService
  views: PollViews
  authentication: Authentication
}

/** How long a scene waits before it looks again for a poll that is not there yet. */
const retrySeconds = 15

/** One poll on pages of others: `/embed` to vote and read in a frame, `/overlay` for a video's picture. */
export async function framedPages (app: FastifyInstance, { loadTemplate, ensureVoter, rooms, views, authentication }: FramedPagesOptions): Promise<void> {
  const embed = await loadTemplate('embed.html', { catalogues: ['audience'] })
  const overlay = await loadTemplate('overlay.html', { catalogues: ['audience'] })

  /** The room of a poll that this request may see. Throws poll_not_found. */
  async function findRoom (request: FastifyRequest) {
    const { poll } = await views.find(readId(request.params, 'pollId', 'poll_not_found'), await authentication.identifyOnlooker(request))
    const found = await rooms.find(poll.roomId)
    if (found === undefined) throw new PlenumError('poll_not_found')
    return found.room
  }

  app.get('/embed/:pollId', { schema: { hide: true } }, async (request, reply) => {
    try {
      const room = await findRoom(request)
      allowFrames(reply, ["'self'", ...(room.embedOrigins ?? [])])
      ensureVoter(request, reply)
      return await send(request, reply, embed)
    } catch (error) {
      // Who frames a poll that is gone sees why; nothing of anybody is on this page.
      allowFrames(reply, ['*'])
      return await send(request, reply, embed, error)
    }
  })

  app.get('/overlay/:pollId', { schema: { hide: true } }, async (request, reply) => {
    reply.header('x-frame-options', 'DENY')
    try {
      await findRoom(request)
      ensureVoter(request, reply)
      return await send(request, reply, overlay)
    } catch (error) {
      reply.header('refresh', retrySeconds)
      return await send(request, reply, overlay, error)
    }
  })
}

async function send (request: FastifyRequest, reply: FastifyReply, template: PageTemplate, error?: unknown): Promise<FastifyReply> {
  const language = chooseLanguage(request, reply)
  reply.headers({ 'cache-control': privateCache, vary: 'accept-language, cookie', 'content-language': language }).type('text/html; charset=utf-8')
  if (error === undefined) return await reply.send(template.draw(language))
  const { status, code } = asPlenumError(error)
  if (status >= 500) request.log.warn({ err: error }, 'a poll could not be shown')
  return await reply.code(status).send(template.draw(language, { content: plainPollProblem(await loadWords(language), code), hasScript: false }))
}

/** Says who may show this page in a frame. X-Frame-Options knows no lists, and would contradict. */
function allowFrames (reply: FastifyReply, ancestors: readonly string[]): void {
  setPolicy(reply, 'frame-ancestors', () => ancestors)
  reply.removeHeader('x-frame-options')
}
