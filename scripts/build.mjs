// Compiles the project into dist/<hash of the sources>; nothing happens when that exists.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compileModules } from './compile.mjs'
import { ensureInstalled, root, run } from './install.mjs'

const usage = `Usage: node scripts/build.mjs [--out DIR]

Compiles the server, the scripts, the tests and the web pages into dist/<hash of the sources>
and prints that directory. Nothing is done when the build exists already.

  --out DIR   build into exactly this directory (it is emptied first)`

const dist = join(root, 'dist')
const sourceFolders = ['server', 'db', 'scripts', 'test', 'web']
const keptBuilds = 2
const inUseMs = 60 * 60_000

async function listFiles (folder) {
  if (!existsSync(folder)) return []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.includes(`${sep}node_modules${sep}`))
}

/** The first 12 hex digits of a SHA-256 over everything that a build is made of. */
export async function hashSources () {
  const topLevel = (await readdir(root)).filter((name) => /^(tsconfig.*|package|package-lock)\.json$/.test(name))
  const folders = await Promise.all(sourceFolders.map((folder) => listFiles(join(root, folder))))
  const paths = [...topLevel.map((name) => join(root, name)), ...folders.flat()].sort()
  const hash = createHash('sha256')
  for (const path of paths) {
    // An editor's temporary file may be gone again.
    const content = await readFile(path).catch((error) => { if (error.code !== 'ENOENT') throw error; return null })
    if (content !== null) hash.update(`${relative(root, path).replaceAll(sep, '/')}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex').slice(0, 12)
}

async function compile (out) {
  const web = join(root, 'web')
  const vite = [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--outDir', join(out, 'web'), '--logLevel', 'warn']
  const [code] = await Promise.all([existsSync(join(web, 'vite.config.ts')) ? run(process.execPath, vite, { cwd: web }) : 0, compileModules(out)])
  if (code !== 0) throw new Error('The build failed; see the messages above.')
  const migrations = join(root, 'db/migrations')
  if (existsSync(migrations)) await cp(migrations, join(out, 'db/migrations'), { recursive: true })
}

async function modifiedAt (path) {
  return (await stat(path).catch(() => null))?.mtimeMs ?? 0
}

/** Marks a build as in use, which keeps it from being deleted for an hour. */
export async function touchBuild (directory) {
  const now = new Date()
  await utimes(directory, now, now).catch(() => {})
}

async function deleteOldBuilds (current) {
  const entries = await Promise.all((await readdir(dist)).map(async (name) => ({
    name, path: join(dist, name), at: await modifiedAt(join(dist, name))
  })))
  const builds = entries.filter(({ name }) => /^[0-9a-f]{12}$/.test(name)).sort((a, b) => b.at - a.at)
  const leftovers = entries.filter(({ name }) => name.startsWith('.tmp-'))
  for (const { path, at } of [...builds.slice(keptBuilds), ...leftovers]) {
    if (path !== current && Date.now() - at > inUseMs) await rm(path, { recursive: true, force: true })
  }
}

/** Builds where needed and returns the absolute path of the build. */
export async function ensureBuilt () {
  await ensureInstalled()
  for (let attempt = 1; ; attempt++) {
    const hash = await hashSources()
    const target = join(dist, hash)
    if (existsSync(target)) {
      await touchBuild(target)
      return target
    }
    console.error(`Building dist/${hash} (a few seconds).`)
    const startedAt = Date.now()
    const temporary = join(dist, `.tmp-${process.pid}`)
    await rm(temporary, { recursive: true, force: true })
    await mkdir(temporary, { recursive: true })
    try {
      await compile(temporary)
      // Files edited meanwhile would end up under a hash that is not theirs.
      if (await hashSources() !== hash && attempt < 3) continue
      await rename(temporary, target).catch((error) => {
        // Another process was faster; its build is the same.
        if (!existsSync(target)) throw error
      })
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
    console.error(`Built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`)
    await touchBuild(target)
    await deleteOldBuilds(target)
    return target
  }
}

async function main (args) {
  if (args.includes('--help')) {
    console.log(usage)
    return 0
  }
  if (args.length === 0) {
    console.log(relative(process.cwd(), await ensureBuilt()))
    return 0
  }
  if (args.length !== 2 || args[0] !== '--out') {
    console.error(usage)
    return 2
  }
  const out = resolve(args[1])
  if (root === out || root.startsWith(out + sep) || sourceFolders.some((folder) => out === join(root, folder))) {
    console.error(`${args[1]} holds the sources; choose a directory that may be emptied.`)
    return 2
  }
  await ensureInstalled()
  await rm(out, { recursive: true, force: true })
  await mkdir(out, { recursive: true })
  await compile(out)
  console.log(out)
  return 0
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
