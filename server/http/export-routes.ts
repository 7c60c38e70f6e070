import type { FastifyInstance } from 'fastify'
import { Type, type Static } from 'typebox'
import type { ExportService } from '../exports/export-service.ts'
import { BallotRow, ExportQuery, QuestionsExportQuery, ResultsRow, TimelineRow, type ExportFormat } from '../protocol/export.ts'
import { Question } from '../protocol/question.ts'
import type { Authentication } from './authentication.ts'
import { privateCache, readId } from './conventions.ts'
import { hostSecurity, problemResponses } from './openapi.ts'

export interface ExportRoutesOptions {
  exporter: ExportService
  authentication: Authentication
}

const mediaTypes = {
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8'
} as const satisfies Record<ExportFormat, string>

const questionsResponse = {
  description: 'The file, oldest question first; a transfer that is cut off is not whole.',
  content: {
    'text/csv': { schema: Type.String({ description: 'UTF-8 with a byte order mark; the first line names the columns' }) },
    'application/json': { schema: Type.Array(Question) },
    'application/x-ndjson': { schema: Type.String({ description: 'The same objects as in JSON, one a line' }) }
  }
}

const exportResponse = {
  description: 'The file. It shows the poll at one version, which its name tells; a transfer that is cut off is not whole.',
  content: {
    'text/csv': { schema: Type.String({ description: 'UTF-8 with a byte order mark; the first line names the columns' }) },
    'application/json': { schema: Type.Union([Type.Array(ResultsRow), Type.Array(BallotRow), Type.Array(TimelineRow)]) },
    'application/x-ndjson': { schema: Type.String({ description: 'The same objects as in JSON, one a line' }) }
  }
}

export async function exportRoutes (app: FastifyInstance, { exporter, authentication }: ExportRoutesOptions): Promise<void> {
  app.get<{ Querystring: Static<typeof ExportQuery> }>('/polls/:pollId/export', {
    // A HEAD would read it all to say nothing.
    exposeHeadRoute: false,
    schema: {
      tags: ['Results'],
      security: hostSecurity,
      operationId: 'exportPoll',
      summary: 'Download the results, the ballots, or the counts over time',
      querystring: ExportQuery,
      response: { 200: exportResponse, ...problemResponses(400, 401, 403, 404, 503) }
    }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'results:read')
    const { format = 'csv', what = 'results' } = request.query
    const pollId = readId(request.params, 'pollId', 'poll_not_found')
    const { version, body } = await exporter.open(pollId, user.id, { what, format })
    return await reply
      .header('cache-control', privateCache)
      .header('content-disposition', `attachment; filename="poll-${pollId}-${what}-v${version}.${format}"`)
      .type(mediaTypes[format]).send(body)
  })
  app.get<{ Querystring: Static<typeof QuestionsExportQuery> }>('/rooms/:roomId/questions/export', {
    exposeHeadRoute: false,
    schema: {
      tags: ['Questions'],
      security: hostSecurity,
      operationId: 'exportQuestions',
      summary: 'Download every question of a room',
      querystring: QuestionsExportQuery,
      response: { 200: questionsResponse, ...problemResponses(400, 401, 403, 404, 503) }
    }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'results:read')
    const { format = 'csv' } = request.query
    const roomId = readId(request.params, 'roomId', 'room_not_found')
    const body = await exporter.openQuestions(roomId, user.id, format)
    return await reply
      .header('cache-control', privateCache)
      .header('content-disposition', `attachment; filename="questions-${roomId}.${format}"`)
      .type(mediaTypes[format]).send(body)
  })
}
