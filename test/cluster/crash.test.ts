import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { waitUntil } from '../helpers/child-process.ts'
import { registerHost, request } from '../helpers/clients.ts'
import { checkBallots, connectVoters, people, readTotals, registerVoters, retryAll, voteOnAll } from '../helpers/crowd.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { countBallots } from '../helpers/ledger.ts'
import { spawnServer } from '../helpers/server.ts'
import { skipUnless, startPostgres } from '../helpers/services.ts'

const skip = skipUnless('TEST_DATABASE_URL')

t.test('[O2] SIGTERM under votes: exit code 0 in time, and the votes that were counted are those that were acknowledged', { skip }, async (t) => {
  const databaseUrl = await createTestDatabase(t)
  const server = await spawnServer(t, { DATABASE_URL: databaseUrl })
  const ledger = connectDatabase(t, databaseUrl)
  const host = await registerHost(server.url)
  const polls = await Promise.all(Array.from({ length: 10 }, async () => await host.openPoll()))
  const sockets = await connectVoters(t, server.url, await registerVoters(server.url))
  const reasons = Array.from(sockets.values(), async ({ socket }) => await new Promise<string>((resolve) => { socket.once('disconnect', resolve) }))
  let terminated: Promise<number | null> | undefined
  let tookMs = 0
  const answers = await voteOnAll(polls, sockets, (count) => {
    if (count !== people * 2) return
    const startedAt = performance.now()
    terminated = server.terminate().finally(() => { tookMs = performance.now() - startedAt })
  })
  t.equal(await terminated, 0)
  t.ok(tookMs < 15_000, `after ${Math.round(tookMs)} ms`)
  const others = (await Promise.all(reasons)).filter((reason) => !['transport close', 'transport error'].includes(reason))
  t.same(others, [], 'the clients come back by themselves')

  for (const [poll, ofPoll] of answers) {
    const acks = Array.from(ofPoll.values()).filter((ack) => ack !== 'lost')
    const [tally] = await ledger<{ voters: number }[]>`SELECT voters FROM tallies WHERE poll_id = ${poll.id}`
    t.ok(acks.every(({ ok }) => ok), 'nothing was refused')
    t.equal(tally?.voters, acks.length, 'whoever was counted was told so')
    t.equal(await countBallots(ledger, poll.id), acks.length)
  }
})

/** The postmaster and everything that it has started. */
function listProcesses (postmaster: number): number[] {
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'latin1').trim().split(' ')
  return [postmaster, ...children.filter((pid) => pid !== '').map(Number)]
}

t.test('a PostgreSQL that dies or hangs', { skip }, async (t) => {
  const postgres = await startPostgres({ fsync: true })
  t.teardown(() => postgres.stop())
  const server = await spawnServer(t, { DATABASE_URL: postgres.url })
  const pid = server.pid()
  const host = await registerHost(server.url)
  const voters = await registerVoters(server.url)
  const sockets = await connectVoters(t, server.url, voters)

  const probe = await host.openPoll()
  const ledger = connectDatabase(t, postgres.url)

  /** Votes until one counts, as a patient client would. */
  async function recoversWithin (t: Test, ms: number): Promise<void> {
    const [socket] = sockets.values()
    const startedAt = performance.now()
    await waitUntil(async () => (await socket?.vote(probe.id, 1))?.ok === true, 20_000, () => 'votes are still refused')
    t.ok(performance.now() - startedAt < ms, `votes count again after ${Math.round(performance.now() - startedAt)} ms`)
  }

  t.test('[V7] killed under votes: votes are answered unavailable, and it recovers by itself within five seconds', async (t) => {
    const polls = await Promise.all(Array.from({ length: 10 }, async () => await host.openPoll()))
    let killed: Promise<void> | undefined
    const answers = await voteOnAll(polls, sockets, (count) => { if (count === people * 4) killed = postgres.kill() })
    await killed
    const refused = Array.from(answers.values()).flatMap((ofPoll) => Array.from(ofPoll.values())).flatMap((ack) => ack !== 'lost' && !ack.ok ? [ack.error] : [])
    t.ok(refused.length > 0, `${refused.length} votes were refused`)
    for (const error of refused) {
      if (error.code !== 'unavailable' || error.retryAfterMs === undefined) t.fail('refused otherwise', { error })
    }
    t.ok(Array.from(sockets.values()).every(({ socket }) => socket.connected), 'nobody lost the connection')
    t.match(await request(server.url, 'GET', '/readyz'), { status: 503, body: { database: 'down' } })
    t.match(await request(server.url, 'GET', '/livez'), { status: 200 })

    await postgres.restart()
    // Five seconds, and what a busy machine takes by itself.
    await recoversWithin(t, 5500)
    await retryAll(t, server.url, answers)
    await checkBallots(t, ledger, await readTotals(t, host, polls))
  })

  t.test('[V7] frozen under votes: every vote is answered within ten seconds, and none is counted twice', async (t) => {
    const polls = [await host.openPoll(), await host.openPoll()]
    const tell = (signal: NodeJS.Signals) => {
      // The postmaster first: whom it has started by then is found, and it starts nobody else.
      for (const find of [() => [postgres.pid], () => listProcesses(postgres.pid)]) {
        for (const one of find()) {
          try { process.kill(one, signal) } catch { /* this connection has ended */ }
        }
      }
    }
    const thaw = () => { tell('SIGCONT') }
    t.teardown(thaw)
    let slowestMs = 0
    const answers = await voteOnAll(polls, sockets, (count, tookMs) => {
      slowestMs = Math.max(slowestMs, tookMs)
      if (count === people / 2) tell('SIGSTOP')
    })
    t.ok(slowestMs < 10_000, `the slowest answer took ${Math.round(slowestMs)} ms`)
    const codes = Array.from(answers.values()).flatMap((ofPoll) => Array.from(ofPoll.values())).flatMap((ack) => ack !== 'lost' && !ack.ok ? [ack.error.code] : [])
    t.same(Array.from(new Set(codes)), ['unavailable'])
    thaw()
    await recoversWithin(t, 5500)
    await retryAll(t, server.url, answers)
    await checkBallots(t, ledger, await readTotals(t, host, polls))
  })

  t.test('[O3] all of this ended no process', async (t) => {
    t.equal(server.pid(), pid)
    t.equal((await request(server.url, 'GET', '/livez')).status, 200)
    t.notMatch(server.output(), /unhandled|uncaught/i)
    t.equal(await server.terminate(), 0)
  })
})
