// W5: memory for each connected person: connected only, joined, and after updates; then whether it stays as it is.
// And for each open poll that nobody watches.
// Every measurement has a server of its own. Memory is V8's heap and buffers after a collection of garbage.
import { setTimeout as delay } from 'node:timers/promises'
import { readMemory } from '../../../test/helpers/process-memory.ts'
import { gatherCrowd } from '../crowd.ts'
import { toFigure, type Figure } from '../figures.ts'
import type { OpenPoll, RunningSubject, Subject } from '../subject.ts'
import { plenum } from '../subjects/plenum.ts'
import { stockEmit } from '../subjects/subjects.ts'
import type { Workload, WorkloadContext } from '../workload.ts'

interface Memory {
  idleKb: number
  joinedKb: number
  updatedKb: number
  /** Of the whole process as the system counts it, the collector's slack included. */
  residentKb: number
  /** By how much the whole server grew during the soak. */
  soakPercent: number
}

const warmUpSockets = 20
const updatesPerSecond = 2
const forgetMs = 80_000

/** The same poll for people who connect and do nothing else. */
function withoutJoin (poll: OpenPoll): OpenPoll {
  if (poll.dialect.transport === 'http') return poll
  const { readStored, dialect } = poll
  return { dialect: { ...dialect, join: null }, ...(readStored === undefined ? {} : { readStored }) }
}

async function startWarm (context: WorkloadContext, subject: Subject): Promise<{ running: RunningSubject, poll: OpenPoll, readBytes: () => Promise<number> }> {
  const running = await subject.start(context.stage)
  const poll = await running.openPoll()
  const crowd = await gatherCrowd({ stage: context.stage, subject: running, poll, voters: warmUpSockets })
  await crowd.vote({ ratePerSecond: 100, durationMs: 1000, warmUpMs: 0 })
  crowd.leave()
  const { program } = running
  if (program === undefined) throw new Error(`${subject.name} cannot be asked for its memory`)
  return { running, poll, readBytes: async () => await program.readMemoryBytes() }
}

async function measureIdle (context: WorkloadContext, subject: Subject, sockets: number): Promise<number> {
  const { running, poll, readBytes } = await startWarm(context, subject)
  const empty = await readBytes()
  const crowd = await gatherCrowd({ stage: context.stage, subject: running, poll: withoutJoin(poll), voters: sockets })
  const bytes = await readBytes() - empty
  crowd.leave()
  await running.stop()
  return bytes / 1024 / sockets
}

async function measureMemory (context: WorkloadContext, subject: Subject, sockets: number): Promise<Memory> {
  const { isQuick } = context
  const idleKb = isQuick ? NaN : await measureIdle(context, subject, sockets)
  const { running, poll, readBytes } = await startWarm(context, subject)
  const toKb = (bytes: number): number => bytes / 1024 / sockets
  const empty = await readBytes()
  const readResidentMb = (): number => running.pids.reduce((sum, pid) => sum + readMemory(pid), 0)
  const emptyMb = readResidentMb()
  const crowd = await gatherCrowd({ stage: context.stage, subject: running, poll, voters: sockets })
  const update = async (durationMs: number): Promise<number> => {
    await crowd.vote({ ratePerSecond: updatesPerSecond, durationMs, warmUpMs: 0 })
    return await readBytes()
  }
  try {
    const joined = await readBytes()
    const updated = await update(isQuick ? 1000 : 10_000)
    const soaked = await update(isQuick ? 1000 : 30_000)
    return {
      idleKb, joinedKb: toKb(joined - empty), updatedKb: toKb(updated - empty), residentKb: (readResidentMb() - emptyMb) * 1024 / sockets, soakPercent: (soaked - updated) / updated * 100
    }
  } finally {
    crowd.leave()
    await running.stop()
  }
}

interface PollMemory { heldKb: number, forgottenKb: number }

/** Each in a room of its own. A server forgets what nobody has asked for during a minute, and looks for that now and then. */
async function measurePolls (context: WorkloadContext, polls: number): Promise<PollMemory> {
  const { running, readBytes } = await startWarm(context, plenum)
  try {
    const empty = await readBytes()
    for (let opened = 0; opened < polls; opened += 10) await Promise.all(Array.from({ length: 10 }, async () => await running.openPoll()))
    const held = await readBytes()
    await delay(context.isQuick ? 0 : forgetMs)
    return { heldKb: (held - empty) / 1024 / polls, forgottenKb: context.isQuick ? NaN : (await readBytes() - empty) / 1024 / polls }
  } finally {
    await running.stop()
  }
}

export const memoryWorkload: Workload = {
  id: 'W5',
  title: 'memory for each connected person',
  async run (context) {
    const { rounds, say, isQuick } = context
    const figures: Figure[] = []
    for (const sockets of isQuick ? [400] : [2000, 10_000]) {
      const owns: Memory[] = []
      const stocks: Memory[] = []
      for (let round = 1; round <= rounds; round++) {
        owns.push(await measureMemory(context, plenum, sockets))
        stocks.push(await measureMemory(context, stockEmit, sockets))
        const [own, stock] = [owns.at(-1), stocks.at(-1)]
        say(`round ${round} of ${rounds}, ${sockets} sockets: Plenum ${own?.updatedKb.toFixed(1) ?? ''} kB each, stock ${stock?.updatedKb.toFixed(1) ?? ''} kB each`)
      }
      const compare = (state: string, read: (memory: Memory) => number): Figure => toFigure({
        workload: 'W5',
        label: `memory a socket, ${state}, ${sockets.toLocaleString('en-US')} sockets`,
        unit: 'kB',
        values: owns.map(read),
        limit: { name: 'stock Socket.IO', values: stocks.map(read) },
        goal: { relation: 'at most', value: 1.1 }
      })
      figures.push(
        compare('connected only', ({ idleKb }) => idleKb),
        compare('joined', ({ joinedKb }) => joinedKb),
        compare('after updates', ({ updatedKb }) => updatedKb),
        toFigure({
          workload: 'W5', label: `resident memory a socket, ${sockets.toLocaleString('en-US')} sockets`, unit: 'kB', values: owns.map(({ residentKb }) => residentKb), limit: { name: 'stock Socket.IO', values: stocks.map(({ residentKb }) => residentKb) }
        }),
        toFigure({
          workload: 'W5', label: `growth of the server over ${isQuick ? 1 : 30} s of updates, ${sockets.toLocaleString('en-US')} sockets`, unit: '%', values: owns.map(({ soakPercent }) => soakPercent), goal: { relation: 'at most', value: 5 }
        })
      )
    }
    const polls = isQuick ? 50 : 500
    const ofPolls = await measurePolls(context, polls)
    figures.push(...([['held', ofPolls.heldKb], ['a minute later', ofPolls.forgottenKb]] as const).map(([state, value]) => toFigure({
      workload: 'W5', label: `memory an open poll that nobody watches, ${state}, ${polls.toLocaleString('en-US')} polls`, unit: 'kB', values: [value]
    })))
    return figures
  }
}
