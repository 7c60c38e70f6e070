import type { Credentials, Registration, Tokens, User, VoterIdentity } from '../protocol/identity.ts'
import type { Answer, ListedPoll, NewPoll, Poll, PollEdit, PollStatus, Receipt, Results } from '../protocol/poll.ts'
import type { Leaderboard, ParticipantName } from '../protocol/leaderboard.ts'
import type { NewQuestion, Question, QuestionEdit, QuestionStatus, QuestionVote } from '../protocol/question.ts'
import type { Response, ReviewStatus } from '../protocol/response.ts'
import type { JoinedRoom, ListedRoom, NewRoom, PollOrder, Room, RoomEdit } from '../protocol/room.ts'
import type { SuggestionOutcome } from '../protocol/suggestion.ts'
import { createRequester, pathOf, type RequesterOptions } from './requester.ts'

export type HttpClient = ReturnType<typeof createHttpClient>

export interface PageOf<T> { items: T[], nextCursor: string | null }
export interface PageQuery { limit?: number, cursor?: string }

/**
 * Typed calls of the REST API, by noun; for browsers and Node. A refusal is thrown as a PlenumError with its code, and a server that
 * cannot be reached, or is no Plenum, as an UnreachableError.
 */
export function createHttpClient (options: RequesterOptions) {
  const { call, open } = createRequester(options)
  const command = (name: 'open' | 'pause' | 'close' | 'archive' | 'reset') => async (pollId: string) => await call<Poll>('POST', pathOf`/polls/${pollId}/${name}`)
  const ifMatch = (revision: number) => ({ 'if-match': `"${revision}"` })

  return {
    auth: {
      register: async (body: Registration) => await call<Tokens>('POST', '/auth/register', { body }),
      login: async (body: Credentials) => await call<Tokens>('POST', '/auth/login', { body }),
      refresh: async (refreshToken: string) => await call<Tokens>('POST', '/auth/refresh', { body: { refreshToken } }),
      logout: async () => { await call<string>('POST', '/auth/logout') },
      me: async () => await call<User>('GET', '/me')
    },

    rooms: {
      create: async (body: NewRoom) => await call<Room>('POST', '/rooms', { body }),
      list: async (query: PageQuery = {}) => await call<PageOf<ListedRoom>>('GET', '/rooms', { query: { ...query } }),
      read: async (roomId: string) => await call<Room>('GET', pathOf`/rooms/${roomId}`),
      edit: async (roomId: string, body: RoomEdit) => await call<Room>('PATCH', pathOf`/rooms/${roomId}`, { body }),
      delete: async (roomId: string) => { await call<string>('DELETE', pathOf`/rooms/${roomId}`) },
      pollOrder: async (roomId: string) => await call<PollOrder>('GET', pathOf`/rooms/${roomId}/polls/order`),
      /** @param pollIds all polls of the room, each once; conflict when they are not */
      setPollOrder: async (roomId: string, pollIds: string[]) => await call<PollOrder>('PUT', pathOf`/rooms/${roomId}/polls/order`, { body: { pollIds } }),
      setStage: async (roomId: string, pollId: string | null) => await call<Room>('PUT', pathOf`/rooms/${roomId}/stage`, { body: { pollId } }),
      /** Shown this once. The body is for the caller to read or to cancel. */
      createCodes: async (roomId: string, count: number, accept: 'application/json' | 'text/csv' | 'text/html') =>
        await open('POST', pathOf`/rooms/${roomId}/access-codes`, { body: { count }, headers: { accept } }),
      revokeCode: async (roomId: string, codeId: string) => { await call<string>('DELETE', pathOf`/rooms/${roomId}/access-codes/${codeId}`) },
      find: async (code: string) => (await call<{ room: JoinedRoom }>('GET', pathOf`/join/${code}`)).room
    },

    polls: {
      create: async (body: NewPoll) => await call<Poll>('POST', '/polls', { body }),
      list: async (query: PageQuery & { roomId?: string, status?: PollStatus } = {}) => await call<PageOf<ListedPoll>>('GET', '/polls', { query: { ...query } }),
      read: async (pollId: string) => await call<Poll>('GET', pathOf`/polls/${pollId}`),
      /** @param revision what was read before: another one there is refused as stale_revision */
      edit: async (pollId: string, body: PollEdit, revision: number) => await call<Poll>('PATCH', pathOf`/polls/${pollId}`, { body, headers: ifMatch(revision) }),
      delete: async (pollId: string, revision: number) => { await call<string>('DELETE', pathOf`/polls/${pollId}`, { headers: ifMatch(revision) }) },
      open: command('open'),
      pause: command('pause'),
      close: command('close'),
      archive: command('archive'),
      reset: command('reset'),
      reveal: async (pollId: string, revealed: boolean) => await call<Poll>('POST', pathOf`/polls/${pollId}/reveal`, { body: { revealed } }),
      /** What was shown at up to `points` versions of a round, evenly spread. */
      timeline: async (pollId: string, query: { round?: number, points?: number } = {}) => await call<{ items: Results[] }>('GET', pathOf`/polls/${pollId}/timeline`, { query: { ...query } }),
      /** What people wrote, newest first; what is held or removed only for hosts. */
      responses: async (pollId: string, query: PageQuery & { review?: ReviewStatus, round?: number } = {}) =>
        await call<PageOf<Response>>('GET', pathOf`/polls/${pollId}/responses`, { query: { ...query } }),
      /** The same text again is the same suggestion. */
      suggest: async (pollId: string, text: string) => await call<SuggestionOutcome>('POST', pathOf`/polls/${pollId}/suggestions`, { body: { text } }),
      results: async (pollId: string, round?: number) => await call<Results>('GET', pathOf`/polls/${pollId}/results`, { query: { round } }),
      /** The body is for the caller to read or to cancel. */
      export: async (pollId: string, query: { format: string, what: string }) => await open('GET', pathOf`/polls/${pollId}/export`, { query })
    },

    votes: {
      /** Safe to send again: the same answer is answered unchanged. */
      cast: async (pollId: string, answer: Answer) => await call<Receipt>('PUT', pathOf`/polls/${pollId}/vote`, { body: { answer } }),
      read: async (pollId: string) => await call<{ answer: Answer | null, receipt: Receipt | null }>('GET', pathOf`/polls/${pollId}/vote`),
      withdraw: async (pollId: string) => await call<Receipt>('DELETE', pathOf`/polls/${pollId}/vote`)
    },

    questions: {
      ask: async (roomId: string, body: NewQuestion) => await call<Question>('POST', pathOf`/rooms/${roomId}/questions`, { body }),
      list: async (roomId: string, query: PageQuery & { sort?: 'votes' | 'newest', status?: QuestionStatus } = {}) =>
        await call<PageOf<Question>>('GET', pathOf`/rooms/${roomId}/questions`, { query: { ...query } }),
      vote: async (questionId: string) => await call<QuestionVote>('PUT', pathOf`/questions/${questionId}/vote`),
      withdraw: async (questionId: string) => await call<QuestionVote>('DELETE', pathOf`/questions/${questionId}/vote`),
      edit: async (questionId: string, body: QuestionEdit) => await call<Question>('PATCH', pathOf`/questions/${questionId}`, { body }),
      merge: async (questionId: string, into: string) => await call<Question>('POST', pathOf`/questions/${questionId}/merge`, { body: { into } }),
      unmerge: async (questionId: string) => await call<Question>('POST', pathOf`/questions/${questionId}/unmerge`),
      delete: async (questionId: string) => { await call<string>('DELETE', pathOf`/questions/${questionId}`) }
    },

    scores: {
      leaderboard: async (roomId: string, limit?: number) => await call<Leaderboard>('GET', pathOf`/rooms/${roomId}/leaderboard`, { query: { limit } }),
      setName: async (roomId: string, name: string) => await call<ParticipantName>('PUT', pathOf`/rooms/${roomId}/name`, { body: { name } })
    },

    voters: {
      create: async () => await call<VoterIdentity>('POST', '/voters'),
      /** Becomes the voter of a one-time code, whose token is then the caller's. */
      redeem: async (code: string, accessCode: string) => await call<VoterIdentity>('POST', pathOf`/join/${code}/redeem`, { body: { accessCode } })
    }
  }
}
