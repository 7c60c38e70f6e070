import type { Db } from '../../db/client.ts'
import { listQuizBallots } from '../../db/leaderboard-store.ts'
import { listParticipantNames, setParticipantName } from '../../db/participant-store.ts'
import { isFlagged } from '../moderation/word-filter.ts'
import { kinds } from '../polls/kinds/kinds.ts'
import type { PollSnapshot } from '../polls/poll-snapshot.ts'
import type { ResultsBoard } from '../polls/results-board.ts'
import type { Leaderboard, Score } from '../protocol/leaderboard.ts'
import { invalidField, PlenumError } from '../protocol/problem.ts'
import type { RoomSnapshot } from '../rooms/room-board.ts'
import { noVoter, voterIn, type VoterClaims } from '../rooms/voter-identity.ts'
import type { RoomService } from '../rooms/room-service.ts'
import { pointsOf, rankScores, type Tallied } from './scoring.ts'

export type LeaderboardService = ReturnType<typeof createLeaderboardService>

type Ranked = ReturnType<typeof rankScores>
interface Ranking { quizzes: number, ranked: Ranked, byVoter: Map<string, Ranked[number]> }

// A hall asks for it in the moment of the reveal, all at once; names that another instance changed may be this old.
const namesFreshMs = 1000
const maxHeld = 100

/** Points of a room's quizzes. Only what has been revealed is counted, so nobody learns from points what is right (R6). */
export function createLeaderboardService ({ db, board, rooms }: { db: Db, board: ResultsBoard, rooms: RoomService }) {
  const rankings = new Map<string, { key: string, made: Promise<Ranking> }>()
  const names = new Map<string, { readAt: number, read: Promise<Map<string, string>> }>()

  async function rank (quizzes: PollSnapshot[]): Promise<Ranking> {
    const totals = new Map<string, Tallied>()
    for (const { poll } of quizzes) {
      for (const { answer, voters } of await listQuizBallots(db, poll.id)) {
        const isRight = poll.correct !== undefined && kinds[poll.kind].isCorrect?.(answer, poll.correct) === true
        for (const { voterId, elapsedMs } of voters) {
          const total = totals.get(voterId) ?? { voterId, points: 0, correctAnswers: 0 }
          totals.set(voterId, total)
          if (!isRight) continue
          total.points += pointsOf(poll, elapsedMs)
          total.correctAnswers += 1
        }
      }
    }
    const ranked = rankScores(totals.values())
    return { quizzes: quizzes.length, ranked, byVoter: new Map(ranked.map((score) => [score.voterId, score])) }
  }

  /** Made once for everyone who asks at the same state of the quizzes, however long that lasts. */
  async function findRanking (roomId: string): Promise<Ranking> {
    const quizzes = (await board.findRoom(roomId)).filter(({ poll }) => poll.correct !== undefined && poll.revealed === true)
    const key = quizzes.map(({ poll, results }) => `${poll.id}:${poll.revision}:${results.version}`).join()
    const held = rankings.get(roomId)
    if (held?.key === key) return await held.made
    const made = rank(quizzes)
    keep(rankings, roomId, { key, made })
    made.catch(() => { if (rankings.get(roomId)?.made === made) rankings.delete(roomId) })
    return await made
  }

  /** By voter. They change far more often than points do, and are read apart from them. */
  async function findNames (roomId: string): Promise<ReadonlyMap<string, string>> {
    const held = names.get(roomId)
    if (held !== undefined && held.readAt >= Date.now() - namesFreshMs) return await held.read
    const read = listParticipantNames(db, roomId)
    keep(names, roomId, { readAt: Date.now(), read })
    read.catch(() => { if (names.get(roomId)?.read === read) names.delete(roomId) })
    return await read
  }

  async function requireRoom (roomId: string): Promise<RoomSnapshot> {
    const snapshot = await rooms.find(roomId)
    if (snapshot === undefined) throw new PlenumError('room_not_found')
    return snapshot
  }

  return {
    /** Throws room_not_found. */
    async find (roomId: string, claims: VoterClaims, limit: number): Promise<Leaderboard> {
      const { staff } = await requireRoom(roomId)
      const voterId = voterIn(staff.access, claims)
      const [{ quizzes, ranked, byVoter }, nameOf] = await Promise.all([findRanking(roomId), findNames(roomId)])
      const toScore = ({ voterId, rank, points, correctAnswers }: Ranked[number]): Score => ({ rank, name: nameOf.get(voterId) ?? null, points, correctAnswers })
      const own = voterId === undefined ? undefined : byVoter.get(voterId)
      return { quizzes, players: ranked.length, items: ranked.slice(0, limit).map(toScore), mine: own === undefined ? null : toScore(own) }
    },

    /** Throws room_not_found, validation_failed for a name that is not welcome, and what a vote without a voter is told. */
    async setName (roomId: string, claims: VoterClaims, name: string): Promise<void> {
      const { staff } = await requireRoom(roomId)
      const voterId = voterIn(staff.access, claims)
      if (voterId === undefined) throw noVoter(staff.access)
      if (isFlagged(name, staff)) throw invalidField('/name', 'is not welcome here; choose another')
      await setParticipantName(db, roomId, voterId, name)
      // What is read at this moment may not have it yet.
      await names.get(roomId)?.read.then((known) => { known.set(voterId, name) }, () => {})
    }
  }
}

function keep<T> (held: Map<string, T>, roomId: string, value: T): void {
  held.delete(roomId)
  held.set(roomId, value)
  for (const oldest of held.keys()) {
    if (held.size <= maxHeld) break
    held.delete(oldest)
  }
}
