import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BallotBox } from '../polls/ballot-box.ts'
import type { PollViews } from '../polls/poll-views.ts'
import { isUuid } from '../protocol/common.ts'
import type { Receipt } from '../protocol/poll.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { FindRoom } from '../rooms/room-finder.ts'
import type { Authentication } from './authentication.ts'
import { privateCache, readId, readRoomCode } from './conventions.ts'
import { toPlenumError } from './error-handler.ts'
import { readAnswer } from './plain/form-answer.ts'
import { voteOutcomes } from './plain/plain-room.ts'
import { readQuery } from './plain/plain-rooms.ts'
import type { Redeem } from './redemption.ts'

export interface PlainBallotRoutesOptions {
  findRoom: FindRoom
  redeem: Redeem
  views: PollViews
  ballotBox: BallotBox
  authentication: Authentication
}

// The longest answer, 500 characters of several bytes each, with every byte percent-encoded.
const maxFormBytes = 48 * 1024

/** Votes of pages whose scripts or sockets are blocked: a form is sent, and the page that follows says what came of it. */
export async function plainBallotRoutes (app: FastifyInstance, { findRoom, redeem, views, ballotBox, authentication }: PlainBallotRoutesOptions): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: maxFormBytes }, (_request, body, done) => {
    done(null, new URLSearchParams(body.toString()))
  })

  app.post('/j/:code/vote', { schema: { hide: true } }, async (request, reply) => {
    const code = readRoomCode(request.params)
    const outcome = await vote(request, reply, code).then(
      ({ status }) => `vote=${voteOutcomes[status]}`,
      (error: unknown) => `problem=${refusalOf(request, error)}`)
    const pollId = readForm(request).get('poll') ?? ''
    const query = [...(readQuery(request).isPlain ? ['plain'] : []), outcome, ...(isUuid(pollId) ? [`poll=${pollId}`] : [])].join('&')
    return await reply.header('cache-control', privateCache).redirect(`/j/${encodeURIComponent(code)}?${query}`, 303)
  })

  async function vote (request: FastifyRequest, reply: FastifyReply, code: string): Promise<Receipt> {
    const form = readForm(request)
    const { room } = await findRoom(code, request.ip)
    const claims = await authentication.requireCaster(request)
    const accessCode = form.get('accessCode')?.trim() ?? ''
    const voterId = accessCode === '' || room.access !== 'codes' ? claims.voterId : (await redeem(request, reply, room.id, accessCode)).voter.voterId
    const { poll } = await views.find(readId({ poll: form.get('poll') }, 'poll', 'poll_not_found'), claims)
    if (poll.roomId !== room.id) throw new PlenumError('poll_not_found')
    const answer = form.has('withdraw') ? null : readAnswer(poll.kind, form)
    return await ballotBox.castAndWait({ pollId: poll.id, voterId, userId: claims.userId, answer, round: readRound(form) })
  }
}

function readForm ({ body }: FastifyRequest): URLSearchParams {
  return body instanceof URLSearchParams ? body : new URLSearchParams()
}

function refusalOf (request: FastifyRequest, error: unknown): string {
  const known = toPlenumError(error instanceof Error ? error : new Error(String(error)))
  if (known.status >= 500) request.log.warn({ err: error }, 'a vote of a form could not be cast')
  return known.code
}

function readRound (form: URLSearchParams): number {
  const round = form.get('round') ?? ''
  if (!/^[1-9]\d{0,8}$/.test(round)) throw new PlenumError('validation_failed', { detail: 'The form names no round.' })
  return Number(round)
}
