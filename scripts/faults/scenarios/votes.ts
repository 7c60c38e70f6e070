// Nothing breaks: many votes, at once, again, and from everywhere.
import { setTimeout as delay } from 'node:timers/promises'
import { createVoter } from '../../../test/helpers/clients.ts'
import { instanceOf } from '../arena.ts'
import { gather, gatherVoters, gatherWatchers, options, pick, randomAnswer, screensRecover, urlsOf, voteWhile } from '../crowd.ts'
import { promptMs } from '../limits.ts'
import { full, small, type Scenario } from '../scenario.ts'
import { callVoter, joinVoter } from '../voter.ts'
import { watchPolls } from '../watcher.ts'

export const votes: Scenario[] = [
  {
    id: 'steady',
    title: 'votes at a steady rate over all instances',
    rules: ['V1', 'V2', 'R1', 'R2', 'R3', 'R4', 'R5'],
    database: 'postgres',
    shownWithinMs: promptMs,
    small: { ...small, voters: 90, watchers: 10, votesPerSecond: 200, seconds: 10 },
    full: { ...full, voters: 4900, votesPerSecond: 2000, seconds: 120 },
    async play (arena, size) {
      await voteWhile(arena, await gather(arena, size), size)
    }
  },
  {
    id: 'everyone',
    title: 'everybody votes in the moment in which the poll opens',
    rules: ['V1', 'R2', 'R4'],
    database: 'postgres',
    shownWithinMs: promptMs,
    small: { ...small, voters: 500 },
    full: { ...full, voters: 10_000 },
    async play (arena, size) {
      const voters = await gatherVoters(arena, size.voters)
      const poll = await arena.host.openPoll({ options, revote: 'change' })
      const screens = await gatherWatchers(arena, size.watchers, watchPolls([poll.id]))
      const outcomes = await Promise.all(voters.map(async (voter) => await voter.vote(poll.id, randomAnswer(arena))))
      if (outcomes.includes('lost')) throw new Error('not everybody was told')
      await screensRecover(arena, { polls: [poll], screens }, 'the last vote', promptMs)
    }
  },
  {
    id: 'again-and-again',
    title: 'every vote is sent one to five times, over two sockets and HTTP, on all instances, in any order',
    rules: ['V2', 'V3'],
    database: 'postgres',
    shownWithinMs: promptMs,
    small: { ...small, voters: 60, polls: 4 },
    full: { ...full, voters: 500, polls: 20 },
    async play (arena, size) {
      const crowd = await gather(arena, size)
      const urls = urlsOf(arena)
      const people = await Promise.all(crowd.voters.map(async (voter, at) => [
        voter, await joinVoter(arena, arena.history, { urls, first: at + 1 }, voter), callVoter(arena.history, { urls, first: at + 2 }, voter)]))
      for (const { id } of crowd.polls) {
        await Promise.all(people.map(async (devices) => {
          const answer = randomAnswer(arena)
          await Promise.all(Array.from({ length: 1 + Math.floor(arena.random() * 5) }, async () => {
            await delay(20 * arena.random())
            const outcome = await pick(devices, arena.random).vote(id, answer)
            if (outcome === 'lost') throw new Error('a vote was never answered for good')
          }))
        }))
      }
      await screensRecover(arena, crowd, 'the last vote', promptMs)
    }
  },
  {
    id: 'one-voter',
    title: 'fifty first votes of one voter at once, over all instances',
    rules: ['V2', 'V3'],
    database: 'postgres',
    shownWithinMs: promptMs,
    // A voter in each poll.
    small: { ...small, voters: 0, polls: 20 },
    full: { ...full, voters: 0, polls: 200 },
    async play (arena, size) {
      const crowd = await gather(arena, size)
      const urls = urlsOf(arena)
      for (const { id } of crowd.polls) {
        const voter = await createVoter(instanceOf(arena, 0).url)
        const outcomes = await Promise.all(Array.from({ length: 50 }, async (_, first) => await callVoter(arena.history, { urls, first }, voter).vote(id, { choices: [1] })))
        const recorded = outcomes.filter((outcome) => outcome !== 'lost' && 'receipt' in outcome && outcome.receipt.status === 'recorded').length
        if (recorded !== 1) throw new Error(`${recorded} of the votes of one voter were recorded`)
        const [row] = await arena.ledger<{ count: number }[]>`SELECT count(*)::int FROM ballots WHERE poll_id = ${id}`
        if (row?.count !== 1) throw new Error(`there are ${row?.count} ballots of one voter`)
      }
      await screensRecover(arena, crowd, 'the last vote', promptMs)
    }
  }
]
