import { useSignal } from '@preact/signals'
import type { Poll } from '../../../server/protocol/poll.ts'
import type { Response, ReviewStatus } from '../../../server/protocol/response.ts'
import { attempt } from '../attempt.ts'
import { Loading } from '../components/loading.tsx'
import { MoreButton } from '../components/more-button.tsx'
import { notify } from '../components/notices.tsx'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { usePages } from '../use-pages.ts'

const statuses: ReadonlyArray<readonly [ReviewStatus, string, string]> = [
  ['shown', t('responsesShown'), t('letIn')], ['held', t('responsesHeld'), t('hold')], ['removed', t('responsesRemoved'), t('removeResponse')]
]

/** What people wrote, to be let in, held and removed. New answers come when asked for: what is being read does not move. */
export function Responses ({ poll: { id, roomId, round }, version, mayReview }: { poll: Poll, version: number, mayReview: boolean }) {
  const review = useSignal<ReviewStatus>('shown')
  const readVersion = useSignal(version)
  const pages = usePages((cursor) => client.polls.responses(id, { review: review.value, round, ...(cursor === undefined ? {} : { cursor }) }), [id, round, review.value])

  async function change (voterId: string, status: ReviewStatus) {
    await client.polls.review(id, voterId, status)
    if (pages.data !== undefined) pages.set({ ...pages.data, items: pages.data.items.filter((one) => one.voterId !== voterId) })
  }

  async function ban (voterId: string) {
    await client.rooms.ban(roomId, voterId)
    notify(t('voterBanned'))
  }

  async function refresh () {
    readVersion.value = version
    await pages.reload()
  }

  return (
    <section aria-labelledby='responses-heading'>
      <h2 id='responses-heading'>{t('responses')}</h2>
      <div class='actions' role='group' aria-labelledby='responses-heading'>
        {statuses.map(([status, name]) => <button key={status} type='button' aria-pressed={review.value === status} onClick={() => { review.value = status }}>{name}</button>)}
        {version > readVersion.value && <button type='button' class='quiet' onClick={() => { void refresh() }}>{t('newResponses')}</button>}
      </div>
      {pages.data === undefined && <Loading of={pages} />}
      {pages.data?.items.length === 0 && <p class='hint'>{t('noResponses')}</p>}
      <ul class='cards'>
        {pages.data?.items.map((response) => (
          <ResponseCard
            key={response.voterId} response={response} mayReview={mayReview}
            change={(voterId, status) => { void attempt(() => change(voterId, status)) }} ban={(voterId) => { void attempt(() => ban(voterId)) }}
          />
        ))}
      </ul>
      <MoreButton of={pages} />
    </section>
  )
}

interface ResponseCardProps {
  response: Response
  mayReview: boolean
  change: (voterId: string, review: ReviewStatus) => void
  ban: (voterId: string) => void
}

function ResponseCard ({ response: { voterId, answer, review }, mayReview, change, ban }: ResponseCardProps) {
  const text = answer.text ?? answer.words?.join(', ') ?? ''
  return (
    <li class='card response'>
      <p dir='auto'>{text}</p>
      {voterId !== undefined && mayReview && (
        <div class='actions'>
          {statuses.map(([status, , action]) => status !== review && (
            <button key={status} type='button' aria-label={t('responseNamed', { action, answer: text })} onClick={() => change(voterId, status)}>{action}</button>
          ))}
          <button type='button' class='quiet' aria-label={t('responseNamed', { action: t('banVoter'), answer: text })} onClick={() => ban(voterId)}>{t('banVoter')}</button>
        </div>
      )}
    </li>
  )
}
