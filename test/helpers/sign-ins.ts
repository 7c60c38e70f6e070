import type { Test } from 'tap'
import { request } from './clients.ts'

/** Without a wait for anything that is away, on a busy machine. */
const promptMs = 500

/** Ten sign-ins of one account may fail on all of these servers together; then each refuses, without a wait. */
export async function limitsSignIns (t: Test, email: string, ...servers: { url: string }[]): Promise<void> {
  const attempt = async (url: string) => (await request(url, 'POST', '/api/v1/auth/login', { body: { email, password: 'not the password' } })).status
  const turns = Array.from({ length: 10 / servers.length }, () => servers).flat()
  t.same(await Promise.all(turns.map(async ({ url }) => await attempt(url))), Array(10).fill(401))
  for (const { url } of servers) {
    const startedAt = performance.now()
    t.equal(await attempt(url), 429)
    t.ok(performance.now() - startedAt < promptMs, `refused after ${Math.round(performance.now() - startedAt)} ms`)
  }
}
