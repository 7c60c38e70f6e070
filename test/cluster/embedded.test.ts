import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { instanceOf } from '../../scripts/faults/arena.ts'
import { openEmbeddedStage } from '../../scripts/faults/embedded-stage.ts'
import type { Results } from '../../server/protocol/poll.ts'
import { startChild } from '../helpers/child-process.ts'
import { createVoter, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { checkBallots, everyoneVotes } from '../helpers/crowd.ts'
import { checkFrames, openWatched, storm, type Watched } from '../helpers/kinds-storm.ts'
import { openEmbeddedLedger } from '../helpers/ledger.ts'
import { survives } from '../helpers/scenarios.ts'
import { startReceiver } from '../helpers/webhook-receiver.ts'

t.test('the embedded database', async (t) => {
  const embedded = await openEmbeddedStage(t, { WEBHOOKS_ALLOW_PRIVATE: 'on' })
  const { dataDir } = embedded
  const { server } = instanceOf(embedded, 0)

  await t.test('[O4] a second process on the same folder is refused in a sentence', async (t) => {
    const mainProgram = fileURLToPath(new URL('../../server/main.js', import.meta.url))
    const environment = { PATH: process.env.PATH ?? '', DATA_DIR: dataDir, PORT: '0' }
    const second = startChild(process.execPath, [mainProgram], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [second.process.stdout, second.process.stderr]) stream?.on('data', (chunk: Buffer) => { output += chunk.toString() })
    const closed = once(second.process, 'close')
    await second.waitForExit(60_000)
    await closed
    t.equal(second.process.exitCode, 1)
    t.equal(output, `The data folder ${dataDir} is in use by process ${server.pid()}. Stop that process, or start this one with another data folder.\n`)
    t.equal((await request(server.url, 'GET', '/readyz')).status, 200, 'the first one does not notice')
  })

  const totals: Results[] = []
  await t.test('[V1] 500 people vote at once: all are acknowledged and counted', async (t) => {
    totals.push(await everyoneVotes(t, server.url, await registerHost(server.url), 500))
  })

  const framesOf = new Map<Watched, Results[]>()
  await t.test('every kind takes a storm of votes', async (t) => {
    const watched = await openWatched(t, await registerHost(server.url), [server.url])
    t.equal(await storm(t, [server.url], watched, { people: 8, turns: 3 }), 0)
    for (const one of watched) framesOf.set(one, one.watchers.flatMap(({ frames }) => frames))
  })

  await t.test('[O3] kill -9 loses no acknowledged vote', async (t) => {
    t.ok(await survives(t, 'embedded', { embedded }) > 0)
    await server.restart()
  })

  await t.test('every kind takes another storm afterwards', async (t) => {
    t.equal(await storm(t, [server.url], Array.from(framesOf.keys()), { people: 4, turns: 3, seed: 2 }), 0)
    for (const [{ poll }, frames] of framesOf) frames.push((await request<Results>(server.url, 'GET', `/api/v1/polls/${poll.id}/results`)).body)
  })

  await t.test('webhooks share its one connection', async (t) => {
    const receiver = await startReceiver(t)
    const host = await registerHost(server.url)
    const poll = await host.createPoll()
    await host.call('POST', `/rooms/${poll.roomId}/webhooks`, { url: receiver.url, events: ['poll.opened', 'poll.results', 'poll.closed'] })
    await host.command(poll.id, 'open')
    const { voterToken } = await createVoter(server.url)
    await voteOverHttp(server.url, voterToken, poll.id, { choices: [1] })
    await host.command(poll.id, 'close')
    await receiver.until((taken) => taken.at(-1)?.event.type === 'poll.results' && taken.at(-1)?.event.data.results?.final === true)
    const told = receiver.messages.filter(({ event }) => event.type !== 'poll.results').map(({ event }) => event)
    t.match(told, [{ type: 'poll.opened' }, { type: 'poll.closed', data: { results: { voters: 1, counts: { 1: 1 } } } }])
  })

  await t.test('[R2] everything that it said is what the ballots say', async (t) => {
    t.equal(await server.terminate(), 0)
    const ledger = await openEmbeddedLedger(t, dataDir)
    await checkBallots(t, ledger, totals)
    for (const [one, frames] of framesOf) await checkFrames(t, ledger, one, frames)
  })
})
