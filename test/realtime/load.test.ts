import t from 'tap'
import { connectSocket, createVoter, registerHost } from '../helpers/clients.ts'
import { connectMany } from '../helpers/crowd.ts'
import { connectDatabase } from '../helpers/database.ts'
import { countBallots } from '../helpers/ledger.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

t.test('two instances on one PostgreSQL under load', { skip: skipUnless('TEST_DATABASE_URL') }, async (t) => {
  const { url, databaseUrl } = await startServer(t)
  // A second instance on the same database: what is exact must not hang on one process's memory.
  const { url: otherUrl } = await startServer(t, { DATABASE_URL: databaseUrl ?? '' })
  const host = await registerHost(url)
  const ledger = connectDatabase(t, databaseUrl)

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
})
