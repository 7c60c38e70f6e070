// Beside the limit of W2: Socket.IO's own broadcast, for each vote.
import { createMemoryPoll, countVote, type MemoryPoll } from './memory-poll.ts'
import { createSocketIoServer, type Acknowledge, type Vote } from './socket-io-server.ts'

export async function run (): Promise<number> {
  const { io, listen } = createSocketIoServer()
  const polls = new Map<string, MemoryPoll>()
  io.on('connection', (socket) => {
    socket.on('poll:join', ({ pollId }: { pollId: string }, acknowledge: Acknowledge) => {
      void socket.join(pollId)
      acknowledge({ ok: true, data: {} })
    })
    socket.on('vote:cast', (vote: Vote, acknowledge: Acknowledge) => {
      const poll = polls.get(vote.pollId) ?? createMemoryPoll(vote.pollId)
      polls.set(vote.pollId, poll)
      countVote(poll, vote)
      acknowledge({ ok: true, data: { version: poll.version } })
      io.to(vote.pollId).emit('results', poll)
    })
  })
  return await listen()
}
