import { createHttpClient } from '../../server/client/http-client.ts'
import { PlenumError } from '../../server/protocol/problem.ts'

export type SignIn = 'signed_in' | 'wrong' | 'locked' | 'too_many' | 'unreachable'

/** By the browser's cookie: the token of a device is no account's. */
const { auth } = createHttpClient({ baseUrl: location.origin })

/** Undefined when the server did not say. */
export async function isSignedIn (): Promise<boolean | undefined> {
  try {
    await auth.me()
    return true
  } catch (error) {
    return error instanceof PlenumError && error.code === 'unauthenticated' ? false : undefined
  }
}

/** The browser keeps the session in a cookie; sockets that connect from then on have it. */
export async function signIn (email: string, password: string): Promise<SignIn> {
  try {
    await auth.login({ email, password })
    return 'signed_in'
  } catch (error) {
    if (!(error instanceof PlenumError) || error.status >= 500) return 'unreachable'
    if (error.code === 'forbidden') return 'locked'
    return error.code === 'rate_limited' ? 'too_many' : 'wrong'
  }
}
