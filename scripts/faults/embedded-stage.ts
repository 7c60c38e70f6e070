// One instance with the embedded database in a folder of its own.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { registerHost } from '../../test/helpers/clients.ts'
import type { Owner } from '../../test/helpers/owner.ts'
import { spawnServer } from '../../test/helpers/server.ts'
import type { Stage } from './arena.ts'

export interface EmbeddedStage extends Stage {
  dataDir: string
}

export async function openEmbeddedStage (owner: Owner, environment: Record<string, string> = {}): Promise<EmbeddedStage> {
  const dataDir = await mkdtemp(join(tmpdir(), 'plenum-faults-'))
  const server = await spawnServer(owner, { ...environment, DATA_DIR: dataDir })
  const host = await registerHost(server.url)
  return {
    dataDir,
    instances: [{ server, url: server.url }],
    host,
    // The folder takes one process: what is stored is read of it only when it has ended.
    async newestVersions (pollIds) {
      return new Map(await Promise.all(pollIds.map(async (pollId) => [pollId, (await host.results(pollId)).body.version] as const)))
    }
  }
}
