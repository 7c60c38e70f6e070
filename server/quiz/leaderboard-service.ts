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

interface Ranking { key: string, madeAt: number, scores: Promise<{ quizzes: number, ranked: Score[], byVoter: Map<string, Score> }> }

// A hall asks for it in the moment of the reveal, all at once; names that others changed may be this old.
const freshMs = 1000
const maxHeld = 100

/** Points of a room's quizzes. Only what has been revealed is counted, so nobody learns from points what is right (R6). */
export function createLeaderboardService ({ db, board, rooms }: { db: Db, board: ResultsBoard, rooms: RoomService }) {
  const held = new Map<string, Ranking>()

  async function rank (roomId: string, quizzes: PollSnapshot[]) {
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
    const names = await listParticipantNames(db, roomId)
    const byVoter = new Map<string, Score>()
    const ranked = rankScores(totals.values()).map(({ voterId, rank, points, correctAnswers }) => {
      const score = { rank, name: names.get(voterId) ?? null, points, correctAnswers }
      byVoter.set(voterId, score)
      return score
    })
    return { quizzes: quizzes.length, ranked, byVoter }
  }

  /** Made once for everyone who asks at the same state of the quizzes. */
  async function findRanking (roomId: string) {
    const quizzes = (await board.findRoom(roomId)).filter(({ poll }) => poll.correct !== undefined && poll.revealed === true)
    const key = quizzes.map(({ poll, results }) => `${poll.id}:${poll.revision}:${results.version}`).join()
    let ranking = held.get(roomId)
    if (ranking === undefined || ranking.key !== key || ranking.madeAt < Date.now() - freshMs) {
      held.delete(roomId)
      ranking = { key, madeAt: Date.now(), scores: rank(roomId, quizzes) }
      held.set(roomId, ranking)
      ranking.scores.catch(() => { held.delete(roomId) })
      for (const oldest of held.keys()) {
        if (held.size <= maxHeld) break
        held.delete(oldest)
      }
    }
    return await ranking.scores
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
      const { quizzes, ranked, byVoter } = await findRanking(roomId)
      return { quizzes, players: ranked.length, items: ranked.slice(0, limit), mine: voterId === undefined ? null : byVoter.get(voterId) ?? null }
    },

    /** Throws room_not_found, validation_failed for a name that is not welcome, and what a vote without a voter is told. */
    async setName (roomId: string, claims: VoterClaims, name: string): Promise<void> {
      const { staff } = await requireRoom(roomId)
      const voterId = voterIn(staff.access, claims)
      if (voterId === undefined) throw noVoter(staff.access)
      if (isFlagged(name, staff)) throw invalidField('/name', 'is not welcome here; choose another')
      await setParticipantName(db, roomId, voterId, name)
      held.delete(roomId)
    }
  }
}
