import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

interface Props {
  class?: string
  /** The smallest scale; what does not fit even then is scrolled to. */
  least?: number
  children: ComponentChildren
}

const steps = 6

/** What the stage shows, as large as it fits: a hall does not scroll. */
export function Scene ({ class: name = '', least = 0.4, children }: Props) {
  const ref = useRef<HTMLDivElement>(null)

  useLayoutEffect(() => {
    const scene = ref.current
    if (scene?.parentElement == null) return
    let fitted = ''

    // Both observers report before anything is painted.
    const resized = new ResizeObserver(() => { fit(scene, least) })
    // Not the scene itself, which changes with its scale: the stage, and what stands below it.
    for (const box of [scene.parentElement, scene.nextElementSibling]) if (box !== null) resized.observe(box)

    const changed = new MutationObserver(() => {
      const shape = shapeOf(scene)
      if (shape === fitted) return
      fitted = shape
      fit(scene, least)
    })
    changed.observe(scene, { subtree: true, childList: true, characterData: true })

    return () => {
      resized.disconnect()
      changed.disconnect()
    }
  }, [least])

  return <div class={`scene ${name}`} ref={ref}>{children}</div>
}

/** Figures all have digits of one width: results that only count on need no new layout. */
function shapeOf (scene: HTMLElement): string {
  return (scene.textContent ?? '').replace(/\p{Nd}/gu, '0')
}

function fit (scene: HTMLElement, least: number) {
  const fitsAt = (scale: number) => {
    scene.style.setProperty('--fit', String(scale))
    // Both are rounded.
    return scene.scrollHeight <= scene.clientHeight + 1
  }
  scene.dataset.cut = 'false'
  if (fitsAt(1)) return
  let [small, large] = [least, 1]
  for (let step = 0; step < steps; step++) {
    const middle = (small + large) / 2
    if (fitsAt(middle)) small = middle
    else large = middle
  }
  scene.dataset.cut = String(!fitsAt(small))
}
