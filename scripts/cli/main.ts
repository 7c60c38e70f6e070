import { runCommand } from './run-command.ts'

const ending = new AbortController()
process.once('SIGINT', () => { ending.abort() })
process.once('SIGTERM', () => { ending.abort() })
// Whoever reads has seen enough, as `head` does.
process.stdout.on('error', () => { process.exit(0) })

const { env, stdin, stdout, stderr } = process
process.exitCode = await runCommand(process.argv.slice(2), { environment: env, stdin, stdout, stderr, signal: ending.signal })
