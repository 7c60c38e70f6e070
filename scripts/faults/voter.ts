// People with patience: they send a vote again until they are told what became of it.
import { setTimeout as delay } from 'node:timers/promises'
import type { Ack } from '../../server/protocol/events.ts'
import type { Answer, Receipt } from '../../server/protocol/poll.ts'
import { createVoter, voteOverHttp, type TestSocket } from '../../test/helpers/clients.ts'
import type { Owner } from '../../test/helpers/owner.ts'
import { passingCodes, type History, type Outcome } from './history.ts'
import { ackTimeoutMs, connectPatiently, dropConnection, urlOf, type Connected, type Way } from './patient-socket.ts'

const retryMs = 200
const patienceMs = 60_000

export interface Identity {
  voterId: string
  voterToken: string
}

/** One device of a voter. */
export interface FaultVoter extends Identity {
  /** Sends until it is recorded, or refused for good; `lost` when neither happened within `withinMs`. */
  vote (pollId: string, answer: Answer, withinMs?: number): Promise<Outcome>
}

/** With a socket on one of the instances. */
export async function joinVoter (owner: Owner, history: History, way: Way, identity?: Identity): Promise<FaultVoter & Connected> {
  const voter = identity ?? await createVoter(urlOf(way))
  const socket = await connectPatiently(owner, history, way, { voterToken: voter.voterToken })
  const patient = createFaultVoter(history, voter, async (pollId, answer) => socket.connected ? await sendOverSocket(socket, pollId, answer) : 'away')
  return { ...patient, drop: () => { dropConnection(socket) } }
}

/** Over HTTP; what is no answer of Plenum's is a refusal. Only for where no answer is held back: a request waits for its answer as long as it takes. */
export function callVoter (history: History, way: Way, identity: Identity): FaultVoter {
  return createFaultVoter(history, identity, async (pollId, answer) => {
    try {
      const answered = await voteOverHttp(urlOf(way), identity.voterToken, pollId, answer)
      return answered.status < 300 ? { receipt: answered.body } : { code: String(Reflect.get(answered.body, 'code')) }
    } catch (error) {
      return { code: String(error) }
    }
  })
}

/** @param send `away`: it could not be sent at all */
function createFaultVoter (history: History, { voterId, voterToken }: Identity, send: (pollId: string, answer: Answer) => Promise<Outcome | 'away'>): FaultVoter {
  return {
    voterId,
    voterToken,
    async vote (pollId, answer, withinMs = patienceMs) {
      const giveUpAt = performance.now() + withinMs
      while (performance.now() < giveUpAt) {
        const sentAt = performance.now()
        const outcome = await send(pollId, answer)
        if (outcome !== 'away') {
          history.attempts.push({ voterId, pollId, answer, sentAt, endedAt: performance.now(), outcome })
          if (outcome !== 'lost' && ('receipt' in outcome || !passingCodes.has(outcome.code))) return outcome
        }
        await delay(retryMs)
      }
      return 'lost'
    }
  }
}

async function sendOverSocket (socket: TestSocket, pollId: string, answer: Answer): Promise<Outcome> {
  return await new Promise((resolve) => {
    const end = (outcome: Outcome) => {
      socket.off('disconnect', lose)
      resolve(outcome)
    }
    const lose = () => { end('lost') }
    socket.once('disconnect', lose)
    socket.timeout(ackTimeoutMs).emit('vote:cast', { pollId, answer }, (error: Error | null, ack: Ack<Receipt>) => {
      if (error !== null) return end('lost')
      end(ack.ok ? { receipt: ack.data } : { code: ack.error.code })
    })
  })
}
