import { signal, type ReadonlySignal } from '@preact/signals'
import { createHostClient } from '../../server/client/host-client.ts'
import type { User } from '../../server/protocol/identity.ts'
import { PlenumError } from '../../server/protocol/problem.ts'

/** Calls as whoever is signed in: the browser adds the cookie. What deletes outlives the page that asked for it. */
export const client = createHostClient({
  baseUrl: location.origin,
  fetch: async (url, init) => await fetch(url, { ...init, keepalive: init?.method === 'DELETE' })
})

const account = signal<User | null | undefined>(undefined)

/** Who is signed in; null for nobody, undefined until the server has told. */
export const user: ReadonlySignal<User | null | undefined> = account

export function setUser (signedIn: User | null): void {
  account.value = signedIn
}

/** Throws what the server cannot be asked for. */
export async function readSession (): Promise<void> {
  try {
    setUser(await client.auth.me())
  } catch (error) {
    noteSignedOut(error)
    if (user.value === undefined) throw error
  }
}

/** A session that has ended elsewhere ends here as well. */
export function noteSignedOut (error: unknown): void {
  if (error instanceof PlenumError && error.code === 'unauthenticated') setUser(null)
}
