import { Type } from 'typebox'

export const Color = Type.String({ pattern: '^#[0-9a-f]{6}$', description: '#rrggbb, in lower case' })

/** What an accent is seen against: the paper of our pages, light and dark. */
export const papers = ['#ffffff', '#10141a'] as const

/** WCAG 2.2 asks this of bars, borders and other parts that are not text. */
export const leastContrast = 3

/** How many times lighter the one colour is than the other, by WCAG: 1 to 21. */
export function contrastOf (one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** The least contrast of an accent against our papers. */
export function contrastOnPaper (accent: string): number {
  return Math.min(...papers.map((paper) => contrastOf(accent, paper)))
}

/** Black or white, whichever is read better on this colour: always at 4.5:1 or more. */
export function inkOn (color: string): string {
  return contrastOf(color, '#ffffff') >= contrastOf(color, '#000000') ? '#ffffff' : '#000000'
}

function luminanceOf (color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => linear(Number.parseInt(color.slice(at, at + 2), 16) / 255))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function linear (channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
}
