import t from 'tap'
import type { Receipt } from '../../server/protocol/poll.ts'
import { connectSocket, createVoter, registerHost, voteOverHttp } from '../helpers/clients.ts'
import { connectMany, everyoneVotes, tallyOf } from '../helpers/crowd.ts'
import { connectDatabase } from '../helpers/database.ts'
import { countBallots, recount } from '../helpers/ledger.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

t.test('two instances on one PostgreSQL under load', { skip: skipUnless('TEST_DATABASE_URL') }, async (t) => {
  const { url, databaseUrl } = await startServer(t)
  // A second instance on the same database: what is exact must not hang on one process's memory.
  const { url: otherUrl } = await startServer(t, { DATABASE_URL: databaseUrl ?? '' })
  const host = await registerHost(url)
  const ledger = connectDatabase(t, databaseUrl)

  t.test('[R2] 500 people vote at once: all are counted exactly once', async (t) => {
    const results = await everyoneVotes(t, url, host, 500)
    t.same(await recount(ledger, results), tallyOf(results))
    t.equal(await countBallots(ledger, results.pollId), 500)
  })

  t.test('[V2] a vote sent over two sockets and over HTTP, on two instances, is one ballot with one receipt', async (t) => {
    const poll = await host.openPoll()
    const identities = await Promise.all(Array.from({ length: 60 }, async () => await createVoter(url)))
    const devices = await Promise.all(identities.map(async ({ voterToken }) => [
      await connectSocket(t, url, { auth: { voterToken } }), await connectSocket(t, otherUrl, { auth: { voterToken } })]))
    const receipts = await Promise.all(identities.map(async ({ voterToken }, at) => {
      const [overHttp, ...overSockets] = await Promise.all([
        voteOverHttp(at % 2 === 0 ? url : otherUrl, voterToken, poll.id, { choices: [2] }),
        ...(devices[at] ?? []).map(async (device) => await device.vote(poll.id, 2))])
      return [overHttp.body, ...overSockets.flatMap((ack) => ack.ok ? [ack.data] : [])]
    }))
    for (const ofOne of receipts) {
      t.same(ofOne.map(({ status }) => status).sort(), ['recorded', 'unchanged', 'unchanged'])
      t.equal(new Set(ofOne.map(({ version, castAt }) => `${version} ${castAt}`)).size, 1, '[V3] the same receipt')
    }
    const { body: results } = await host.results(poll.id)
    t.equal(await countBallots(ledger, poll.id), 60)
    t.same(await recount(ledger, { ...results, version: 2 ** 31 }), { voters: 60, counts: { 1: 0, 2: 60 } })
  })

  t.test('[V2] fifty first votes of one voter at the same moment are one ballot', async (t) => {
    const poll = await host.openPoll()
    const { voterToken } = await createVoter(url)
    const devices = await Promise.all(Array.from({ length: 10 }, async (_, at) => await connectSocket(t, at % 2 === 0 ? url : otherUrl, { auth: { voterToken } })))
    const acks = await Promise.all(Array.from({ length: 50 }, async (_, at) => await devices[at % 10]?.vote(poll.id, 1 + at % 3 % 2)))
    const statuses = acks.map((ack) => ack?.ok === true ? ack.data.status : ack?.error.code)
    t.equal(statuses.filter((status) => status === 'recorded').length, 1)
    t.same(Array.from(new Set(statuses)).sort(), ['already_voted', 'recorded', 'unchanged'])
    t.equal(await countBallots(ledger, poll.id), 1)
  })

  t.test('[V2] the database itself refuses a second n-th ballot', async (t) => {
    const poll = await host.openPoll()
    const [voter] = await connectMany(t, url, 1)
    await voter?.vote(poll.id, 1)
    await t.rejects(
      ledger`INSERT INTO ballots SELECT poll_id, round, voter_id, n, version + 1, answer, at FROM ballots WHERE poll_id = ${poll.id}`,
      { code: '23505' })
  })

  t.test('[V1] a ballot that fails at the commit is not acknowledged; [V6] it fails alone', async (t) => {
    const poll = await host.openPoll()
    const identities = await Promise.all(Array.from({ length: 20 }, async () => await createVoter(url)))
    const unlucky = identities[13]?.voterId ?? ''
    // Deferred: it strikes in COMMIT itself, when every statement has succeeded.
    await ledger.unsafe(`
      CREATE FUNCTION refuse_ballot () RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused at commit'; END $$;
      CREATE CONSTRAINT TRIGGER refuse_ballot AFTER INSERT ON ballots DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.voter_id = '${unlucky}') EXECUTE FUNCTION refuse_ballot ()`)
    const voters = await Promise.all(identities.map(async ({ voterToken }) => await connectSocket(t, url, { auth: { voterToken } })))
    const acks = await Promise.all(voters.map(async (voter) => await voter.vote(poll.id, 1)))
    t.match(acks[13], { ok: false, error: { code: 'internal' } })
    t.equal(acks.filter(({ ok }) => ok).length, 19)
    t.match((await host.results(poll.id)).body, { voters: 19, counts: { 1: 19 } })
    await ledger`DROP FUNCTION refuse_ballot CASCADE`
    t.match(await voters[13]?.vote(poll.id, 1), { ok: true, data: { status: 'recorded' } }, 'it may try again')
    t.match((await host.results(poll.id)).body, { voters: 20 })
  })

  t.test('[V5] nothing is counted after a close that races with the votes, on two instances', async (t) => {
    const voters = [...await connectMany(t, url, 30), ...await connectMany(t, otherUrl, 30)]
    const observer = await connectSocket(t, url)
    for (let round = 0; round < 20; round++) {
      const poll = await host.openPoll()
      await observer.joinPoll(poll.id)
      const voting = voters.map(async (voter) => await voter.vote(poll.id, 1 + round % 2))
      // Each time a little later, from before the first commit to well into the storm.
      await Promise.race(voting.slice(round * 2))
      const closingAt = performance.now()
      await host.command(poll.id, 'close')
      const closeMs = performance.now() - closingAt
      const { body: final } = await host.results(poll.id)
      const acks = await Promise.all(voting)
      const acked = acks.filter((ack) => ack.ok)
      const refused = acks.flatMap((ack) => ack.ok ? [] : [ack.error.code])

      t.ok(closeMs < 1000, `the close took ${Math.round(closeMs)} ms, ${acked.length} of 60 came in time`)
      t.ok(refused.every((code) => code === 'poll_closed'), 'too late is poll_closed')
      t.match(final, { status: 'closed', final: true, voters: acked.length })
      t.ok(acked.every((ack) => ack.ok && (ack.data.version ?? 0) < final.version), 'every receipt is older than the final results')
      t.same(await recount(ledger, final), tallyOf(final), '[R2]')
      t.equal(await countBallots(ledger, poll.id), acked.length)
      t.same(await observer.resultsWhere(({ pollId, final }) => final && pollId === poll.id), final, '[R7] the audience gets these final results')
      t.same((await host.results(poll.id)).body, final, '[R7] and nothing changes them')
    }
    t.equal(new Set(observer.frames.filter(({ final }) => final).map(({ pollId }) => pollId)).size, 20)
    t.equal(observer.frames.filter(({ final }) => final).length, 20, '[R7] one final snapshot each')
  })

  t.test('[V5] a poll that closes by its own time counts what was cast before, and nothing after', async (t) => {
    const [a, b] = await Promise.all([connectMany(t, url, 10), connectMany(t, otherUrl, 10)])
    const voters = [...a, ...b]
    const closesAt = new Date(Date.now() + 1500).toISOString()
    const poll = await host.openPoll({ revote: 'change', closesAt })
    await Promise.all(voters.map(async (voter) => await voter.joinPoll(poll.id)))
    const receipts: Receipt[] = []
    await Promise.all(voters.map(async (voter) => {
      for (let turn = 0; ; turn++) {
        const ack = await voter.vote(poll.id, 1 + turn % 2)
        if (!ack.ok) return t.equal(ack.error.code, 'poll_closed')
        receipts.push(ack.data)
        // Paced by what the audience sees: ten frames a second.
        await voter.resultsWhere(({ version }) => version >= (ack.data.version ?? 0))
      }
    }))
    t.ok(receipts.length > 40, `${receipts.length} votes`)
    t.ok(receipts.every(({ castAt }) => castAt < closesAt), 'by the database\'s clock all of them came before')
    const final = await a[0]?.resultsWhere((results) => results.final)
    t.ok(final !== undefined && Date.parse(final.at) - Date.parse(closesAt) < 1000, '[L2] it closed at most a second late')
    if (final === undefined) return
    t.same(await recount(ledger, final), tallyOf(final), '[R2]')
    t.equal(final.version, Math.max(...receipts.map(({ version }) => version ?? 0)) + 1, '[L2] closing was one version')
    t.equal(await countBallots(ledger, poll.id), receipts.length)
  })
})
