// What docker-compose.yml describes, as processes of this machine: its own files, with only what cannot be the same here replaced.
import { chownSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { findFreePort, startHttpProgram, trackFolder } from './child-process.ts'
import type { Owner } from './owner.ts'
import { findNginx } from './programs.ts'

export interface ComposedService {
  environment?: Record<string, string>
  entrypoint?: string[]
  command?: string[]
}

const composeFile = 'docker-compose.yml'
const nginxFile = 'deploy/nginx.conf'
/** As in its image nginx has no rights; every system has this user. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** @param variables what `.env` would say */
export function readComposition (variables: Record<string, string>): Record<string, ComposedService> {
  const interpolate = (text: string) => text.replaceAll(/\$\{(\w+):([?-])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
    const value = variables[name] ?? ''
    if (value === '' && kind === '?') throw new Error(`${composeFile} needs ${name}: ${rest}`)
    return value === '' ? rest : value
  })
  // As Docker does, value by value: an empty one is an empty text, not none.
  return parse(readFileSync(composeFile, 'utf8'), (_key, value: unknown) => typeof value === 'string' ? interpolate(value) : value, { merge: true }).services
}

/** Throws when one of the texts is not there: then the file has changed, and what replaces it may be wrong. */
export function replaceIn (file: string, text: string, replacements: Record<string, string>): string {
  return Object.entries(replacements).reduce((replaced, [what, by]) => {
    if (!replaced.includes(what)) throw new Error(`${file} no longer has "${what}", which "${by}" was to replace here`)
    return replaced.replaceAll(what, by)
  }, text)
}

/** The environment of an instance. @param places where its database and its Redis are, as `host:port` */
export function environmentOf ({ environment = {} }: ComposedService, places: { postgres: string, redis: string }): Record<string, string> {
  const replaced = (name: string, replacements: Record<string, string>) => ({ [name]: replaceIn(`${name} in ${composeFile}`, environment[name] ?? '', replacements) })
  return {
    ...environment,
    ...replaced('DATABASE_URL', { '@postgres:5432/': `@${places.postgres}/` }),
    ...replaced('REDIS_URL', { '//redis:6379': `//${places.redis}` }),
    // Where the proxy's requests come from.
    ...replaced('TRUST_PROXY', { uniquelocal: 'loopback' })
  }
}

/** nginx as the service starts it, in front of these instances, as `host:port` by their names. Resolves to its URL. */
export async function startProxy (owner: Owner, { entrypoint = [] }: ComposedService, places: Record<string, string>): Promise<string> {
  const program = await findNginx()
  if (program === null) throw new Error('nginx is not installed')
  const folder = mkdtempSync('/tmp/plenum-nginx-')
  trackFolder(folder)
  if (nobody.uid !== undefined) chownSync(folder, nobody.uid, nobody.gid)
  const port = await findFreePort()
  const configFile = join(folder, 'nginx.conf')
  writeFileSync(configFile, replaceIn(nginxFile, readFileSync(nginxFile, 'utf8'), {
    ' /tmp/': ` ${folder}/`,
    'listen 8080;': `listen 127.0.0.1:${port};`,
    // Names are not resolved anew, which takes nginx 1.27.
    ...Object.fromEntries(Object.entries(places).map(([name, place]) => [`server ${name}:3000 resolve `, `server ${place} `]))
  }))
  const url = `http://127.0.0.1:${port}`
  await startHttpProgram(owner, {
    name: 'nginx',
    command: program,
    // The first word is the program; without -e it would try to write into a folder that is not its own.
    args: [...entrypoint.slice(1), '-e', 'stderr', '-c', configFile],
    folder,
    user: nobody,
    readyUrl: `${url}/readyz`,
    endSignal: 'SIGTERM'
  })
  return url
}
