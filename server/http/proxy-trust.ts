import type { IncomingHttpHeaders } from 'node:http'
import proxyAddr from '@fastify/proxy-addr'

/** Whether a hop counts as a proxy of ours; the hop's place does not matter here. */
export type ProxyTrust = (address: string, hop: number) => boolean

/**
 * Whose X-Forwarded-* headers count; the same for requests and for sockets.
 * @param trusted addresses, networks, or `loopback`, `linklocal`, `uniquelocal`. Throws for anything else.
 */
export function createProxyTrust (trusted: readonly string[]): ProxyTrust {
  try {
    return proxyAddr.compile([...trusted])
  } catch (cause) {
    throw new Error(`TRUST_PROXY: "${trusted.join(',')}" has what is no address or network`, { cause })
  }
}

/** Where a connection comes from: the nearest address that is no trusted proxy's, as requests have it in `ip`. */
export function createClientAddress (isProxy: ProxyTrust): (connection: { address: string, headers: IncomingHttpHeaders }) => string {
  return ({ address, headers }) => {
    const told = String(headers['x-forwarded-for'] ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '')
    const hops = [address, ...told.reverse()]
    return hops.find((hop, at) => !isProxy(hop, at)) ?? hops.at(-1) ?? address
  }
}
