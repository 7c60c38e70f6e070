/** A page that was away for longer may sit on a line that died unnoticed. */
const checkAfterHiddenMs = 5000

interface Line {
  isConnected: () => boolean
  connectNow: () => void
  /** Asks the server something, to learn whether the line still stands. */
  check: () => void
  dropLine: () => void
  /** Aborted when nobody needs the line any more. */
  signal: AbortSignal
}

/** Connects at once when the page is looked at again or the network is back, and says so at once when it goes. */
export function wakeOnReturn (line: Line): void {
  const { signal } = line
  let hiddenAtMs = 0

  function comeBack () {
    if (!line.isConnected()) line.connectNow()
  }

  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') {
      hiddenAtMs = Date.now()
      return
    }
    comeBack()
    if (line.isConnected() && Date.now() - hiddenAtMs > checkAfterHiddenMs) line.check()
  }, { signal })
  window.addEventListener('pageshow', (event) => { if (event.persisted) comeBack() }, { signal })
  window.addEventListener('online', comeBack, { signal })
  window.addEventListener('offline', line.dropLine, { signal })
}
