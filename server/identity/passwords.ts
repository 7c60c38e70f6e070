import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'

// One of OWASP's equal settings for scrypt (Password Storage Cheat Sheet): 32 MiB a hash.
const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 } satisfies ScryptOptions
const hashBytes = 32

/** `scrypt$N$r$p$salt$hash`, both in base64url: the settings stay with the hash, so they can be raised later. */
export async function hashPassword (password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, cost)
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

export async function verifyPassword (password: string, stored: string): Promise<boolean> {
  const [scheme, N, r, p, salt, hash] = stored.split('$')
  if (scheme !== 'scrypt' || salt === undefined || hash === undefined) return false
  const expected = Buffer.from(hash, 'base64url')
  const given = await derive(password, Buffer.from(salt, 'base64url'), { ...cost, N: Number(N), r: Number(r), p: Number(p) })
  return timingSafeEqual(expected, given)
}

let noOne: Promise<string> | undefined

/** Takes as long as a real check and is always false: a sign-in must not tell which addresses exist. */
export async function verifyNoPassword (password: string): Promise<false> {
  noOne ??= hashPassword(randomBytes(16).toString('hex'))
  await verifyPassword(password, await noOne)
  return false
}

async function derive (password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, hashBytes, options, (error, key) => error === null ? resolve(key) : reject(error))
  })
}
