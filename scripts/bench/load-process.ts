// A process that makes load: connects, votes, watches, as its parent says. Ends with its parent.
import { createAudience } from './generator/audience.ts'
import { runHttpLoad } from './generator/http-load.ts'
import { createVoting, type Voting } from './generator/voting.ts'
import type { LoadAnswer, LoadHandlers, LoadMessage } from './load-protocol.ts'

const audience = createAudience()
let voting: Voting | null = null

function requireVoting (): Voting {
  if (voting === null) throw new Error('nobody is connected')
  return voting
}

const handlers: LoadHandlers = {
  async connect (request) {
    if (request.dialect.votes.length > 0) voting ??= createVoting(audience, request.dialect)
    return await audience.connect(request)
  },
  voteAtRate: async (request) => await requireVoting().atRate(request),
  voteFast: async (request) => await requireVoting().asFastAsAnswered(request),
  async startWatch () {
    audience.startWatch()
    return null
  },
  readWatch: async () => audience.readWatch(),
  async drop ({ count }) {
    audience.drop(count ?? undefined)
    if (audience.sockets.length === 0) voting = null
    return null
  },
  http: runHttpLoad
}

async function answer (message: LoadMessage): Promise<unknown> {
  switch (message.call) {
    case 'connect': return await handlers.connect(message.request)
    case 'voteAtRate': return await handlers.voteAtRate(message.request)
    case 'voteFast': return await handlers.voteFast(message.request)
    case 'startWatch': return await handlers.startWatch(message.request)
    case 'readWatch': return await handlers.readWatch(message.request)
    case 'drop': return await handlers.drop(message.request)
    case 'http': return await handlers.http(message.request)
    default: return message satisfies never
  }
}

const send = (message: LoadAnswer): void => { process.send?.(message) }

process.on('message', (message: LoadMessage) => {
  answer(message).then(
    (reply) => { send({ id: message.id, reply }) },
    (error: unknown) => { send({ id: message.id, error: error instanceof Error ? error.message : String(error) }) })
})
process.on('disconnect', () => { process.exit(0) })
