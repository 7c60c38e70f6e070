// CPU time of processes and all their children, from /proc.
import { readdirSync, readFileSync } from 'node:fs'

/** Ticks of /proc are hundredths of a second on every Linux that Node runs on. */
const tickMs = 10

interface ProcessTimes { parent: number, ownMs: number, endedChildrenMs: number }

function readProcess (pid: number): ProcessTimes | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold anything; the fields after it are numbers.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number)
    const [, parent = 0] = fields
    const ticks = (first: number): number => (fields[first] ?? 0) + (fields[first + 1] ?? 0)
    return { parent, ownMs: ticks(11) * tickMs, endedChildrenMs: ticks(13) * tickMs }
  } catch {
    return null
  }
}

/** Milliseconds of CPU that these processes and their children have used so far; NaN where there is no /proc. */
function readCpuMs (roots: number[]): number {
  let pids: number[]
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)
  } catch {
    return NaN
  }
  const processes = new Map<number, ProcessTimes>()
  for (const pid of pids) {
    const times = readProcess(pid)
    if (times !== null) processes.set(pid, times)
  }
  const isInTree = (pid: number, depth = 0): boolean => {
    if (roots.includes(pid)) return true
    const parent = processes.get(pid)?.parent ?? 0
    return parent > 1 && depth < 20 && isInTree(parent, depth + 1)
  }
  let sumMs = 0
  for (const [pid, times] of processes) {
    if (isInTree(pid)) sumMs += times.ownMs + times.endedChildrenMs
  }
  return sumMs
}

export interface CpuMeter {
  /** Milliseconds of CPU since the start, by name. */
  read (): Record<string, number>
}

export function startCpuMeter (groups: Record<string, number[]>): CpuMeter {
  const before = new Map(Object.entries(groups).map(([name, pids]) => [name, readCpuMs(pids)]))
  return {
    read: () => Object.fromEntries(Object.entries(groups).map(([name, pids]) => [name, readCpuMs(pids) - (before.get(name) ?? 0)]))
  }
}
