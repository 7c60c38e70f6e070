/** Keeps the screen on while the page is looked at, where the browser can. It is let go by itself when the page is hidden. */
export function keepAwake (): void {
  const ask = () => {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return
    // A browser may refuse, as with a low battery: then the screen goes dark as usual.
    navigator.wakeLock.request('screen').catch(() => undefined)
  }
  document.addEventListener('visibilitychange', ask)
  ask()
}
