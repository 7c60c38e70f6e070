// The limit of W6: counts in memory, acknowledges at once, shows the newest state ten times a second.
import { createMemoryPoll, countVote, type MemoryPoll } from './memory-poll.ts'
import { createSocketIoServer, type Acknowledge, type Vote } from './socket-io-server.ts'

const tickMs = 100

export async function run (): Promise<number> {
  const { io, listen } = createSocketIoServer()
  const polls = new Map<string, MemoryPoll & { timer?: NodeJS.Timeout | undefined, isTouched?: boolean }>()

  function show (pollId: string): void {
    const poll = polls.get(pollId)
    if (poll === undefined) return
    if (poll.timer !== undefined) {
      poll.isTouched = true
      return
    }
    const { timer, isTouched, ...results } = poll
    io.to(pollId).emit('results', results)
    poll.isTouched = false
    poll.timer = setTimeout(() => {
      poll.timer = undefined
      if (poll.isTouched === true) show(pollId)
    }, tickMs)
  }

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
      show(vote.pollId)
    })
  })
  return await listen()
}
