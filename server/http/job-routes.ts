import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { JobStatusReader } from '../jobs/job-status.ts'
import { JobStatus } from '../protocol/job.ts'
import type { Authentication } from './authentication.ts'
import { privateCache } from './conventions.ts'
import { hostSecurity, problemResponses } from './openapi.ts'

export interface JobRoutesOptions {
  jobs: JobStatusReader
  authentication: Authentication
}

export async function jobRoutes (instance: FastifyInstance, { jobs, authentication }: JobRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()

  app.get('/admin/jobs', {
    schema: { tags: ['Administration'], security: hostSecurity, operationId: 'readJobs', summary: 'See how the background jobs are doing', response: { 200: JobStatus, ...problemResponses(401, 403) } }
  }, async (request, reply) => {
    await authentication.requireAdmin(request)
    reply.header('cache-control', privateCache)
    return await jobs.read()
  })
}
