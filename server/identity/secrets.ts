import { createHash, createHmac, randomBytes } from 'node:crypto'

/** 256 random bits, or as many as said. */
export function newSecret (bytes = 32): string {
  return randomBytes(bytes).toString('base64url')
}

/** A random secret needs no slow hash. */
export function hashSecret (secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

export type KeyedHash = ReturnType<typeof createKeyedHash>

/**
 * For secrets that people type, which are shorter than others: without the server's key they cannot be guessed from what is stored.
 * @param secretKeys the first makes new hashes, all find what was stored
 */
export function createKeyedHash (secretKeys: readonly [string, ...string[]]) {
  const hashWith = (key: string, secret: string) => createHmac('sha256', key).update(`access-code ${secret}`).digest('base64url')
  return {
    hash: (secret: string): string => hashWith(secretKeys[0], secret),
    /** Under each key. */
    hashes: (secret: string): string[] => secretKeys.map((key) => hashWith(key, secret))
  }
}

// What a token claims to be, before anything is verified: only for choosing how to verify it. No JWT begins like these.
const keyPrefix = 'plenum_'
const presenterPrefix = 'presenter_'

export const newApiKey = (): string => keyPrefix + newSecret()
export const claimsToBeApiKey = (token: string): boolean => token.startsWith(keyPrefix)

/** 128 bits: short enough for an address. */
export const newPresenterToken = (): string => presenterPrefix + newSecret(16)
export const claimsToBePresenter = (token: string): boolean => /^presenter_[\w-]{22}$/.test(token)
