// Prometheus for tests, with the configuration that is deployed.
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { findFreePort, startHttpProgram, trackFolder } from './child-process.ts'
import type { Owner } from './owner.ts'
import { findPrometheus } from './programs.ts'

export interface Prometheus {
  /** The samples that a query results in now. Throws what Prometheus says of a query that it does not understand. */
  query (expression: string): Promise<{ metric: Record<string, string>, value: [number, string] }[]>
  get<T> (path: string): Promise<T>
}

/**
 * Asks `target` for its metrics twice a second, and evaluates the alerts.
 * @param folder of `prometheus.yml` and what it names
 */
export async function startPrometheus (owner: Owner, folder: string, configuration: string, target: string): Promise<Prometheus> {
  const program = await findPrometheus()
  if (program === null) throw new Error('prometheus is not installed')
  const own = mkdtempSync(join(tmpdir(), 'plenum-prometheus-'))
  trackFolder(own)
  cpSync(folder, own, { recursive: true })
  const config = parse(configuration)
  config.global = { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '1s' }
  for (const job of config.scrape_configs) job.static_configs = [{ targets: [target] }]
  writeFileSync(join(own, 'prometheus.yml'), stringify(config))

  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  await startHttpProgram(owner, {
    name: 'Prometheus',
    command: program,
    args: ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`],
    folder: own,
    readyUrl: `${url}/-/ready`,
    endSignal: 'SIGKILL'
  })

  async function get<T> (path: string): Promise<T> {
    const answer = await (await fetch(`${url}/api/v1/${path}`)).json() as { status: string, error?: string, data: T }
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error ?? answer.status}`)
    return answer.data
  }
  return {
    get,
    query: async (expression) => (await get<{ result: Awaited<ReturnType<Prometheus['query']>> }>(`query?query=${encodeURIComponent(expression)}`)).result
  }
}
