import { setTimeout as delay } from 'node:timers/promises'
import type { Answer, Poll } from '../../server/protocol/poll.ts'
import { waitUntil } from '../../test/helpers/child-process.ts'
import type { Arena } from './arena.ts'
import { joinVoter, joinWatcher, type FaultVoter } from './crowd.ts'

export interface Size {
  instances: number
  voters: number
  watchers: number
  polls: number
  votesPerSecond: number
  seconds: number
  /** How often something is broken, or the like; what it means is the scenario's. */
  times: number
}

export interface Scenario {
  id: string
  title: string
  rules: string[]
  /** From an acknowledgement to the screens. */
  shownWithinMs: number
  small: Size
  full: Size
  play (arena: Arena, size: Size): Promise<void>
}

export interface Crowd {
  polls: Poll[]
  voters: FaultVoter[]
  /** Resolves when every watcher has what is stored now of every poll, or something newer; what was broken just before is named. */
  recovered (what: string, limitMs: number): Promise<void>
}

const recoveryTimeoutMs = 60_000

export function pick<T> (values: readonly T[], random: () => number): T {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('there is nothing to pick from')
  return value
}

const options = ['A', 'B', 'C', 'D'].map((label) => ({ label }))

export function randomAnswer ({ random }: Arena): Answer {
  return { choices: [1 + Math.floor(random() * options.length)] }
}

/** Open polls, and people on all instances in turn. Polls that are not open yet are opened when everybody is there. */
export async function gather (arena: Arena, { voters, watchers, polls: pollCount }: Size, { isOpen } = { isOpen: true }): Promise<Crowd> {
  const urls = arena.instances.map(({ url }) => url)
  const polls: Poll[] = []
  for (let n = 0; n < pollCount; n++) polls.push(await arena.host[isOpen ? 'openPoll' : 'createPoll']({ options, revote: 'change' }))
  const voting: FaultVoter[] = []
  // A few at once, as a door lets people in.
  for (let first = 0; first < voters; first += 50) {
    voting.push(...await Promise.all(Array.from({ length: Math.min(50, voters - first) }, async (_, at) => await joinVoter(arena, arena.history, urls, first + at))))
  }
  // They look at what is open.
  if (!isOpen) await Promise.all(polls.map(async ({ id }) => await arena.host.command(id, 'open')))
  const screens = await Promise.all(Array.from({ length: watchers }, async (_, at) => await joinWatcher(arena, arena.history, urls, at, polls.map(({ id }) => id))))
  return {
    polls,
    voters: voting,
    async recovered (what, limitMs) {
      const brokenAt = performance.now()
      const ids = polls.map(({ id }) => id)
      const stored = await arena.ledger<{ pollId: string, version: number }[]>`SELECT poll_id AS "pollId", max(version)::int AS version FROM tallies WHERE poll_id = ANY(${ids}::uuid[]) GROUP BY poll_id`
      await waitUntil(async () => stored.every(({ pollId, version }) => screens.every(({ latest }) => latest(pollId) >= version)), recoveryTimeoutMs, () => `${what}: the screens were not whole again within ${recoveryTimeoutMs} ms`)
      arena.history.recoveries.push({ what, tookMs: performance.now() - brokenAt, limitMs })
    }
  }
}

/** Votes at a steady rate while `disturb` breaks things; then everyone has time to come back, and everything has to be whole. */
export async function voteWhile (arena: Arena, crowd: Crowd, { votesPerSecond, seconds }: Size, disturb: () => Promise<void> = async () => {}): Promise<void> {
  const busy = new Set<FaultVoter>()
  const running: Promise<void>[] = []
  const refused: string[] = []
  const endAt = performance.now() + seconds * 1000
  const everyMs = 1000 / votesPerSecond
  const disturbance = { isOver: false }
  const disturbing = disturb().finally(() => { disturbance.isOver = true })
  for (let dueAt = performance.now(); performance.now() < endAt || !disturbance.isOver; dueAt += everyMs) {
    const voter = pick(crowd.voters, arena.random)
    // One vote of a voter at a time: their order is known then.
    if (!busy.has(voter)) {
      busy.add(voter)
      running.push(voter.vote(pick(crowd.polls, arena.random).id, randomAnswer(arena)).then((isTold) => {
        busy.delete(voter)
        if (!isTold) refused.push(voter.voterId)
      }))
    }
    const waitMs = dueAt + everyMs - performance.now()
    if (waitMs > 0) await delay(waitMs)
    else dueAt = performance.now()
  }
  await disturbing
  await Promise.all(running)
  if (refused.length > 0) throw new Error(`${refused.length} votes were never answered for good`)
  await crowd.recovered('everything', 10_000)
}
