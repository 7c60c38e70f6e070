import { networkInterfaces } from 'node:os'
import { renderUnicodeCompact } from 'uqr'
import type { Config } from './config.ts'

type Listening = Pick<Config, 'host' | 'publicUrl'>

/** What people at the terminal want to know: where it is, and how phones get there. */
export function describeAddress (config: Listening, port: number): string {
  const { local, forPhones } = findAddresses(config, port)
  if (forPhones === undefined) {
    return `Plenum is ready at ${local}\nPhones cannot reach this address. To let those in the same network come: HOST=0.0.0.0 npm start`
  }
  return `Plenum is ready at ${local}\nPhones come to ${forPhones}\n\n${renderUnicodeCompact(forPhones)}`
}

/** Addresses without a trailing slash: for this machine, and for phones; undefined when they cannot come. */
export function findAddresses ({ host, publicUrl }: Listening, port: number): { local: string, forPhones: string | undefined } {
  return {
    local: `http://${isEverywhere(host) ? 'localhost' : bracket(host)}:${port}`,
    forPhones: publicUrl ?? reachableAddress(host, port)
  }
}

function reachableAddress (host: string, port: number): string | undefined {
  if (host === 'localhost' || host.startsWith('127.') || host === '::1') return undefined
  if (!isEverywhere(host)) return `http://${bracket(host)}:${port}`
  const outside = Object.values(networkInterfaces()).flat().find((address) => address?.family === 'IPv4' && !address.internal)
  return outside === undefined ? undefined : `http://${outside.address}:${port}`
}

function isEverywhere (host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

function bracket (host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
