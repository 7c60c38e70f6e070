// Compares the rules of SPEC.md with the test names that cite them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const usage = `Usage: node scripts/check-spec.mjs

Every rule of SPEC.md (a list item that starts with a bold id, such as **V1**) must be cited as [V1]
in the name of at least one test, and every id that a test cites must be a rule.`

const root = resolve(import.meta.dirname, '..')

function readRules () {
  const lines = readFileSync(join(root, 'SPEC.md'), 'utf8').split('\n')
  return lines.flatMap((line) => /^\s*[-*] \*\*([A-Z]\d+)\b/.exec(line)?.[1] ?? [])
}

/** From each cited id to the test files that cite it. A `todo` is no test. */
function readCitations () {
  const citations = new Map()
  const folder = join(root, 'test')
  const paths = existsSync(folder) ? readdirSync(folder, { recursive: true }) : []
  for (const path of paths.filter((name) => name.endsWith('.ts'))) {
    const source = readFileSync(join(folder, path), 'utf8')
    for (const [, , name] of source.matchAll(/\btest\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g)) {
      for (const [, id] of name.matchAll(/\[([A-Z]\d+)\]/g)) {
        citations.set(id, (citations.get(id) ?? new Set()).add(`test/${path}`))
      }
    }
  }
  return citations
}

function check () {
  if (!existsSync(join(root, 'SPEC.md'))) {
    console.error('SPEC.md is missing.')
    return 1
  }
  const rules = readRules()
  const citations = readCitations()
  const problems = [
    ...rules.filter((id, index) => rules.indexOf(id) !== index).map((id) => `${id} stands twice in SPEC.md`),
    ...rules.filter((id) => !citations.has(id)).map((id) => `${id} is cited by no test`),
    ...[...citations].filter(([id]) => !rules.includes(id)).map(([id, files]) => `${id} is no rule of SPEC.md, but cited in ${[...files].join(', ')}`)
  ]
  if (rules.length === 0) problems.push('SPEC.md holds no rule')
  for (const problem of problems) console.error(problem)
  if (problems.length === 0) console.log(`${rules.length} rules, each cited by a test.`)
  return problems.length === 0 ? 0 : 1
}

if (process.argv.includes('--help')) console.log(usage)
else process.exitCode = check()
