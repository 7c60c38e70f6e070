// W2: one update to everybody. An update is one vote; its own cost is measured with nobody watching, and taken off.
import { setTimeout as delay } from 'node:timers/promises'
import { readClock } from '../clock.ts'
import { gatherCrowd } from '../crowd.ts'
import { isGeneratorSound } from '../measure/step.ts'
import { toFigure, type Figure } from '../figures.ts'
import { findErrors } from '../measure/correctness.ts'
import { measureShown } from '../measure/shown.ts'
import type { RunningSubject, Subject } from '../subject.ts'
import { plenum } from '../subjects/plenum.ts'
import { frameLoop, stockEmit } from '../subjects/subjects.ts'
import type { Workload, WorkloadContext } from '../workload.ts'

interface Delivery {
  cpuUs: number
  p99Ms: number
  loopBlockMs: number
}

/** Few enough for each of them to be sent apart. */
const updatesPerSecond = (watchers: number): number => watchers >= 5000 ? 2 : 5
const settleMs = 500

async function measureDelivery (context: WorkloadContext, subject: Subject, running: RunningSubject, watchers: number): Promise<Delivery> {
  const { stage, isQuick } = context
  const poll = await running.openPoll()
  await stage.checkpoint()
  const ratePerSecond = updatesPerSecond(watchers)
  const durationMs = isQuick ? 1200 : 6000

  const alone = await gatherCrowd({ stage, subject: running, poll, voters: 1 })
  const own = await alone.vote({ ratePerSecond, durationMs, warmUpMs: 0 })
  alone.leave()

  const crowd = await gatherCrowd({ stage, subject: running, poll, voters: 1, watchers })
  try {
    await crowd.vote({ ratePerSecond, durationMs: 1000, warmUpMs: 0 })
    await delay(settleMs)
    await running.program?.readLoopBlockMs()
    await crowd.startWatch()
    const from = readClock()
    const step = await crowd.vote({ ratePerSecond, durationMs, warmUpMs: 0, keepVersions: true })
    const reports = await crowd.readWatch()
    const loopBlockMs = await running.program?.readLoopBlockMs() ?? NaN
    const frames = reports.reduce((sum, report) => sum + report.frames, 0)
    const shown = measureShown(step, reports, from)
    // Fewer are right too: a service may leave out what is outdated before it is sent. The last one must come.
    const most = step.sent * (watchers + 1)
    const errors = await findErrors(poll, crowd, reports, own.acknowledged)
    if (frames > most) errors.push(`${most} messages were due at the most, ${frames} came`)
    if (errors.length > 0 && subject === plenum) context.fail(`W2: ${errors.join('; ')}`)
    const cpuMs = (step.serverCpuUs * step.acknowledged - own.serverCpuUs * own.acknowledged) / 1000
    const cpuUs = errors.length > 0 ? NaN : Math.max(0, cpuMs * 1000 / frames)
    context.say(`  ${subject.name}: ${cpuUs.toFixed(1)} us of CPU a delivery, p99 ${shown.p99Ms.toFixed(1)} ms, event loop blocked ${loopBlockMs.toFixed(1)} ms at most, ${frames} of ${most} messages sent; load ${step.load.toFixed(2)}${errors.length === 0 ? '' : `; ${errors[0]}`}`)
    return { cpuUs, p99Ms: isGeneratorSound(step) ? shown.p99Ms : NaN, loopBlockMs }
  } finally {
    crowd.leave()
  }
}

function toFigures (watchers: number, own: Delivery[], loop: Delivery[], stock: Delivery[]): Figure[] {
  const people = `${watchers.toLocaleString('en-US')} sockets`
  const label = `server CPU a delivery, ${people}`
  const cpu = (deliveries: Delivery[]): number[] => deliveries.map(({ cpuUs }) => cpuUs)
  const figures = [
    toFigure({ workload: 'W2', label, unit: 'us', values: cpu(own), limit: { name: frameLoop.name, values: cpu(loop) }, goal: { relation: 'at most', value: 1.1 } }),
    toFigure({ workload: 'W2', label, unit: 'us', values: cpu(own), limit: { name: stockEmit.name, values: cpu(stock) } }),
    toFigure({ workload: 'W2', label: `vote to message, p99, ${people}`, unit: 'ms', values: own.map(({ p99Ms }) => p99Ms), limit: { name: stockEmit.name, values: stock.map(({ p99Ms }) => p99Ms) }, compare: 'value' })
  ]
  if (watchers >= 10_000) {
    figures.push(toFigure({ workload: 'W2', label: `longest block of the event loop, ${people}`, unit: 'ms', values: own.map(({ loopBlockMs }) => loopBlockMs), goal: { relation: 'at most', value: 25 } }))
  }
  return figures
}

export const broadcastWorkload: Workload = {
  id: 'W2',
  title: 'one update to everybody',
  async run (context) {
    const { stage, rounds, say, isQuick } = context
    const subjects = [plenum, frameLoop, stockEmit]
    const running: RunningSubject[] = []
    for (const subject of subjects) running.push(await subject.start(stage))
    const figures: Figure[] = []
    for (const watchers of isQuick ? [200] : [1000, 5000, 10_000]) {
      const deliveries: Delivery[][] = subjects.map(() => [])
      for (let round = 1; round <= rounds; round++) {
        say(`round ${round} of ${rounds}, ${watchers} sockets`)
        for (const [n, subject] of subjects.entries()) {
          const service = running[n]
          if (service !== undefined) deliveries[n]?.push(await measureDelivery(context, subject, service, watchers))
        }
      }
      const [own = [], loop = [], stock = []] = deliveries
      figures.push(...toFigures(watchers, own, loop, stock))
    }
    for (const service of running) await service.stop()
    return figures
  }
}
