import type { Credentials, Registration, Tokens, User, VoterIdentity } from '../protocol/identity.ts'
import type { Answer, NewPoll, Poll, PollEdit, PollStatus, Receipt, Results } from '../protocol/poll.ts'
import type { JoinedRoom, NewRoom, Room, RoomEdit } from '../protocol/room.ts'
import { createRequester, type RequesterOptions } from './requester.ts'

export type HttpClient = ReturnType<typeof createHttpClient>

interface PageOf<T> { items: T[], nextCursor: string | null }
interface PageQuery { limit?: number, cursor?: string }

/**
 * Typed calls of the REST API, by noun; for browsers and Node. A refusal is thrown as a PlenumError with its code, and a server that
 * cannot be reached, or is no Plenum, as an UnreachableError.
 */
export function createHttpClient (options: RequesterOptions) {
  const { call, open } = createRequester(options)
  const pollPath = (pollId: string, rest = '') => `/polls/${encodeURIComponent(pollId)}${rest}`
  const roomPath = (roomId: string, rest = '') => `/rooms/${encodeURIComponent(roomId)}${rest}`
  const command = (name: 'open' | 'pause' | 'close' | 'archive' | 'reset') => async (pollId: string) => await call<Poll>('POST', pollPath(pollId, `/${name}`))
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
      list: async (query: PageQuery = {}) => await call<PageOf<Room>>('GET', '/rooms', { query: { ...query } }),
      read: async (roomId: string) => await call<Room>('GET', roomPath(roomId)),
      edit: async (roomId: string, body: RoomEdit) => await call<Room>('PATCH', roomPath(roomId), { body }),
      delete: async (roomId: string) => { await call<string>('DELETE', roomPath(roomId)) },
      setStage: async (roomId: string, pollId: string | null) => await call<Room>('PUT', roomPath(roomId, '/stage'), { body: { pollId } }),
      /** Shown this once. The body is for the caller to read or to cancel. */
      createCodes: async (roomId: string, count: number, accept: 'application/json' | 'text/csv' | 'text/html') =>
        await open('POST', roomPath(roomId, '/access-codes'), { body: { count }, headers: { accept } }),
      revokeCode: async (roomId: string, codeId: string) => { await call<string>('DELETE', roomPath(roomId, `/access-codes/${encodeURIComponent(codeId)}`)) },
      find: async (code: string) => (await call<{ room: JoinedRoom }>('GET', `/join/${encodeURIComponent(code)}`)).room
    },

    polls: {
      create: async (body: NewPoll) => await call<Poll>('POST', '/polls', { body }),
      list: async (query: PageQuery & { roomId?: string, status?: PollStatus } = {}) => await call<PageOf<Poll>>('GET', '/polls', { query: { ...query } }),
      read: async (pollId: string) => await call<Poll>('GET', pollPath(pollId)),
      /** @param revision what was read before: another one there is refused as stale_revision */
      edit: async (pollId: string, body: PollEdit, revision: number) => await call<Poll>('PATCH', pollPath(pollId), { body, headers: ifMatch(revision) }),
      delete: async (pollId: string, revision: number) => { await call<string>('DELETE', pollPath(pollId), { headers: ifMatch(revision) }) },
      open: command('open'),
      pause: command('pause'),
      close: command('close'),
      archive: command('archive'),
      reset: command('reset'),
      reveal: async (pollId: string, revealed: boolean) => await call<Poll>('POST', pollPath(pollId, '/reveal'), { body: { revealed } }),
      results: async (pollId: string, round?: number) => await call<Results>('GET', pollPath(pollId, '/results'), { query: { round } }),
      /** The body is for the caller to read or to cancel. */
      export: async (pollId: string, query: { format: string, what: string }) => await open('GET', pollPath(pollId, '/export'), { query })
    },

    votes: {
      /** Safe to send again: the same answer is answered unchanged. */
      cast: async (pollId: string, answer: Answer) => await call<Receipt>('PUT', pollPath(pollId, '/vote'), { body: { answer } }),
      read: async (pollId: string) => await call<{ answer: Answer | null, receipt: Receipt | null }>('GET', pollPath(pollId, '/vote')),
      withdraw: async (pollId: string) => await call<Receipt>('DELETE', pollPath(pollId, '/vote'))
    },

    voters: {
      create: async () => await call<VoterIdentity>('POST', '/voters'),
      /** Becomes the voter of a one-time code, whose token is then the caller's. */
      redeem: async (code: string, accessCode: string) => await call<VoterIdentity>('POST', `/join/${encodeURIComponent(code)}/redeem`, { body: { accessCode } })
    }
  }
}
