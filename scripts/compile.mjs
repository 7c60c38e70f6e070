// Turns TypeScript into what Node.js runs. Types are checked by `npm run typecheck`.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { root } from './install.mjs'

const ownFolders = ['server', 'db', 'scripts', 'test', 'web']
/** What tests look at closely of the pages; `web` is what browsers get. */
const webModules = 'web-modules'
/** These read files of their own at run time, so they stay where they are installed. */
const unbundled = ['@electric-sql/pglite', '@fastify/swagger-ui']
const packagesFolder = 'packages'
const sourceMapLine = /^\/\/# sourceMappingURL=.*\n?/m

/**
 * Compiles each module to a file in the same place under `out`. The packages that the server
 * needs go into few large files: to find and link a thousand small ones is two thirds of a start.
 */
export async function compileModules (out) {
  // Not there yet when this file is loaded in a fresh clone.
  const { build, stop } = await import('esbuild')
  const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const bundled = new Set(Object.keys(dependencies).filter((name) => !unbundled.includes(name)))
  const files = await Promise.all(ownFolders.map(async (folder) => (await readdir(join(root, folder), { recursive: true })).map((path) => join(root, folder, path))))
  try {
    await build({
      absWorkingDir: root,
      entryPoints: files.flat().filter((path) => path.endsWith('.ts')).map((path) => ({ in: path, out: placeOf(path).slice(0, -'.ts'.length) })),
      outdir: out,
      bundle: true,
      splitting: true,
      chunkNames: `${packagesFolder}/[name]-[hash]`,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: true,
      sourcesContent: false,
      logLevel: 'warning',
      // For packages that are CommonJS.
      banner: { js: "import { createRequire as plenumCreateRequire } from 'node:module'; const require = plenumCreateRequire(import.meta.url);" },
      plugins: [{ name: 'own modules stay apart', setup: (builder) => { builder.onResolve({ filter: /./ }, (asked) => resolveImport(asked, bundled)) } }]
    })
  } finally {
    // Else its process, with half a gigabyte, lives as long as the server that this one becomes.
    await stop()
  }
  await dropSourceMaps(join(out, packagesFolder))
}

/** undefined: into the bundle. */
function resolveImport ({ kind, importer, path }, bundled) {
  if (kind === 'entry-point' || importer.includes(`${sep}node_modules${sep}`)) return undefined
  if (!path.startsWith('.')) return bundled.has(packageOf(path)) ? undefined : { path, external: true }
  const target = relative(dirname(placeOf(importer)), placeOf(resolve(dirname(importer), path))).replaceAll(sep, '/')
  return { path: `${target.startsWith('.') ? '' : './'}${target.replace(/\.tsx?$/, '.js')}`, external: true }
}

/** Of a source file, below the folder of the build. */
function placeOf (path) {
  const [folder, ...rest] = relative(root, path).split(sep)
  return join(folder === 'web' ? webModules : folder, ...rest)
}

function packageOf (path) {
  return path.split('/').slice(0, path.startsWith('@') ? 2 : 1).join('/')
}

/** Nobody debugs these files here, and Node.js would read the maps at each start. */
async function dropSourceMaps (folder) {
  await Promise.all((await readdir(folder)).map(async (name) => {
    const path = join(folder, name)
    if (name.endsWith('.map')) return await rm(path)
    await writeFile(path, (await readFile(path, 'utf8')).replace(sourceMapLine, ''))
  }))
}
