import { computed, signal } from '@preact/signals'
import { browserStorage } from './browser-storage.ts'

type Theme = 'light' | 'dark'

const themeKey = 'plenum.theme'
const system = matchMedia('(prefers-color-scheme: dark)')
const isSystemDark = signal(system.matches)
const chosen = signal(readTheme())

/** Whether the page is dark: as chosen in this browser, else as the system is. */
export const isDark = computed(() => chosen.value === null ? isSystemDark.value : chosen.value === 'dark')

export function toggleTheme (): void {
  chosen.value = isDark.value ? 'light' : 'dark'
  browserStorage.setItem(themeKey, chosen.value)
  applyTheme()
}

function readTheme (): Theme | null {
  const kept = browserStorage.getItem(themeKey)
  return kept === 'light' || kept === 'dark' ? kept : null
}

function applyTheme (): void {
  if (chosen.value !== null) document.documentElement.dataset.theme = chosen.value
}

system.addEventListener('change', () => { isSystemDark.value = system.matches })
// While this file is read: texts are still on their way, and nothing has been drawn in the other theme.
applyTheme()
