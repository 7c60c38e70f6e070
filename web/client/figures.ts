import { pageLanguage } from './page-language.ts'

const exact = new Intl.NumberFormat(pageLanguage, { maximumFractionDigits: 12 })
const rounded = new Intl.NumberFormat(pageLanguage, { maximumFractionDigits: 2 })
const compact = new Intl.NumberFormat(pageLanguage, { notation: 'compact', maximumSignificantDigits: 3 })
const percent = new Intl.NumberFormat(pageLanguage, { style: 'percent', maximumFractionDigits: 0 })

/** A number as it was given. */
export function exactWords (value: number): string {
  return exact.format(value)
}

/** A mean and the like: two digits after the point at most; a dash before anyone has voted. */
export function statisticWords (value: number | null | undefined): string {
  return value == null ? '–' : rounded.format(value)
}

/** For narrow places: 12000 is 12K. */
export function compactWords (value: number): string {
  return Math.abs(value) < 10_000 ? exact.format(value) : compact.format(value)
}

/** Whole percent; 0 without voters. */
export function percentWords (count: number, voters: number): string {
  return percent.format(voters === 0 ? 0 : count / voters)
}
