// Fills Plenum's database with the polls and ballots of years.
import type { StageDatabase } from '../stage.ts'

export interface Fill {
  /** The poll that is measured; a tenth of the ballots is its own. */
  pollId: string
  polls: number
  ballots: number
}

/** Returns how many ballots the measured poll got. To be called while no server runs on this database. */
export async function fillDatabase ({ sql }: StageDatabase, { pollId, polls, ballots }: Fill): Promise<number> {
  const own = Math.floor(ballots / 10)
  const each = Math.max(1, Math.floor((ballots - own) / polls))
  // Ten polls to a room, each like the measured one.
  await sql`CREATE TEMPORARY TABLE more AS
    SELECT gen_random_uuid() AS poll_id, (n - 1) / 10 AS room FROM generate_series(1, ${polls}::int) AS n`
  await sql`CREATE TEMPORARY TABLE more_rooms AS SELECT DISTINCT room, gen_random_uuid() AS room_id FROM more GROUP BY room`
  await sql`INSERT INTO rooms (id, code, title, owner_id)
    SELECT m.room_id, 'FILL' || m.room, r.title, r.owner_id FROM more_rooms m, rooms r JOIN polls p ON p.room_id = r.id WHERE p.id = ${pollId}`
  await sql`INSERT INTO polls (id, room_id, kind, question, status, revote, results_visibility, min_choices, max_choices, next_option_id)
    SELECT m.poll_id, r.room_id, p.kind, p.question, 'closed', p.revote, p.results_visibility, p.min_choices, p.max_choices, p.next_option_id
    FROM more m JOIN more_rooms r USING (room), polls p WHERE p.id = ${pollId}`
  await sql`INSERT INTO options (poll_id, id, position, label) SELECT m.poll_id, o.id, o.position, o.label FROM more m, options o WHERE o.poll_id = ${pollId}`
  await sql`INSERT INTO tallies (poll_id, round, version, voters, counts, at)
    SELECT m.poll_id, 1, 2, ${each}::int, t.counts || jsonb_build_object('1', ${each}::int), now() FROM more m, tallies t WHERE t.poll_id = ${pollId}`
  await sql`INSERT INTO ballots (poll_id, round, voter_id, n, version, answer, at)
    SELECT m.poll_id, 1, gen_random_uuid(), 1, 2, '{"choices":[1]}', now() FROM more m, generate_series(1, ${each}::int)`
  await sql`INSERT INTO ballots (poll_id, round, voter_id, n, version, answer, at)
    SELECT ${pollId}, 1, gen_random_uuid(), 1, t.version + 1, '{"choices":[1]}', now() FROM tallies t, generate_series(1, ${own}::int) WHERE t.poll_id = ${pollId}`
  await sql`UPDATE tallies SET version = version + 1, voters = ${own}::int, counts = counts || jsonb_build_object('1', ${own}::int) WHERE poll_id = ${pollId}`
  await sql`VACUUM ANALYZE`
  return own
}
