import { readFileSync } from 'node:fs'

/** What a process has in memory now, in MB, as Linux counts it. */
export function readMemory (pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  if (kilobytes === undefined) throw new Error(`the memory of process ${pid} cannot be read`)
  return Number(kilobytes) / 1024
}
