import { PlenumError } from '../../server/protocol/problem.ts'
import { explain, UsageError, type Command, type Terminal } from './command.ts'
import { codes } from './codes.ts'
import { create } from './create.ts'
import { doctor } from './doctor.ts'
import { exportPoll } from './export.ts'
import { close, open } from './lifecycle.ts'
import { seed } from './seed.ts'
import { vote } from './vote.ts'
import { watch } from './watch.ts'

const commands = new Map<string, Command>(Object.entries({ create, open, close, watch, vote, export: exportPoll, codes, seed, doctor }))

const help = `Usage: plenum COMMAND [ARGUMENTS...]

${Array.from(commands, ([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`).join('\n')}

plenum COMMAND --help says more. The exit code is 0, or 1 when something was refused or failed, or 2 when the arguments are not valid.
Everywhere: --url URL (or PLENUM_URL), --token TOKEN (or PLENUM_TOKEN), --json.`

/** Returns the exit code. */
export async function runCommand ([name = '', ...args]: string[], terminal: Terminal): Promise<number> {
  const { stdout, stderr } = terminal
  if (name === '--help' || name === 'help') {
    stdout.write(`${help}\n`)
    return 0
  }
  const command = commands.get(name)
  if (command === undefined) {
    stderr.write(`${name === '' ? help : `plenum: There is no command "${name}".\n\n${help}`}\n`)
    return 2
  }
  const end = args.indexOf('--')
  if (args.slice(0, end === -1 ? args.length : end).includes('--help')) {
    stdout.write(`${command.help}\n`)
    return 0
  }
  try {
    await command.run(args, terminal)
    return 0
  } catch (error) {
    const isUsage = error instanceof UsageError || (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    if (args.includes('--json') && error instanceof PlenumError) stderr.write(`${JSON.stringify({ error: error.toSocketProblem() })}\n`)
    else stderr.write(`plenum ${name}: ${explain(error)}\n`)
    if (isUsage) stderr.write(`plenum ${name} --help says more.\n`)
    return isUsage ? 2 : 1
  }
}
