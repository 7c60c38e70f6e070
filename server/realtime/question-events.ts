import { isUuid } from '../protocol/common.ts'
import { clientEvents, type ClientEventReply } from '../protocol/events.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { QuestionService } from '../questions/question-service.ts'
import type { QuestionVotes } from '../questions/question-votes.ts'
import { clientEvent, type ClientEventHandler, type Reply } from './client-event.ts'
import { claimsOf, type LiveSocket } from './socket-types.ts'

/** What an audience asks and votes for, in the room that the socket has joined or in another. */
export function questionEvents ({ questions, questionVotes }: { questions: QuestionService, questionVotes: QuestionVotes }) {
  async function vote (socket: LiveSocket, questionId: string, isFor: boolean, reply: Reply<ClientEventReply['question:vote']>): Promise<void> {
    if (!isUuid(questionId)) throw new PlenumError('not_found')
    socket.data.isNewVoter = false
    reply(await questionVotes.cast(questionId.toLowerCase(), claimsOf(socket), isFor))
  }

  return {
    'question:ask': clientEvent<typeof clientEvents['question:ask'], ClientEventReply['question:ask']>(clientEvents['question:ask'], async (socket, { roomId, ...question }, reply) => {
      const id = roomId ?? socket.data.roomId
      if (id === undefined || !isUuid(id)) throw new PlenumError('room_not_found')
      socket.data.isNewVoter = false
      reply(await questions.ask(id.toLowerCase(), claimsOf(socket), question))
    }),

    'question:vote': clientEvent<typeof clientEvents['question:vote'], ClientEventReply['question:vote']>(clientEvents['question:vote'], async (socket, { questionId }, reply) => {
      await vote(socket, questionId, true, reply)
    }),

    'question:unvote': clientEvent<typeof clientEvents['question:unvote'], ClientEventReply['question:unvote']>(clientEvents['question:unvote'], async (socket, { questionId }, reply) => {
      await vote(socket, questionId, false, reply)
    })
  } satisfies Record<string, ClientEventHandler>
}
