import type { IncomingHttpHeaders } from 'node:http'
import ipaddr from 'ipaddr.js'

const named = new Map([
  ['loopback', ['127.0.0.0/8', '::1']],
  ['linklocal', ['169.254.0.0/16', 'fe80::/10']],
  ['uniquelocal', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']]
])

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number]

/**
 * Whether this address is a proxy's whose X-Forwarded-* headers count; the same for requests and for sockets.
 * @param trusted addresses, networks, or `loopback`, `linklocal`, `uniquelocal`. Throws for anything else.
 */
export function createProxyTrust (trusted: readonly string[]): (address: string | undefined) => boolean {
  const networks = trusted.flatMap((entry) => named.get(entry) ?? [entry]).map(readNetwork)
  return (address) => {
    if (address === undefined || !ipaddr.isValid(address)) return false
    const parsed = ipaddr.process(address)
    return networks.some(([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits))
  }
}

/** Reads where a connection comes from: the nearest address that is no trusted proxy's, as requests have it in `ip`. */
export function createClientAddress (trusted: readonly string[]): (connection: { address: string, headers: IncomingHttpHeaders }) => string {
  const isProxy = createProxyTrust(trusted)
  return ({ address, headers }) => {
    const told = String(headers['x-forwarded-for'] ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '')
    const hops = [address, ...told.reverse()]
    return hops.find((hop) => !isProxy(hop)) ?? hops.at(-1) ?? address
  }
}

function readNetwork (entry: string): Network {
  const [text = '', range] = entry.split('/')
  if (!ipaddr.isValid(text)) throw refused(entry)
  const address = ipaddr.process(text)
  const widest = address.kind() === 'ipv4' ? 32 : 128
  const bits = range === undefined ? widest : readBits(range)
  if (bits === null || bits < 1 || bits > widest) throw refused(entry)
  return [address, bits]
}

/** A length, or a mask such as 255.255.0.0. */
function readBits (range: string): number | null {
  if (/^\d{1,3}$/.test(range)) return Number(range)
  return ipaddr.isValid(range) ? ipaddr.parse(range).prefixLengthFromSubnetMask() : null
}

function refused (entry: string): Error {
  return new Error(`TRUST_PROXY: "${entry}" is no address or network`)
}
