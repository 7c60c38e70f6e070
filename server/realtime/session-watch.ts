import type { IdentityService } from '../identity/identity-service.ts'
import type { AccessClaims } from '../identity/tokens.ts'

export interface HostConnection {
  host: AccessClaims
  /** Takes a host's sight away: the session has ended. */
  end (): void
}

export interface SessionWatchOptions {
  identity: IdentityService
  onError: (error: unknown, sentence: string) => void
}

const intervalMs = 800

export type SessionWatch = ReturnType<typeof startSessionWatch>

/** Ends what hosts see within a second of their token's expiry, logout or removal; one query for all of them. */
export function startSessionWatch ({ identity, onError }: SessionWatchOptions) {
  const connections = new Set<HostConnection>()
  let isStopped = false

  async function check (): Promise<void> {
    try {
      const now = new Date()
      const sessionIds = Array.from(new Set(Array.from(connections, ({ host }) => host.sessionId)))
      const ended = new Set(await identity.listEnded(sessionIds))
      for (const connection of connections) {
        if (connection.host.expiresAt > now && !ended.has(connection.host.sessionId)) continue
        connections.delete(connection)
        connection.end()
      }
    } catch (error) {
      onError(error, 'sessions could not be checked')
    }
    if (!isStopped) timer = setTimeout(() => { void check() }, intervalMs)
  }

  let timer = setTimeout(() => { void check() }, intervalMs)

  return {
    /** Returns how to stop watching this connection. */
    watch (connection: HostConnection): () => void {
      connections.add(connection)
      return () => { connections.delete(connection) }
    },
    stop (): void {
      isStopped = true
      clearTimeout(timer)
    }
  }
}
