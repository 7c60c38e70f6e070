import { runCommand } from './run-command.ts'

const ending = new AbortController()
process.once('SIGINT', () => { ending.abort() })
process.once('SIGTERM', () => { ending.abort() })
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads has seen enough, as `head` does.
  if (error.code === 'EPIPE') process.exit(0)
  process.stderr.write(`plenum: the output could not be written: ${error.message}\n`, () => { process.exit(1) })
})

const { env, stdin, stdout, stderr } = process
process.exitCode = await runCommand(process.argv.slice(2), { environment: env, stdin, stdout, stderr, signal: ending.signal })
