// Runs the static checks and sums up which failed.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled, root, run } from './install.mjs'

const usage = `Usage: node scripts/check.mjs [STEP...] [OPTIONS OF THE TOOL...]

Runs all steps, or only the named ones: typecheck, lint, layers, knip, spec.
Options go to the tool when one step is named, for example: npm run lint -- --fix`

const layered = ['server', 'db', 'web', 'scripts', 'test']

const steps = {
  typecheck: () => ['tsconfig.json', 'web/tsconfig.json']
    .filter((path) => existsSync(join(root, path)))
    // The compiler as a native program takes two fifths of the time; eslint needs the one that is written in JavaScript.
    .map((path) => ['typescript-7/bin/tsc', '--noEmit', '-p', path]),
  lint: () => [['eslint/bin/eslint.js', '.', '--max-warnings', '0'], ['oxlint/bin/oxlint']],
  layers: () => [['dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', ...layered.filter((name) => existsSync(join(root, name)))]],
  knip: () => [['knip/bin/knip.js', '--no-progress']],
  spec: () => [['../scripts/check-spec.mjs']]
}

async function runStep (name, options) {
  console.log(`== ${name}`)
  const startedAt = Date.now()
  let isOk = true
  for (const [path, ...args] of steps[name]()) {
    const code = await run(process.execPath, [join(root, 'node_modules', path), ...args, ...options], { stdio: ['ignore', 'inherit', 'inherit'] })
    if (code !== 0) isOk = false
  }
  return `${isOk ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`
}

async function main (args) {
  const firstOption = args.findIndex((arg) => arg.startsWith('-'))
  const names = firstOption === -1 ? args : args.slice(0, firstOption)
  const options = args.slice(names.length)
  if (options[0] === '--help' || names.some((name) => !(name in steps)) || (options.length > 0 && names.length !== 1)) {
    console.log(usage)
    return options[0] === '--help' ? 0 : 2
  }
  await ensureInstalled()
  const chosen = names.length === 0 ? Object.keys(steps) : names
  const runAll = async (lane) => {
    const results = []
    for (const name of lane) results.push(await runStep(name, options))
    return results
  }
  // Lint takes as long as the others together.
  const results = (await Promise.all([runAll(chosen.filter((name) => name !== 'lint')), runAll(chosen.filter((name) => name === 'lint'))])).flat()
  console.log(results.join('\n'))
  return results.some((result) => result.startsWith('FAILED')) ? 1 : 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
