import { useSignal } from '@preact/signals'
import { useLocation, useRoute } from 'preact-iso'
import type { Poll } from '../../server/protocol/poll.ts'
import { PlenumError } from '../../server/protocol/problem.ts'
import '../styles/ballots.css'
import '../styles/host-polls.css'
import { Loading } from './components/loading.tsx'
import { notify } from './components/notices.tsx'
import { draftOf, newOption, type PollDraft } from './polls/poll-draft.ts'
import { PollEditor } from './polls/poll-editor.tsx'
import { templates } from './polls/poll-templates.ts'
import { createPoll, savePoll } from './polls/save-poll.ts'
import { client } from './session.ts'
import { t } from './text.ts'
import { useLoad } from './use-load.ts'
import { usePageTitle } from './use-page-title.ts'

export function NewPollPage () {
  const { route } = useLocation()
  const { room = '', template = '' } = useRoute().query
  const list = `/host/rooms/${room}`
  usePageTitle(t('newPoll'))

  async function create (draft: PollDraft) {
    await createPoll(draft, room)
    notify(t('pollCreated'))
    route(list)
  }

  return (
    <main class='host-page'>
      <h1 tabIndex={-1}>{t('newPoll')}</h1>
      <PollEditor key={template} start={startOf(template)} cancelHref={list} save={create} />
    </main>
  )
}

function startOf (template: string): PollDraft {
  const found = Object.hasOwn(templates, template) ? templates[template] : undefined
  return found === undefined ? { ...draftOf({ kind: 'single', question: '' }), options: [newOption(), newOption()] } : draftOf(found.poll)
}

export function EditPollPage () {
  const { pollId = '' } = useRoute().params
  const poll = useLoad(() => client.polls.read(pollId), [pollId])
  usePageTitle(poll.data?.question)
  return (
    <main class='host-page'>
      <h1 tabIndex={-1}>{t('editPoll')}</h1>
      {poll.data === undefined ? <Loading of={poll} /> : <PollEdit poll={poll.data} />}
    </main>
  )
}

function PollEdit ({ poll }: { poll: Poll }) {
  const { route } = useLocation()
  const revision = useSignal(poll.revision)
  const href = `/host/polls/${poll.id}`

  async function save (draft: PollDraft) {
    try {
      await savePoll(draft, poll, revision.value)
    } catch (error) {
      // Whoever has read the warning and saves again means it.
      if (isStale(error)) revision.value = (await client.polls.read(poll.id)).revision
      throw error
    }
    notify(t('saved'))
    route(href)
  }

  return <PollEditor start={draftOf(poll)} cancelHref={href} save={save} explain={(error) => isStale(error) ? t('staleEdit') : undefined} />
}

function isStale (error: unknown): boolean {
  return error instanceof PlenumError && error.code === 'stale_revision'
}
