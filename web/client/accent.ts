import { effect } from '@preact/signals'
import { inkOn } from '../../server/protocol/color.ts'
import type { LiveRoom } from './live-room.ts'

/** Gives the page the colour of its room, where it has one of its own. */
export function wearAccent ({ room }: LiveRoom): void {
  effect(() => {
    const { style } = document.documentElement
    const accent = room.value?.accent
    if (accent === undefined) {
      style.removeProperty('--accent')
      style.removeProperty('--accent-ink')
    } else {
      style.setProperty('--accent', accent)
      style.setProperty('--accent-ink', inkOn(accent))
    }
  })
}
