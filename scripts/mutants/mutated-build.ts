// A copy of the sources in a temporary folder, which is changed and built anew.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { removeFolder, trackFolder } from '../../test/helpers/child-process.ts'
import { applyEdit, type Edit, type Mutant } from './mutant.ts'

export interface MutatedBuild {
  /** Where the tests run. */
  folder: string
  /** The build in it. */
  build: string
  /** Without the mutant that was there before. Throws where a piece of it is not in the sources any more, or what is left is no program. */
  become (mutant: Pick<Mutant, 'edits'>): void
  remove (): void
}

const copied = ['server', 'db', 'scripts', 'test', 'web', 'package.json', 'package-lock.json', 'tsconfig.json']
const buildTimeoutMs = 120_000

/** @param root the folder of package.json */
export function copySources (root: string): MutatedBuild {
  const folder = mkdtempSync(join(tmpdir(), 'plenum-mutants-'))
  trackFolder(folder)
  for (const name of copied) cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const build = join(folder, 'dist/mutant')
  const changed = new Set<string>()

  return {
    folder,
    build,
    become ({ edits }) {
      for (const path of changed) cpSync(join(root, path), join(folder, path))
      changed.clear()
      for (const [file, source] of applyEdits(root, edits)) {
        writeFileSync(join(folder, file), source)
        changed.add(file)
      }
      execFileSync(process.execPath, ['scripts/build.mjs', '--out', build], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], timeout: buildTimeoutMs })
    },
    remove: () => { removeFolder(folder) }
  }
}

/** The sources with all of the edits, by file. */
export function applyEdits (root: string, edits: readonly Edit[]): Map<string, string> {
  const sources = new Map<string, string>()
  for (const edit of edits) sources.set(edit.file, applyEdit(sources.get(edit.file) ?? readFileSync(resolve(root, edit.file), 'utf8'), edit))
  return sources
}
