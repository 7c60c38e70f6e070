// W9: the embedded database beside PostgreSQL: the rate of W1 and the latency of W6.
import { toFigure } from '../figures.ts'
import { measureShownRound, type ShownRound } from '../measure/shown-round.ts'
import { measureVoteRound, type VoteRound } from '../measure/vote-round.ts'
import type { RunningSubject } from '../subject.ts'
import { embeddedPlenum, plenum } from '../subjects/plenum.ts'
import type { Workload } from '../workload.ts'

interface Contender {
  running: RunningSubject
  votes: VoteRound[]
  shown: ShownRound[]
}

export const embeddedWorkload: Workload = {
  id: 'W9',
  title: 'the embedded database beside PostgreSQL',
  async run (context) {
    const { stage, rounds, say, isQuick, fail } = context
    const sockets = isQuick ? 50 : 500
    const ratePerSecond = isQuick ? 200 : 1000
    const contenders: Contender[] = []
    for (const subject of [embeddedPlenum, plenum]) contenders.push({ running: await subject.start(stage), votes: [], shown: [] })
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`)
      for (const [n, { running, votes, shown }] of contenders.entries()) {
        const subject = n === 0 ? embeddedPlenum : plenum
        const vote = await measureVoteRound(context, { subject, running, sockets, knownRate: votes.at(-1)?.ladder.best?.ratePerSecond })
        votes.push(vote)
        const seen = await measureShownRound(stage, {
          running, voters: sockets, watchers: isQuick ? 100 : 1000, ratePerSecond, durationMs: isQuick ? 1500 : 5000, warmUpMs: isQuick ? 500 : 1000
        })
        shown.push(seen)
        say(`  ${subject.name}: shown after ${seen.p50Ms.toFixed(1)} ms (p50), ${seen.p99Ms.toFixed(1)} ms (p99)`)
        for (const errors of [vote.errors, seen.errors]) {
          if (errors.length > 0) fail(`W9, ${subject.name}: ${errors.join('; ')}`)
        }
      }
    }
    for (const { running } of contenders) await running.stop()
    const [embedded, postgres] = contenders
    if (embedded === undefined || postgres === undefined) return []
    const name = 'with PostgreSQL'
    const compare = (label: string, unit: string, relation: 'at least' | 'at most', value: number, read: (contender: Contender) => number[]) => toFigure({
      workload: 'W9', label, unit, values: read(embedded), limit: { name, values: read(postgres) }, goal: { relation, value }
    })
    return [
      compare(`votes, embedded database, ${sockets} sockets`, '/s', 'at least', 0.5, ({ votes }) => votes.map(({ ladder }) => ladder.best?.ratePerSecond ?? NaN)),
      compare(`vote to message at ${ratePerSecond.toLocaleString('en-US')}/s, embedded database, p50`, 'ms', 'at most', 2, ({ shown }) => shown.map(({ p50Ms }) => p50Ms)),
      compare(`vote to message at ${ratePerSecond.toLocaleString('en-US')}/s, embedded database, p99`, 'ms', 'at most', 2, ({ shown }) => shown.map(({ p99Ms }) => p99Ms))
    ]
  }
}
