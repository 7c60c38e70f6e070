// Installs, builds and then runs one program of the build in this process.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuilt, touchBuild } from './build.mjs'

const usage = `Usage: node scripts/run.mjs TARGET [ARGUMENTS...]

Installs the dependencies and builds the project where needed, then runs TARGET from the build,
for example server/main, scripts/test or scripts/demo. ARGUMENTS go to the program.`

const stillInUseMs = 20 * 60_000

async function prepare (target) {
  const build = await ensureBuilt()
  const program = join(build, `${target}.js`)
  if (!existsSync(program)) throw new Error(`There is no ${target}.ts in this project.`)
  // A program that runs for days still reads files of its build.
  setInterval(() => { void touchBuild(build) }, stillInUseMs).unref()
  return program
}

const [target, ...args] = process.argv.slice(2)
if (target === undefined || target === '--help') {
  console.log(usage)
  process.exitCode = target === undefined ? 2 : 0
} else {
  const program = await prepare(target).catch((error) => {
    console.error(error.message)
    process.exit(1)
  })
  process.argv = [process.argv[0], program, ...args]
  await import(pathToFileURL(program).href)
}
