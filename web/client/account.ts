const timeoutMs = 10_000

export type SignIn = 'signed_in' | 'wrong' | 'locked' | 'too_many' | 'unreachable'

/** Undefined when the server did not say. */
export async function isSignedIn (): Promise<boolean | undefined> {
  try {
    const { ok, status } = await fetch('/api/v1/me', { signal: AbortSignal.timeout(timeoutMs) })
    return ok ? true : status === 401 ? false : undefined
  } catch {
    return undefined
  }
}

/** The browser keeps the session in a cookie; sockets that connect from then on have it. */
export async function signIn (email: string, password: string): Promise<SignIn> {
  try {
    const { ok, status } = await fetch('/api/v1/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
      signal: AbortSignal.timeout(timeoutMs)
    })
    if (ok) return 'signed_in'
    if (status === 403) return 'locked'
    if (status === 429) return 'too_many'
    return status < 500 ? 'wrong' : 'unreachable'
  } catch {
    return 'unreachable'
  }
}
