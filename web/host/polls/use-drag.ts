import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/** How an entry of the list looks while one is dragged. */
export interface DragState {
  /** Of the one that is dragged: how far it is from its place, in pixels. */
  offset?: number
  /** On which side of this one the dragged one would come. */
  mark?: 'before' | 'after'
}

/** What a grip needs to have its entry dragged. */
export interface GripHandlers {
  onPointerDown: (event: PointerEvent & { currentTarget: HTMLElement }) => void
  onPointerMove: (event: PointerEvent & { currentTarget: HTMLElement }) => void
  onPointerUp: () => void
  onPointerCancel: () => void
}

// So near to an edge of the window, the page is moved on.
const edgePx = 64
const scrollStepPx = 16

/**
 * Entries of a list that are dragged to another place by a grip, with a mouse, a pen or a finger; Escape takes it back.
 * @param drop told the entry's id, and how many of the others are before it then
 */
export function useDrag (drop: (id: string, to: number) => void) {
  const drag = useSignal<{ id: string, startY: number, offset: number, to: number | null } | null>(null)
  const isDragging = drag.value !== null

  useEffect(() => {
    if (!isDragging) return undefined
    const cancel = ({ key }: KeyboardEvent) => { if (key === 'Escape') drag.value = null }
    window.addEventListener('keydown', cancel)
    return () => { window.removeEventListener('keydown', cancel) }
  }, [isDragging])

  return {
    grip: (id: string): GripHandlers => ({
      onPointerDown (event) {
        if (event.button !== 0) return
        // Else the text below is selected.
        event.preventDefault()
        event.currentTarget.setPointerCapture(event.pointerId)
        drag.value = { id, startY: event.pageY, offset: 0, to: null }
      },
      onPointerMove (event) {
        if (drag.value === null) return
        drag.value = { ...drag.value, offset: event.pageY - drag.value.startY, to: placeAmongOthers(event.currentTarget, event.clientY) }
        if (event.clientY < edgePx) window.scrollBy(0, -scrollStepPx)
        if (event.clientY > window.innerHeight - edgePx) window.scrollBy(0, scrollStepPx)
      },
      onPointerUp () {
        const { to = null } = drag.value ?? {}
        drag.value = null
        if (to !== null) drop(id, to)
      },
      onPointerCancel () { drag.value = null }
    }),

    stateOf (id: string, list: ReadonlyArray<{ id: string }>): DragState {
      if (drag.value === null) return {}
      const { id: draggedId, offset, to } = drag.value
      if (id === draggedId) return { offset }
      const others = list.filter((one) => one.id !== draggedId)
      if (to === null || to === list.findIndex((one) => one.id === draggedId)) return {}
      if (others[to]?.id === id) return { mark: 'before' }
      return to >= others.length && others.at(-1)?.id === id ? { mark: 'after' } : {}
    }
  }
}

/** How many of the list's other entries have their middle above the pointer. */
function placeAmongOthers (grip: HTMLElement, pointerY: number): number {
  const dragged = grip.closest('li')
  const others = Array.from(dragged?.parentElement?.children ?? []).filter((entry) => entry !== dragged)
  return others.filter((entry) => {
    const { top, height } = entry.getBoundingClientRect()
    return top + height / 2 < pointerY
  }).length
}
