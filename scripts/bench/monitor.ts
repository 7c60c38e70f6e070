// Loaded into the servers that are measured: answers its parent how long the event loop stood still and what memory is in use.
import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 5
const delays = monitorEventLoopDelay({ resolution: resolutionMs })
delays.enable()

process.on('message', (question) => {
  if (question === 'loop') {
    process.send?.(Math.max(0, delays.max / 1e6 - resolutionMs))
    delays.reset()
  } else if (question === 'memory') {
    globalThis.gc?.()
    const { heapUsed, external } = process.memoryUsage()
    process.send?.(heapUsed + external)
  }
})
// The channel alone must not keep the process alive.
process.channel?.unref()
