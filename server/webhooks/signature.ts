import { createHmac, randomBytes } from 'node:crypto'

const secretPrefix = 'whsec_'
const secretBytes = 24

export function createSecret (): string {
  return secretPrefix + randomBytes(secretBytes).toString('base64')
}

export interface SignedMessage {
  /** The same for each attempt, so that a receiver can tell a second delivery of a message from another message. */
  id: string
  at: Date
  body: string
  /** In the form that createSecret gives. */
  secret: string
}

/** The headers that prove where a message comes from, as in the specification of Standard Webhooks. */
export function signMessage ({ id, at, body, secret }: SignedMessage): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const key = Buffer.from(secret.slice(secretPrefix.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
