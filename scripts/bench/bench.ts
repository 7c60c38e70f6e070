// Measures Plenum against what nothing can beat and against other designs; docs of the workloads are in their files.
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { drawChart } from './chart.ts'
import { withoutGoal, type Figure } from './figures.ts'
import { formatTable } from './table.ts'
import { createStage } from './stage.ts'
import type { Subject } from './subject.ts'
import type { Workload } from './workload.ts'
import { votesWorkload } from './workloads/w1-votes.ts'
import { broadcastWorkload } from './workloads/w2-broadcast.ts'
import { joinsWorkload } from './workloads/w3-joins.ts'
import { readsWorkload } from './workloads/w4-reads.ts'
import { memoryWorkload } from './workloads/w5-memory.ts'
import { shownWorkload } from './workloads/w6-shown.ts'
import { instancesWorkload } from './workloads/w7-instances.ts'
import { growthWorkload } from './workloads/w8-growth.ts'
import { embeddedWorkload } from './workloads/w9-embedded.ts'
import { pagesWorkload } from './workloads/w10-pages.ts'

const workloads: Workload[] = [
  votesWorkload, broadcastWorkload, joinsWorkload, readsWorkload, memoryWorkload, shownWorkload, instancesWorkload, growthWorkload, embeddedWorkload, pagesWorkload
]

const usage = `Usage: npm run bench -- [--workload W1,W2] [--quick] [--rounds N] [--sockets N,M] [--env NAME=VALUE]
                       [--peer FILE] [--json FILE] [--chart FILE] [--help]

Measures Plenum, with PostgreSQL's fsync on, beside the limits of its parts and beside other designs.
Server, database and load share this machine, so ratios and CPU time are the measure, not rates.

  --workload   only some of these:
${workloads.map(({ id, title }) => `                 ${id} ${title}`).join('\n')}
  --quick      small loads, under two minutes: are the votes and numbers right? Its figures mean little
  --rounds N   rounds of each subject in turn (default 3; 1 with --quick)
  --sockets N  voters' sockets in W1 (default 500,1000)
  --env        a variable for Plenum, as DATABASE_POOL_SIZE=8; may be given more than once
  --peer FILE  a module that exports a \`subject\`: another service to measure in W1
  --json FILE, --chart FILE   write the figures as JSON, as a bar chart in SVG

A subject is { name, firstRate, start (stage) }. start resolves to { address: { host, port }, pids,
openPoll, stop }; openPoll to { dialect, readStored }. The dialect says what goes over the wire, for Socket.IO:
  { transport: 'socket.io', path: '/socket.io/', join: { event, data }, votes: [{ event, data }, ...],
    accepted: '[{"ok":true', results: '42["results",' }
and for HTTP, one request a vote:
  { transport: 'http', method: 'POST', path: '/polls/1/votes', headers: { 'content-type': 'application/json' },
    bodies: ['{"option":1,"voter":"{voter}"}'] }
readStored resolves to { ballots, counts, recount } from the service's database, or may be left out.

Exit code: 0 when Plenum's numbers were right in every round, whatever its speed; else 1.`

interface Options {
  workloads: Workload[]
  isQuick: boolean
  rounds: number
  sockets: number[] | null
  environment: Record<string, string>
  peers: Subject[]
  json: string | undefined
  chart: string | undefined
}

class UsageError extends Error {}

function readNumber (name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(`--${name} takes a number from 1, not ${text}`)
  return Number(text)
}

async function readPeer (file: string): Promise<Subject> {
  const module: { subject?: Subject } = await import(pathToFileURL(file).href)
  if (typeof module.subject?.start !== 'function') throw new UsageError(`${file} exports no subject`)
  return module.subject
}

async function readOptions (): Promise<Options | null> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      workload: { type: 'string' },
      rounds: { type: 'string' },
      sockets: { type: 'string' },
      env: { type: 'string', multiple: true, default: [] },
      peer: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      chart: { type: 'string' }
    }
  })
  if (values.help) return null
  const names = values.workload?.toUpperCase().split(',')
  const unknown = names?.find((name) => !workloads.some(({ id }) => id === name))
  if (unknown !== undefined) throw new UsageError(`There is no workload ${unknown}; there are ${workloads.map(({ id }) => id).join(', ')}.`)
  return {
    workloads: workloads.filter(({ id }) => names?.includes(id) ?? true),
    isQuick: values.quick,
    rounds: values.rounds === undefined ? (values.quick ? 1 : 3) : readNumber('rounds', values.rounds),
    sockets: values.sockets?.split(',').map((text) => readNumber('sockets', text)) ?? null,
    environment: Object.fromEntries(values.env.map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)])),
    peers: await Promise.all(values.peer.map(readPeer)),
    json: values.json,
    chart: values.chart
  }
}

/** Returns the exit code. */
async function main (): Promise<number> {
  const options = await readOptions()
  if (options === null) {
    console.log(usage)
    return 0
  }
  const stage = createStage(options.environment)
  const failures: string[] = []
  const figures: Figure[] = []
  const startedAt = Date.now()
  const say = (text: string): void => console.log(`${((Date.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${text}`)
  try {
    for (const workload of options.workloads) {
      say(`${workload.id}: ${workload.title}`)
      const fail = (text: string): void => {
        failures.push(text)
        say(`WRONG: ${text}`)
      }
      const found = await workload.run({ ...options, stage, say, fail })
      figures.push(...options.isQuick ? found.map(withoutGoal) : found)
    }
  } finally {
    await stage.stop()
  }
  console.log(`\n${formatTable(figures)}`)
  if (options.isQuick) console.log('A quick run: these figures say little about speed, so they are held against no goal.')
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ at: new Date().toISOString(), isQuick: options.isQuick, rounds: options.rounds, failures, figures }, null, 2)}\n`)
  if (options.chart !== undefined) writeFileSync(options.chart, drawChart(figures))
  for (const failure of failures) console.log(`WRONG: ${failure}`)
  return failures.length === 0 ? 0 : 1
}

try {
  // Whatever is left open must not keep the program.
  process.exit(await main())
} catch (error) {
  console.error(error instanceof UsageError || (error instanceof TypeError && 'code' in error) ? error.message : error)
  process.exit(error instanceof UsageError ? 2 : 1)
}
