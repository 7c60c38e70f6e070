import { useEffect, useRef } from 'preact/hooks'
import type { Tool } from './tool.ts'

/** What the browser itself does with these keys comes first: a focused button is pressed, a slider moved, a dialog closed. */
const ownKeys: readonly [key: RegExp, elements: string][] = [
  [/^ $/, 'button, input, a, dialog'],
  [/^(arrow|page)/, 'input, dialog'],
  [/^[a-z]$/, 'dialog, input:not([type="range"], [type="checkbox"])']
]

/** Listens for the keys of these tools on the whole page while `isOn`. */
export function useKeys (tools: readonly Tool[], isOn: boolean): void {
  const current = useRef(tools)
  current.current = tools

  useEffect(() => {
    if (!isOn) return
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
      const key = event.key.toLowerCase()
      const tool = current.current.find(({ keys }) => keys.includes(key))
      if (tool === undefined || isTaken(key, event.target)) return
      event.preventDefault()
      tool.use()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [isOn])
}

function isTaken (key: string, target: EventTarget | null): boolean {
  return target instanceof Element && ownKeys.some(([pattern, elements]) => pattern.test(key) && target.closest(elements) !== null)
}
