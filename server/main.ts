import { openDatabase } from '../db/client.ts'
import { buildApp } from './app.ts'
import { ConfigError, readConfig, redactConfig } from './config.ts'
import { describeAddress } from './welcome.ts'

const help = `Usage: npm start [-- --print-config | --migrate]

Starts Plenum with the settings of the environment (see .env.example).
  --print-config  print the settings, without secrets, and exit
  --migrate       bring the tables of the database up to date, as each start does, and exit
  --help          print this and exit
`
const drainLimitMs = 14_000

async function main (args: string[]): Promise<void> {
  if (args.includes('--help')) {
    process.stdout.write(help)
    return
  }
  const config = readConfig(process.env)
  if (args.includes('--print-config')) {
    process.stdout.write(`${JSON.stringify(redactConfig(config), null, 2)}\n`)
    return
  }
  if (args.includes('--migrate')) {
    const database = await openDatabase({ url: config.databaseUrl, directUrl: config.databaseDirectUrl, dataDir: config.dataDir, poolSize: 1, onError: () => { process.exit(1) } })
    await database.close()
    process.stdout.write('The tables are up to date.\n')
    return
  }

  const app = await buildApp(config, { onFatal: () => { process.exit(1) } })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      setTimeout(() => { process.exit(1) }, drainLimitMs).unref()
      app.close().then(() => { process.exit(0) }, () => { process.exit(1) })
    })
  }
  const { port } = await app.listen()
  process.stdout.write(`${describeAddress(config, port)}\n`)
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isForPeople = error instanceof ConfigError || (error instanceof Error && 'code' in error && ['DATA_DIR_IN_USE', 'EADDRINUSE', 'EACCES'].includes(String(error.code)))
  process.stderr.write(isForPeople ? `${error.message}\n` : `Plenum could not start: ${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
})
