import type { AccessCode } from '../protocol/access-code.ts'
import type { ApiKey, CreatedApiKey, ManagedUser, NewApiKey } from '../protocol/identity.ts'
import type { JobStatus } from '../protocol/job.ts'
import type { Participation } from '../protocol/participation.ts'
import type { Results } from '../protocol/poll.ts'
import type { BannedVoter, BlockedWords, Response, ReviewStatus } from '../protocol/response.ts'
import type { Invitation, MemberRole, NewInvitation, PresenterLink, Room, RoomMember } from '../protocol/room.ts'
import type { Suggestion, SuggestionReview, SuggestionStatus } from '../protocol/suggestion.ts'
import type { CreatedWebhook, Delivery, DeliveryStatus, NewWebhook, Webhook } from '../protocol/webhook.ts'
import { createHttpClient, type PageOf, type PageQuery } from './http-client.ts'
import { createRequester, pathOf, type RequesterOptions } from './requester.ts'

/** Everything that people who manage rooms do, beside the calls of `createHttpClient`. Throws like those. */
export function createHostClient (options: RequesterOptions) {
  const { call } = createRequester(options)
  const { auth, rooms, polls, ...others } = createHttpClient(options)

  return {
    ...others,

    auth: {
      ...auth,
      changePassword: async (currentPassword: string, newPassword: string) => { await call<string>('PUT', '/me/password', { body: { currentPassword, newPassword } }) },
      endSessions: async () => { await call<string>('DELETE', '/me/sessions') },
      deleteAccount: async (password: string) => { await call<string>('DELETE', '/me', { body: { password } }) }
    },

    keys: {
      create: async (body: NewApiKey) => await call<CreatedApiKey>('POST', '/api-keys', { body }),
      list: async (query: PageQuery = {}) => await call<PageOf<ApiKey>>('GET', '/api-keys', { query: { ...query } }),
      delete: async (keyId: string) => { await call<string>('DELETE', pathOf`/api-keys/${keyId}`) }
    },

    invitations: {
      list: async () => await call<PageOf<Invitation>>('GET', '/me/invitations'),
      accept: async (invitationId: string) => await call<Room>('POST', pathOf`/me/invitations/${invitationId}/accept`),
      decline: async (invitationId: string) => { await call<string>('DELETE', pathOf`/me/invitations/${invitationId}`) }
    },

    rooms: {
      ...rooms,
      members: async (roomId: string) => await call<PageOf<RoomMember>>('GET', pathOf`/rooms/${roomId}/members`),
      editMember: async (roomId: string, userId: string, role: MemberRole) => await call<RoomMember>('PATCH', pathOf`/rooms/${roomId}/members/${userId}`, { body: { role } }),
      removeMember: async (roomId: string, userId: string) => { await call<string>('DELETE', pathOf`/rooms/${roomId}/members/${userId}`) },
      invite: async (roomId: string, body: NewInvitation) => await call<Invitation>('POST', pathOf`/rooms/${roomId}/invitations`, { body }),
      invitations: async (roomId: string) => await call<PageOf<Invitation>>('GET', pathOf`/rooms/${roomId}/invitations`),
      withdrawInvitation: async (roomId: string, invitationId: string) => { await call<string>('DELETE', pathOf`/rooms/${roomId}/invitations/${invitationId}`) },
      createPresenterLink: async (roomId: string) => await call<PresenterLink>('POST', pathOf`/rooms/${roomId}/presenter-link`),
      endPresenterLink: async (roomId: string) => { await call<string>('DELETE', pathOf`/rooms/${roomId}/presenter-link`) },
      codes: async (roomId: string, query: PageQuery = {}) => await call<PageOf<AccessCode>>('GET', pathOf`/rooms/${roomId}/access-codes`, { query: { ...query } }),
      blockedWords: async (roomId: string) => await call<BlockedWords>('GET', pathOf`/rooms/${roomId}/blocked-words`),
      setBlockedWords: async (roomId: string, words: string[]) => await call<BlockedWords>('PUT', pathOf`/rooms/${roomId}/blocked-words`, { body: { words } }),
      bans: async (roomId: string) => await call<{ items: BannedVoter[] }>('GET', pathOf`/rooms/${roomId}/bans`),
      ban: async (roomId: string, voterId: string) => { await call<string>('PUT', pathOf`/rooms/${roomId}/bans/${voterId}`) },
      unban: async (roomId: string, voterId: string) => { await call<string>('DELETE', pathOf`/rooms/${roomId}/bans/${voterId}`) }
    },

    polls: {
      ...polls,
      participation: async (pollId: string) => await call<Participation>('GET', pathOf`/polls/${pollId}/participation`),
      rounds: async (pollId: string, query: PageQuery = {}) => await call<PageOf<Results>>('GET', pathOf`/polls/${pollId}/rounds`, { query: { ...query } }),
      review: async (pollId: string, voterId: string, review: ReviewStatus) => await call<Response>('PUT', pathOf`/polls/${pollId}/responses/${voterId}`, { body: { review } }),
      suggestions: async (pollId: string, query: PageQuery & { status?: SuggestionStatus } = {}) =>
        await call<PageOf<Suggestion>>('GET', pathOf`/polls/${pollId}/suggestions`, { query: { ...query } }),
      reviewSuggestion: async (suggestionId: string, status: SuggestionReview['status']) =>
        await call<Suggestion>('PATCH', pathOf`/suggestions/${suggestionId}`, { body: { status } })
    },

    webhooks: {
      create: async (roomId: string, body: NewWebhook) => await call<CreatedWebhook>('POST', pathOf`/rooms/${roomId}/webhooks`, { body }),
      list: async (roomId: string, query: PageQuery = {}) => await call<PageOf<Webhook>>('GET', pathOf`/rooms/${roomId}/webhooks`, { query: { ...query } }),
      delete: async (webhookId: string) => { await call<string>('DELETE', pathOf`/webhooks/${webhookId}`) },
      deliveries: async (webhookId: string, query: PageQuery & { status?: DeliveryStatus } = {}) =>
        await call<PageOf<Delivery>>('GET', pathOf`/webhooks/${webhookId}/deliveries`, { query: { ...query } }),
      replay: async (webhookId: string, deliveryId: string) => await call<Delivery>('POST', pathOf`/webhooks/${webhookId}/deliveries/${deliveryId}/replay`)
    },

    admin: {
      users: async (query: PageQuery = {}) => await call<PageOf<ManagedUser>>('GET', '/admin/users', { query: { ...query } }),
      setDisabled: async (userId: string, disabled: boolean) => await call<ManagedUser>('PATCH', pathOf`/admin/users/${userId}`, { body: { disabled } }),
      jobs: async () => await call<JobStatus>('GET', '/admin/jobs')
    }
  }
}
