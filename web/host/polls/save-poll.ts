import type { Poll, PollEdit } from '../../../server/protocol/poll.ts'
import { client } from '../session.ts'
import { bodyOf, draftOf, hasBounds, hasOptions, type PollDraft } from './poll-draft.ts'

const usualWords = 3

export async function createPoll (draft: PollDraft, roomId: string): Promise<Poll> {
  return await client.polls.create({ ...bodyOf(draft), roomId })
}

/** @param before the poll that the draft was made of; `revision` what it is put in place of */
export async function savePoll (draft: PollDraft, before: Poll, revision: number): Promise<Poll> {
  return await client.polls.edit(before.id, editOf(draft, before), revision)
}

/** Times that were left as they are are not sent: they may have passed. */
function editOf (draft: PollDraft, before: Poll): PollEdit {
  const { opensAt, closesAt, ...body } = bodyOf(draft)
  const old = draftOf(before)
  return {
    // Bounds that are not sent would stay; an empty field means the usual ones.
    ...(hasBounds(draft.kind) ? { minChoices: 1, maxChoices: hasOptions(draft.kind) ? draft.options.length : usualWords } : {}),
    ...body,
    ...(draft.opensAt === old.opensAt ? {} : { opensAt: opensAt ?? null }),
    ...(draft.closesAt === old.closesAt ? {} : { closesAt: closesAt ?? null })
  }
}
