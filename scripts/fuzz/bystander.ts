// Somebody else on the same server, to whom nothing may happen: votes all along, each acknowledged in its order.
import { setTimeout as delay } from 'node:timers/promises'
import { io } from 'socket.io-client'
import type { Ack } from '../../server/protocol/events.ts'
import type { Poll, Receipt } from '../../server/protocol/poll.ts'
import type { Host } from '../../test/helpers/clients.ts'
import type { Owner } from '../../test/helpers/owner.ts'

const pauseMs = 20
const ackTimeoutMs = 5_000

export interface Bystander {
  acks: () => number
  /** Stops, and returns what went wrong, the counts in the end included. */
  leave (): Promise<string[]>
}

export async function joinBystander (owner: Owner, url: string, host: Host): Promise<Bystander> {
  const poll: Poll = await host.openPoll({ revote: 'change' })
  const socket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true })
  owner.teardown(() => { socket.disconnect() })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  const wrong: string[] = []
  let acks = 0
  let version = 0
  let choice = 1
  const leaving = new AbortController()

  async function vote (): Promise<void> {
    choice = 3 - choice
    const ack: Ack<Receipt> = await socket.timeout(ackTimeoutMs).emitWithAck('vote:cast', { pollId: poll.id, answer: { choices: [choice] } })
    if (!ack.ok) throw new Error(`was refused: ${ack.error.code}`)
    const { version: next = 0 } = ack.data
    if (next <= version) throw new Error(`got version ${next} after ${version}`)
    version = next
    acks += 1
  }

  async function voteOn (): Promise<void> {
    while (!leaving.signal.aborted) {
      await vote()
      await delay(pauseMs)
    }
  }

  const ended = voteOn().catch((error: unknown) => { wrong.push(`a vote of the bystander failed after ${acks}: ${String(error)}`) })
  return {
    acks: () => acks,
    async leave () {
      leaving.abort()
      await ended
      if (wrong.length > 0) return wrong
      const { body } = await host.results(poll.id)
      const isExact = body.voters === 1 && body.counts[choice] === 1 && body.counts[3 - choice] === 0
      if (!isExact) wrong.push(`the bystander's last choice was ${choice}, and the results say ${JSON.stringify(body.counts)}`)
      return wrong
    }
  }
}
