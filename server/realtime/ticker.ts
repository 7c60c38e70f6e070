/**
 * Calls `tick` for a key that was touched: at once after a pause, else when `intervalMs` have passed since the last call began.
 * Touches in between become one call, and the last one is never lost. A call that is still running is never overtaken by the next.
 * @param intervalMs asked after each call, where it depends on what that sent
 */
export function createTicker (intervalMs: number | ((key: string) => number), tick: (key: string) => Promise<void> | void) {
  const states = new Map<string, { isTouched: boolean, timer: NodeJS.Timeout | undefined }>()
  let isStopped = false

  async function run (key: string, state: { isTouched: boolean, timer: NodeJS.Timeout | undefined }): Promise<void> {
    state.isTouched = false
    state.timer = undefined
    const startedAt = performance.now()
    await tick(key)
    if (isStopped) return
    // Rounded up and one more: a timer takes whole milliseconds and may fire early by less than one.
    const pauseMs = typeof intervalMs === 'number' ? intervalMs : intervalMs(key)
    const restMs = Math.ceil(Math.max(0, pauseMs - (performance.now() - startedAt))) + 1
    state.timer = setTimeout(() => {
      if (state.isTouched) void run(key, state)
      else states.delete(key)
    }, restMs)
  }

  return {
    touch (key: string): void {
      const held = states.get(key)
      if (held !== undefined) {
        held.isTouched = true
        return
      }
      const state = { isTouched: false, timer: undefined }
      states.set(key, state)
      void run(key, state)
    },
    stop (): void {
      isStopped = true
      for (const { timer } of states.values()) clearTimeout(timer)
    }
  }
}
