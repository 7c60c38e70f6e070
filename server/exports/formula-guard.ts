// A spreadsheet runs a cell that starts like this, also behind quotes and blanks that it drops (OWASP, CSV injection); the last four
// are the full-width forms of = + - @, which some of them read as the plain ones.
const formulaStart = /^[\s"'\p{Cc}\p{Cf}]*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/u

/** The text as a cell that a spreadsheet shows and never runs. NUL, at which some stop reading, is left out. */
export function guardText (text: string): string {
  const clean = text.replaceAll('\0', '')
  return formulaStart.test(clean) ? `'${clean}` : clean
}
