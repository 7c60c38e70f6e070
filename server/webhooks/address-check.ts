import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Whether an address is one of the public internet: not of this machine, its network or its provider, and no other kind of special one.
 * IPv6 addresses that stand for an IPv4 address are what they lead to. What is no address at all is not public.
 */
export function isPublicAddress (text: string): boolean {
  if (isIP(text) === 0) return false
  const address = ipaddr.process(text)
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast'
  const bytes = address.toByteArray()
  const range = address.range()
  // 64:ff9b::/96 has the address at its end. The local prefix of the same name is in nobody's hands but the network's.
  if (range === 'rfc6052') return bytes[5] === 0 && isPublicIpv4(bytes.slice(12))
  if (range === '6to4') return isPublicIpv4(bytes.slice(2, 6))
  return range === 'unicast' && address.match(globalUnicast)
}

function isPublicIpv4 (bytes: number[]): boolean {
  return new ipaddr.IPv4(bytes).range() === 'unicast'
}

/** The host without the brackets of an IPv6 address. URL has made one form of decimal, octal and hexadecimal addresses already. */
export function hostOf (url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

/** Why a webhook cannot have this address; undefined for a good one. Names are resolved when something is sent, not here. */
export function findUrlFault (text: string, { allowPrivate }: { allowPrivate: boolean }): string | undefined {
  // URL would drop some of these without a word, and the database refuses others.
  if (/[\s\p{Cc}]/u.test(text)) return 'must have no spaces and control characters'
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'must be an address that begins with https://'
  if (url.username !== '' || url.password !== '') return 'must have no user name and no password'
  if (allowPrivate) return undefined
  if (url.protocol !== 'https:') return 'must begin with https://'
  const host = hostOf(url)
  return isIP(host) !== 0 && !isPublicAddress(host) ? 'must be a public address' : undefined
}
