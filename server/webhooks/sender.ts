import { lookup as lookUp } from 'node:dns/promises'
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestSecure } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { hostOf, isPublicAddress } from './address-check.ts'
import { signMessage, type SignedMessage } from './signature.ts'

export interface ResolvedAddress { address: string, family: number }

export interface SenderOptions {
  /** Lets plain http and addresses of this machine and its network through. */
  allowPrivate: boolean
  /** The addresses of a host name, asked once for each connection. */
  resolve?: (hostname: string) => Promise<ResolvedAddress[]>
  timeoutMs?: number
}

/** A status of the receiver, or why there is none. What is refused stays refused: trying again does not help. */
export type SendOutcome =
  | { type: 'answered', status: number }
  | { type: 'unreachable', reason: string }
  | { type: 'refused', reason: string }
  | { type: 'aborted' }

export type Sender = ReturnType<typeof createSender>

const maxAnswerBytes = 1024
const notPublic = 'The address is not public, so nothing was sent.'

/**
 * Posts signed messages. The addresses of a name are checked in the connection's own look-up, so that what was checked is what is connected
 * to, whatever the name resolves to a moment later. Redirects are not followed. Never rejects.
 */
export function createSender ({ allowPrivate, timeoutMs = 10_000, resolve = createSystemResolver() }: SenderOptions) {
  const lookup: LookupFunction = (hostname, { all }, callback) => {
    resolve(hostname).then((addresses) => {
      const [first] = addresses
      if (first === undefined) callback(new Error('the name has no address'), [])
      else if (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address))) callback(new RefusedAddress(), [])
      else if (all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    }, (error: unknown) => { callback(error instanceof Error ? error : new Error('the name cannot be resolved'), []) })
  }

  async function post (url: URL, body: string, options: RequestOptions): Promise<SendOutcome> {
    return await new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? requestSecure : requestPlain)(url, { ...options, method: 'POST', lookup, agent: false }, (answer) => {
        skimAnswer(answer, () => { resolve({ type: 'answered', status: answer.statusCode ?? 0 }) })
      })
      request.on('error', reject)
      request.end(body)
    })
  }

  return {
    async send (address: string, message: Omit<SignedMessage, 'at'>, stopSignal: AbortSignal): Promise<SendOutcome> {
      const url = new URL(address)
      const host = hostOf(url)
      if (!allowPrivate && url.protocol !== 'https:') return { type: 'refused', reason: 'The address does not begin with https://, so nothing was sent.' }
      // An address is connected to without a look-up.
      if (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)) return { type: 'refused', reason: notPublic }
      const timeout = AbortSignal.timeout(timeoutMs)
      try {
        return await post(url, message.body, {
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(message.body),
            'user-agent': 'Plenum',
            ...signMessage({ ...message, at: new Date() })
          },
          signal: AbortSignal.any([stopSignal, timeout])
        })
      } catch (error) {
        if (error instanceof RefusedAddress) return { type: 'refused', reason: notPublic }
        if (stopSignal.aborted) return { type: 'aborted' }
        if (timeout.aborted) return { type: 'unreachable', reason: `There was no answer within ${timeoutMs / 1000} s.` }
        return { type: 'unreachable', reason: `The connection failed: ${codeOf(error)}.` }
      }
    }
  }
}

/**
 * Asks the system, for two names at a time: it takes one of the four threads that also read files and hash passwords, for many
 * seconds when a name server does not answer.
 */
function createSystemResolver (): NonNullable<SenderOptions['resolve']> {
  const turns = [Promise.resolve(), Promise.resolve()]
  return async (hostname) => {
    const addresses = (turns.shift() ?? Promise.resolve()).then(async () => await lookUp(hostname, { all: true }))
    turns.push(addresses.then(() => {}, () => {}))
    return await addresses
  }
}

/** Reads a little, so that a receiver that has sent a short body sees it taken, and drops it. The status has been read by then. */
function skimAnswer (answer: IncomingMessage, onEnd: () => void): void {
  let bytes = 0
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxAnswerBytes) answer.destroy()
  })
  answer.on('error', () => {})
  answer.on('close', onEnd)
}

class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress'
}

/** The code alone: messages name addresses that a name has resolved to. */
function codeOf (error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
}
