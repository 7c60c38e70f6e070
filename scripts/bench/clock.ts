/** performance.now() starts at 0 in each process; the monotonic clock behind it is one for all processes of a host. */
const offsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now()

/** Milliseconds, comparable between the processes of this host; never goes back. */
export function readClock (): number {
  return performance.now() + offsetMs
}
