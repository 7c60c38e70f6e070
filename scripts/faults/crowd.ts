// People on all instances, and how they vote.
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import type { Answer, Poll } from '../../server/protocol/poll.ts'
import { waitUntil } from '../../test/helpers/child-process.ts'
import type { Arena } from './arena.ts'
import type { Connected, Way } from './patient-socket.ts'
import type { Size } from './scenario.ts'
import { joinVoter, type FaultVoter } from './voter.ts'
import { joinWatcher, watchPolls, type Look, type Watcher } from './watcher.ts'

/** What a crowd is to those who do not break it. */
export interface People {
  polls: Poll[]
  voters: FaultVoter[]
  screens: Watcher[]
}

export interface Crowd extends People {
  voters: Array<FaultVoter & Connected>
  screens: Array<Watcher & Connected>
}

const recoveryTimeoutMs = 60_000
const stormTimeoutMs = 60_000
/** A socket may send twenty events a second for long. */
const stormPauseMs = 60
const maxLagMs = 100

export const options = ['A', 'B', 'C', 'D'].map((label) => ({ label }))

export function pick<T> (values: readonly T[], random: () => number): T {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('there is nothing to pick from')
  return value
}

export function randomAnswer ({ random }: Arena): Answer {
  return { choices: [1 + Math.floor(random() * options.length)] }
}

export function urlsOf ({ instances }: Arena): string[] {
  return instances.map(({ url }) => url)
}

function wayOf (arena: Arena, first: number): Way {
  return { urls: urlsOf(arena), first, options: arena.optionsOf?.(first) }
}

export async function gatherVoters (arena: Arena, count: number): Promise<Crowd['voters']> {
  const voters: Crowd['voters'] = []
  // A few at once, as a door lets people in.
  for (let first = 0; first < count; first += 50) {
    voters.push(...await Promise.all(Array.from({ length: Math.min(50, count - first) }, async (_, at) => await joinVoter(arena, arena.history, wayOf(arena, first + at)))))
  }
  return voters
}

export async function gatherWatchers (arena: Arena, count: number, look: Look): Promise<Crowd['screens']> {
  return await Promise.all(Array.from({ length: count }, async (_, first) => await joinWatcher(arena, arena.history, wayOf(arena, first), look)))
}

/** Open polls, and people who vote and watch. */
export async function gather (arena: Arena, { voters, watchers, polls: count }: Size): Promise<Crowd> {
  const polls: Poll[] = []
  for (let n = 0; n < count; n++) polls.push(await arena.host.openPoll({ options, revote: 'change' }))
  return { polls, voters: await gatherVoters(arena, voters), screens: await gatherWatchers(arena, watchers, watchPolls(polls.map(({ id }) => id))) }
}

/** Resolves when every screen has what is stored now of every poll, or something newer; what was broken just before is named. */
export async function screensRecover (arena: Arena, { polls, screens }: Pick<People, 'polls' | 'screens'>, what: string, limit: number): Promise<void> {
  const brokenAt = performance.now()
  const stored = Array.from(await arena.newestVersions(polls.map(({ id }) => id)))
  await waitUntil(
    async () => stored.every(([pollId, version]) => screens.every(({ latest }) => latest(pollId) >= version)), recoveryTimeoutMs,
    () => `${what}: the screens were not whole again within ${recoveryTimeoutMs} ms`)
  arena.history.measures.push({ kind: 'recovery', what: `the screens after ${what}`, value: performance.now() - brokenAt, limit })
}

/** Votes at a steady rate while `disturb` breaks things; then everyone has time to come back, and everything has to be whole. */
export async function voteWhile (arena: Arena, crowd: People, { votesPerSecond, seconds }: Size, disturb: () => Promise<void> = async () => {}): Promise<void> {
  const busy = new Set<FaultVoter>()
  const running: Promise<void>[] = []
  let untold = 0
  const endAt = performance.now() + seconds * 1000
  const everyMs = 1000 / votesPerSecond
  const disturbance = { isOver: false }
  const disturbing = disturb().finally(() => { disturbance.isOver = true })
  // It is awaited below, when it may have failed long since.
  disturbing.catch(() => {})
  for (let dueAt = performance.now(); performance.now() < endAt || !disturbance.isOver; dueAt += everyMs) {
    const voter = pick(crowd.voters, arena.random)
    // One vote of a voter at a time: their order is known then.
    if (!busy.has(voter)) {
      busy.add(voter)
      running.push(voter.vote(pick(crowd.polls, arena.random).id, randomAnswer(arena)).then((outcome) => {
        busy.delete(voter)
        if (outcome === 'lost') untold += 1
      }))
    }
    const waitMs = dueAt + everyMs - performance.now()
    if (waitMs > 0) await delay(waitMs)
    else {
      // Timers are late by a millisecond or more: that is caught up with, but not what a busy machine has missed.
      await nextTurn()
      dueAt = Math.max(dueAt, performance.now() - maxLagMs)
    }
  }
  await disturbing
  await Promise.all(running)
  if (untold > 0) throw new Error(`${untold} votes were never answered for good`)
  await screensRecover(arena, crowd, 'everything', 9000)
}

/** Everyone votes again and again in these polls, until each of them is refused. */
export async function voteUntilRefused (arena: Arena, voters: FaultVoter[], pollIds: string[]): Promise<void> {
  const giveUpAt = performance.now() + stormTimeoutMs
  await Promise.all(voters.map(async (voter) => {
    const open = new Set(pollIds)
    while (open.size > 0) {
      if (performance.now() > giveUpAt) throw new Error(`votes were not refused within ${stormTimeoutMs} ms`)
      const pollId = pick(Array.from(open), arena.random)
      const outcome = await voter.vote(pollId, randomAnswer(arena))
      if (outcome === 'lost') throw new Error('a vote was never answered for good')
      if ('code' in outcome) open.delete(pollId)
      await delay(stormPauseMs * arena.random())
    }
  }))
}
