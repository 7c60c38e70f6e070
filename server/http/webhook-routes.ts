import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Closed, Page, PageQuery } from '../protocol/common.ts'
import { CreatedWebhook, Delivery, DeliveryStatus, NewWebhook, Webhook } from '../protocol/webhook.ts'
import type { WebhookService } from '../webhooks/webhook-service.ts'
import type { Authentication } from './authentication.ts'
import { privateCache, readCursor, readId, refuseBody, toPage } from './conventions.ts'
import { answer, hostSecurity, problemResponses } from './openapi.ts'

export interface WebhookRoutesOptions {
  webhooks: WebhookService
  authentication: Authentication
}

const DeliveryQuery = Closed({ ...PageQuery.properties, status: Type.Optional(DeliveryStatus) })

export async function webhookRoutes (instance: FastifyInstance, { webhooks, authentication }: WebhookRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const common = { tags: ['Webhooks'], security: hostSecurity }
  const roomIdOf = (params: unknown) => readId(params, 'roomId', 'room_not_found')
  const webhookIdOf = (params: unknown) => readId(params, 'webhookId', 'not_found')

  app.post('/rooms/:roomId/webhooks', {
    schema: { ...common, operationId: 'createWebhook', summary: 'Have a room\'s events sent to an address; the answer alone has the secret', body: NewWebhook, response: { 201: answer(CreatedWebhook, 'The new webhook', 'Location'), ...problemResponses(400, 401, 403, 404, 409) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    const webhook = await webhooks.create(roomIdOf(request.params), user.id, request.body)
    return await reply.code(201).header('location', `/api/v1/webhooks/${webhook.id}`).header('cache-control', privateCache).send(webhook)
  })

  app.get('/rooms/:roomId/webhooks', {
    schema: { ...common, operationId: 'listWebhooks', summary: 'List the webhooks of a room, newest first', querystring: PageQuery, response: { 200: Page(Webhook), ...problemResponses(400, 401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    const { limit = 20, cursor } = request.query
    const found = await webhooks.list(roomIdOf(request.params), user.id, { before: readCursor(cursor), limit: limit + 1 })
    reply.header('cache-control', privateCache)
    return toPage(request, reply, found, limit, (webhook) => webhook.id)
  })

  app.get('/webhooks/:webhookId', {
    schema: { ...common, operationId: 'readWebhook', summary: 'Read a webhook', response: { 200: Webhook, ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    reply.header('cache-control', privateCache)
    return await webhooks.find(webhookIdOf(request.params), user.id)
  })

  app.delete('/webhooks/:webhookId', {
    schema: { ...common, operationId: 'deleteWebhook', summary: 'Delete a webhook with its deliveries', response: { 204: Type.Null(), ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    await webhooks.delete(webhookIdOf(request.params), user.id)
    return await reply.code(204).send(null)
  })

  app.get('/webhooks/:webhookId/deliveries', {
    schema: { ...common, operationId: 'listDeliveries', summary: 'List what was sent and what waits, newest first', querystring: DeliveryQuery, response: { 200: Page(Delivery), ...problemResponses(400, 401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    const { limit = 20, cursor, status } = request.query
    const found = await webhooks.listDeliveries(webhookIdOf(request.params), user.id, { status, before: readCursor(cursor), limit: limit + 1 })
    reply.header('cache-control', privateCache)
    return toPage(request, reply, found, limit, (delivery) => delivery.id)
  })

  app.post('/webhooks/:webhookId/deliveries/:deliveryId/replay', {
    schema: { ...common, operationId: 'replayDelivery', summary: 'Send the payload of a delivery again, as a new delivery', response: { 202: Delivery, ...problemResponses(401, 403, 404, 409) } },
    preValidation: refuseBody
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    const deliveryId = readId(request.params, 'deliveryId', 'not_found')
    return await reply.code(202).send(await webhooks.replay(webhookIdOf(request.params), deliveryId, user.id))
  })
}
