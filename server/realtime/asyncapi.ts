import type { FastifyInstance } from 'fastify'
import { Type, type TSchema } from 'typebox'
import { Closed } from '../protocol/common.ts'
import { clientEventReplies, clientEvents, FeedMessage, HandshakeAuth, serverEvents, type ClientEvent } from '../protocol/events.ts'
import { nameSchemas } from '../protocol/named-schemas.ts'
import { SocketProblem } from '../protocol/problem.ts'

const commands: Record<ClientEvent, { operation: string, summary: string }> = {
  'room:join': { operation: 'joinRoom', summary: 'Subscribe to a room and to its polls; joining again after a reconnect is the whole recovery' },
  'room:leave': { operation: 'leaveRoom', summary: 'Leave the room and its polls' },
  'poll:join': { operation: 'joinPoll', summary: 'Subscribe to one poll' },
  'poll:leave': { operation: 'leavePoll', summary: 'Leave one poll' },
  'vote:cast': { operation: 'castVote', summary: 'Vote; acknowledged after the commit, and the same vote again is answered unchanged' },
  'vote:withdraw': { operation: 'withdrawVote', summary: 'Take the vote back, where the poll lets voters do so' },
  'option:suggest': { operation: 'suggestOption', summary: 'Suggest an option; it may wait for a moderator. The same text again is the same suggestion' },
  'question:ask': { operation: 'askQuestion', summary: 'Ask a question in the room that was joined, or in another' },
  'question:vote': { operation: 'voteForQuestion', summary: 'Vote for a question; once, however often it is sent' },
  'question:unvote': { operation: 'withdrawQuestionVote', summary: 'Take the vote for a question back' }
}

const facts: Record<keyof typeof serverEvents, { operation: string, summary: string }> = {
  results: { operation: 'sendResults', summary: 'Whole results; take them only if their version is higher than the last' },
  poll: { operation: 'sendPoll', summary: 'The poll, whenever it is created, edited, opened, paused, closed or reset' },
  'poll:removed': { operation: 'sendPollRemoved', summary: 'The poll is gone' },
  room: { operation: 'sendRoom', summary: 'What the audience knows of the room, and how many people are connected' },
  questions: { operation: 'receiveQuestions', summary: 'The first questions of the room at a version, as a whole' },
  vote: { operation: 'sendVote', summary: 'How the own vote stands, once a moderator has held it, removed it, or let it in' },
  suggestions: { operation: 'sendSuggestions', summary: 'What voters suggested for a poll is not what it was; only to those who manage the room' }
}

// Names of components may have no colon.
const keyOf = (event: string) => event.replace(':', '.')
const channelRef = (channel: string) => ({ $ref: `#/channels/${channel}` })
const messageRef = (channel: string, key: string) => ({ $ref: `#/channels/${channel}/messages/${key}` })

function messageOf (name: string, summary: string, payload: TSchema) {
  return { name, title: name, summary, contentType: 'application/json', payload }
}

/** The ack of a call: its data, or problem details. */
function ackOf (data: TSchema): TSchema {
  return Type.Union([Closed({ ok: Type.Literal(true), data }), Closed({ ok: Type.Literal(false), error: SocketProblem })])
}

function describeSockets () {
  const commandEntries = Object.entries(commands).map(([event, about]) => ({ event, ...about, data: lookUp(clientEvents, event), reply: lookUp(clientEventReplies, event) }))
  const factEntries = Object.entries(facts).map(([event, about]) => ({ event, ...about, data: lookUp(serverEvents, event) }))
  return {
    messages: Object.fromEntries([
      ...commandEntries.flatMap(({ event, summary, data, reply }) => [
        [keyOf(event), messageOf(event, summary, data)],
        [`${keyOf(event)}.ack`, messageOf(`${event} ack`, `The acknowledgement of ${event}`, ackOf(reply))]
      ]),
      ...factEntries.map(({ event, summary, data }) => [keyOf(event), messageOf(event, summary, data)])
    ]),
    operations: Object.fromEntries([
      ...commandEntries.map(({ event, operation, summary }) => [operation, {
        action: 'receive',
        channel: channelRef('sockets'),
        summary,
        messages: [messageRef('sockets', keyOf(event))],
        reply: { channel: channelRef('sockets'), messages: [messageRef('sockets', `${keyOf(event)}.ack`)] }
      }]),
      ...factEntries.map(({ event, operation, summary }) => [operation, {
        action: 'send', channel: channelRef('sockets'), summary, messages: [messageRef('sockets', keyOf(event))]
      }])
    ])
  }
}

function lookUp (schemas: Readonly<Record<string, TSchema>>, event: string): TSchema {
  const schema = schemas[event]
  if (schema === undefined) throw new Error(`The protocol has no event ${event}`)
  return schema
}

/** AsyncAPI 3, seen from the server: it receives commands, acknowledges each, and sends facts. Made of the schemas that validate them. */
function describeEvents (host: string, isSecure: boolean): object {
  const protocol = isSecure ? 'wss' : 'ws'
  const { messages, operations } = describeSockets()
  return nameSchemas({
    asyncapi: '3.0.0',
    info: {
      title: 'Plenum',
      version: '1.0.0',
      description: 'The live side: Socket.IO for who votes and watches, a read-only feed for everything else.',
      license: { name: 'MIT' }
    },
    defaultContentType: 'application/json',
    servers: {
      sockets: { host, protocol, pathname: '/socket.io/', description: 'Socket.IO 4, over WebSocket or polling; security is in the handshake\'s auth' },
      feed: { host, protocol, pathname: '/api/v1', description: 'Plain WebSocket; the same address answers server-sent events to who accepts them' }
    },
    channels: {
      sockets: {
        address: '/',
        title: 'Socket.IO, default namespace',
        description: 'A message is an event by its name with the payload as its one argument.',
        servers: [{ $ref: '#/servers/sockets' }],
        messages,
        'x-handshake-auth': HandshakeAuth
      },
      feed: {
        address: '/polls/{pollId}/live',
        title: 'The feed of one poll',
        description: 'First the current state, then every change. As server-sent events the id is the version.',
        servers: [{ $ref: '#/servers/feed' }],
        parameters: { pollId: { description: 'Id of the poll' } },
        messages: { feed: messageOf('feed', 'The poll or its results', FeedMessage) }
      }
    },
    operations: {
      ...operations,
      sendFeed: { action: 'send', channel: channelRef('feed'), summary: 'The state, then every change', messages: [messageRef('feed', 'feed')] }
    }
  })
}

/** Serves the AsyncAPI description of the sockets and the feed. */
export async function asyncApiRoutes (app: FastifyInstance): Promise<void> {
  app.get('/api/asyncapi.json', { schema: { hide: true } }, async (request) => describeEvents(request.host, request.protocol === 'https'))
}
