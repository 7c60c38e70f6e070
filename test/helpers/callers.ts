// Whoever may ask a server for something, and what they ask for.
import { randomUUID } from 'node:crypto'
import type { ApiScope, CreatedApiKey } from '../../server/protocol/identity.ts'
import type { Invitation, MemberRole, PresenterLink, Room } from '../../server/protocol/room.ts'
import { createVoter, registerHost, request, voteOverHttp, type Host } from './clients.ts'

/** One room: a person of each role in it, those who have none, programs, and its polls. */
export async function createCallers (url: string) {
  const admin = await registerHost(url)
  const [owner, editor, moderator, viewer, stranger] = [await registerHost(url), await registerHost(url), await registerHost(url), await registerHost(url), await registerHost(url)]
  const { body: room } = await owner.call<Room>('POST', '/rooms', { title: 'Town hall', questionsMode: 'post' })

  async function admit (member: Host, role: MemberRole, into: string = room.id): Promise<void> {
    await owner.call('POST', `/rooms/${into}/invitations`, { email: member.credentials.email.toUpperCase(), role })
    const { body: { items } } = await member.call<{ items: Invitation[] }>('GET', '/me/invitations')
    const invitation = items.find(({ roomId }) => roomId === into)
    await member.call('POST', `/me/invitations/${invitation?.id ?? ''}/accept`)
  }
  for (const [member, role] of [[editor, 'editor'], [moderator, 'moderator'], [viewer, 'viewer']] as const) await admit(member, role)

  const createKey = async (scopes: ApiScope[]) => (await owner.call<CreatedApiKey>('POST', '/api-keys', { name: 'a program', scopes })).body
  const keys = Object.fromEntries(await Promise.all((['polls:read', 'polls:write', 'results:read', 'votes:write'] as const).map(async (scope) => [scope, (await createKey([scope])).key])))
  const { body: { token: presenterToken } } = await owner.call<PresenterLink>('POST', `/rooms/${room.id}/presenter-link`)

  const tokens: Record<string, string | undefined> = {
    nobody: undefined,
    voter: (await createVoter(url)).voterToken,
    presenter: presenterToken,
    stranger: stranger.accessToken,
    admin: admin.accessToken,
    viewer: viewer.accessToken,
    moderator: moderator.accessToken,
    editor: editor.accessToken,
    owner: owner.accessToken,
    ...Object.fromEntries(Object.entries(keys).map(([scope, key]) => [`key ${scope}`, key]))
  }

  /** One is enough for who only reads it, or where only one kind of caller succeeds. */
  const once = (make: () => Promise<string>) => {
    let made: Promise<string> | undefined
    return async () => await (made ??= make())
  }
  const draft = async () => (await owner.createPoll({ roomId: room.id })).id
  const open = async () => (await owner.openPoll({ roomId: room.id, revote: 'withdraw' })).id
  const written = async () => (await owner.openPoll({ roomId: room.id, kind: 'text', options: [] })).id
  const hidden = async () => (await owner.openPoll({ roomId: room.id, resultsVisibility: 'hosts' })).id
  /** To be read only. */
  const seen = { draft: once(draft), open: once(open), written: once(written), hidden: once(hidden) }
  const invite = async () => (await owner.call<Invitation>('POST', `/rooms/${room.id}/invitations`, { email: `${randomUUID()}@example.org`, role: 'viewer' })).body.id
  const member = once(async () => {
    const someone = await registerHost(url)
    await admit(someone, 'viewer')
    return someone.user.id
  })
  const otherRoom = async () => {
    const { body: { id } } = await owner.call<Room>('POST', '/rooms', { title: 'Another' })
    for (const [one, role] of [[editor, 'editor'], [moderator, 'moderator'], [viewer, 'viewer']] as const) await admit(one, role, id)
    return id
  }
  const accessCode = once(async () => (await owner.call<{ items: { id: string }[] }>('POST', `/rooms/${room.id}/access-codes`, { count: 1 })).body.items[0]?.id ?? '')
  const roomToPresent = once(otherRoom)
  const createHook = once(async () => (await owner.call<{ id: string }>('POST', `/rooms/${room.id}/webhooks`, { url: 'https://example.org/hook', events: ['poll.opened'] })).body.id)
  const hook = once(async () => (await owner.call<{ id: string }>('POST', `/rooms/${room.id}/webhooks`, { url: 'https://example.org/hook', events: ['poll.closed'] })).body.id)
  /** Somebody else's. */
  const question = async () => {
    const { voterToken } = await createVoter(url)
    return (await request<{ id: string }>(url, 'POST', `/api/v1/rooms/${room.id}/questions`, { token: voterToken, body: { text: 'When?' } })).body.id
  }
  const suggestion = once(async () => {
    const { id } = await owner.openPoll({ roomId: room.id, writeIns: 'pre' })
    await request(url, 'POST', `/api/v1/polls/${id}/suggestions`, { token: (await createVoter(url)).voterToken, body: { text: 'Neither' } })
    return (await owner.call<{ items: { id: string }[] }>('GET', `/polls/${id}/suggestions`)).body.items[0]?.id ?? ''
  })
  /** A poll in which the voter has voted. */
  const voted = async () => {
    const pollId = await open()
    await voteOverHttp(url, tokens.voter ?? '', pollId, { choices: [1] })
    return pollId
  }

  /** A poll in which the voter's answer waits for a moderator. */
  const held = once(async () => {
    const { id } = await owner.openPoll({ roomId: room.id, kind: 'text', options: [], moderation: 'pre' })
    await voteOverHttp(url, tokens.voter ?? '', id, { text: 'More tea' })
    return id
  })

  return {
    admin, owner, stranger, viewer, room, admit, createKey, keys, tokens, draft, open, written, hidden, seen, voted, held, invite, member, otherRoom, accessCode, roomToPresent, createHook, hook, question, suggestion
  }
}
