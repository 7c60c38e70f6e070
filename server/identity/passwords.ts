import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** Of scrypt: `N` rounds over blocks of `r` times 128 bytes, `p` times one after the other. */
export interface PasswordCost { N: number, r: number, p: number }

// One of OWASP's equal settings for scrypt (Password Storage Cheat Sheet): 32 MiB a hash.
const usualCost: PasswordCost = { N: 2 ** 15, r: 8, p: 3 }
const maxmem = 64 * 2 ** 20
const hashBytes = 32

export type Passwords = ReturnType<typeof createPasswords>

/** Stored as `scrypt$N$r$p$salt$hash`, both in base64url: the settings stay with the hash, so they can be raised later. */
export function createPasswords (cost: PasswordCost = usualCost) {
  let noOne: Promise<string> | undefined

  async function hash (password: string): Promise<string> {
    const salt = randomBytes(16)
    const derived = await derive(password, salt, cost)
    return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), derived.toString('base64url')].join('$')
  }

  async function verify (password: string, stored: string): Promise<boolean> {
    const [scheme, N, r, p, salt, derived] = stored.split('$')
    if (scheme !== 'scrypt' || salt === undefined || derived === undefined) return false
    const expected = Buffer.from(derived, 'base64url')
    const given = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) })
    return timingSafeEqual(expected, given)
  }

  return {
    hash,
    verify,

    /** Takes as long as a real check and is always false: a sign-in must not tell which addresses exist. */
    async verifyNone (password: string): Promise<false> {
      noOne ??= hash(randomBytes(16).toString('hex'))
      await verify(password, await noOne)
      return false
    }
  }
}

async function derive (password: string, salt: Buffer, cost: PasswordCost): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, hashBytes, { ...cost, maxmem }, (error, key) => error === null ? resolve(key) : reject(error))
  })
}
