import { fdatasyncSync } from 'node:fs'
import { open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

type EmscriptenOptions = Parameters<NodeFS['init']>[1]
type EmscriptenModule = Required<EmscriptenOptions>['preRun'][number] extends (module: infer Module) => void ? Module : never

/**
 * Makes an empty database in `folder`. Killed in the middle it leaves no `folder`, only a draft beside it that the
 * next attempt clears away: files copied in part would look like a database and never start.
 */
export async function initialiseStorage (folder: string): Promise<void> {
  const draft = `${folder}.draft`
  await rm(draft, { recursive: true, force: true })
  const database = await PGlite.create({ dataDir: draft })
  await database.close()
  await syncTree(draft)
  await rename(draft, folder)
  await syncPath(dirname(folder))
}

/** PGlite's files in a folder, except that a flush reaches the disk; its own file system leaves `fsync` out. */
export class SyncedStorage extends NodeFS {
  override async init (database: PGlite, options: EmscriptenOptions): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(database, options)
    const addSync = (module: EmscriptenModule): void => {
      const { stream_ops: operations }: NodeFileSystem = module.NODEFS
      operations.fsync = (stream) => {
        fdatasyncSync(stream.nfd)
        return 0
      }
    }
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...emscriptenOpts.preRun ?? [], addSync] } }
  }
}

/** The part of Emscripten's NODEFS that is used here; `nfd` is the file descriptor. */
interface NodeFileSystem {
  stream_ops: { fsync?: (stream: { nfd: number }) => number }
}

async function syncTree (folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await syncPath(join(entry.parentPath, entry.name))
  }
  await syncPath(folder)
}

async function syncPath (path: string): Promise<void> {
  if (process.platform === 'win32') return // it cannot open a folder, nor flush what is open for reading
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
