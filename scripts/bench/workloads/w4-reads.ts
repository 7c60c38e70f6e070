// W4: results over HTTP while votes come in, beside Fastify that sends a constant.
import { gatherCrowd } from '../crowd.ts'
import type { Address } from '../dialect.ts'
import { toFigure } from '../figures.ts'
import type { HttpReport } from '../generator/http-load.ts'
import { startLoadProcess } from '../load.ts'
import { startCpuMeter } from '../measure/cpu.ts'
import { percentileOf, sortTogether } from '../measure/numbers.ts'
import { startPlenum, type RunningPlenum } from '../subjects/plenum.ts'
import type { Program } from '../program.ts'
import type { Workload, WorkloadContext } from '../workload.ts'

interface Reads {
  perSecond: number
  p99Ms: number
  cpuUs: number
}

const connections = 32

async function read ({ isQuick }: WorkloadContext, address: Address, path: string, headers: Record<string, string> = {}): Promise<HttpReport> {
  const load = startLoadProcess()
  try {
    const warmUpMs = isQuick ? 200 : 1000
    return await load.call('http', {
      address,
      dialect: { transport: 'http', method: 'GET', path, headers, bodies: [] },
      connections,
      ratePerSecond: null,
      durationMs: (isQuick ? 800 : 5000) + warmUpMs,
      warmUpMs,
      drainMs: 5000
    })
  } finally {
    load.stop()
  }
}

function toReads (report: HttpReport, cpuMs: number): Reads {
  const answered = report.ok + report.notModified
  return { perSecond: answered / report.elapsedMs * 1000, p99Ms: percentileOf(sortTogether([report.latencyMs]), 99), cpuUs: cpuMs * 1000 / answered }
}

async function measureLimit (context: WorkloadContext, program: Program): Promise<Reads> {
  const meter = startCpuMeter({ server: [program.pid] })
  return toReads(await read(context, { host: '127.0.0.1', port: program.port }, '/'), meter.read().server ?? NaN)
}

async function measureOwn (context: WorkloadContext, own: RunningPlenum): Promise<{ busy: Reads, unchanged: Reads }> {
  const { stage, isQuick } = context
  const poll = await own.openPoll()
  const path = `/api/v1/polls/${own.pollId(poll)}/results`
  const crowd = await gatherCrowd({ stage, subject: own, poll, voters: isQuick ? 50 : 200 })
  try {
    const voting = crowd.vote({ ratePerSecond: isQuick ? 200 : 1000, durationMs: isQuick ? 1500 : 7000, warmUpMs: 0 })
    const meter = startCpuMeter({ server: own.pids })
    const report = await read(context, own.address, path)
    const busy = toReads(report, meter.read().server ?? NaN)
    const step = await voting
    if (report.failed > 0) context.fail(`W4: ${report.failed} reads failed: ${report.failures[0] ?? ''}`)
    if (step.acknowledged !== step.sent) context.say(`  ${step.acknowledged} of ${step.sent} votes were acknowledged`)

    const current = await fetch(`http://${own.address.host}:${own.address.port}${path}`)
    await current.text()
    const unchangedMeter = startCpuMeter({ server: own.pids })
    const unchanged = await read(context, own.address, path, { 'if-none-match': current.headers.get('etag') ?? '' })
    if (unchanged.notModified === 0) context.fail('W4: nothing was answered 304')
    return { busy, unchanged: toReads(unchanged, unchangedMeter.read().server ?? NaN) }
  } finally {
    crowd.leave()
  }
}

export const readsWorkload: Workload = {
  id: 'W4',
  title: 'results over HTTP while votes come in',
  async run (context) {
    const { stage, rounds, say } = context
    const own = await startPlenum(stage, { database: await stage.createDatabase() })
    const limit = await stage.startSubjectProgram('constant')
    const owns: Array<{ busy: Reads, unchanged: Reads }> = []
    const limits: Reads[] = []
    for (let round = 1; round <= rounds; round++) {
      await stage.checkpoint()
      owns.push(await measureOwn(context, own))
      limits.push(await measureLimit(context, limit))
      say(`round ${round} of ${rounds}: Plenum ${owns.at(-1)?.busy.perSecond.toFixed(0) ?? ''}/s, bare ${limits.at(-1)?.perSecond.toFixed(0) ?? ''}/s`)
    }
    await own.stop()
    await limit.stop()
    const name = 'Fastify sending a constant'
    const busy = owns.map((round) => round.busy)
    const unchanged = owns.map((round) => round.unchanged)
    const while1000 = context.isQuick ? 'while votes come in' : 'while 1,000 votes/s come in'
    return [
      toFigure({ workload: 'W4', label: `reads ${while1000}`, unit: '/s', values: busy.map((reads) => reads.perSecond), limit: { name, values: limits.map((reads) => reads.perSecond) }, goal: { relation: 'at least', value: 0.8 } }),
      toFigure({ workload: 'W4', label: `p99 of a read ${while1000}`, unit: 'ms', values: busy.map((reads) => reads.p99Ms), limit: { name, values: limits.map((reads) => reads.p99Ms) }, compare: 'value' }),
      toFigure({ workload: 'W4', label: 'server CPU a read, the votes included', unit: 'us', values: busy.map((reads) => reads.cpuUs), limit: { name, values: limits.map((reads) => reads.cpuUs) } }),
      toFigure({ workload: 'W4', label: 'reads answered 304', unit: '/s', values: unchanged.map((reads) => reads.perSecond), limit: { name, values: limits.map((reads) => reads.perSecond) } })
    ]
  }
}
