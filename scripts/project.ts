// Where this program was built, and from what.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** dist/<hash of the sources>. */
export const buildFolder = resolve(import.meta.dirname, '..')

/** The folder of package.json above it. */
export function findRoot (): string {
  let folder = buildFolder
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = resolve(folder, '..')
    if (parent === folder) throw new Error('There is no package.json above the build.')
    folder = parent
  }
  return folder
}
