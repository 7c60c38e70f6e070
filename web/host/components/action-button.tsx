import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { attempt } from '../attempt.ts'

interface ActionButtonProps {
  /** What a press does, once at a time. What it throws is told. */
  act: () => Promise<void>
  /** Where the text alone does not say what it is about. */
  label?: string
  class?: string
  children: ComponentChildren
}

export function ActionButton ({ act, label, class: className, children }: ActionButtonProps) {
  const isActing = useSignal(false)

  async function press () {
    if (isActing.value) return
    isActing.value = true
    await attempt(act)
    isActing.value = false
  }
  return (
    <button type='button' class={className} aria-label={label} aria-disabled={isActing.value} onClick={() => { void press() }}>{children}</button>
  )
}
