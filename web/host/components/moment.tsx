import { pageLanguage } from '../../client/page-language.ts'

const format = new Intl.DateTimeFormat(pageLanguage, { dateStyle: 'medium', timeStyle: 'short' })

/** An instant as people write it, in their language and time zone. */
export function momentText (instant: string): string {
  return format.format(new Date(instant))
}

export function Moment ({ at }: { at: string }) {
  return <time dateTime={at}>{momentText(at)}</time>
}
