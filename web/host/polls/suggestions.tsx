import { useSignal } from '@preact/signals'
import type { Poll } from '../../../server/protocol/poll.ts'
import type { SuggestionReview, SuggestionStatus } from '../../../server/protocol/suggestion.ts'
import { attempt } from '../attempt.ts'
import { Loading } from '../components/loading.tsx'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { useLoad } from '../use-load.ts'
import { useReloading } from '../use-reloading.ts'

const listed = 100
const statuses: ReadonlyArray<readonly [SuggestionStatus, string]> = [
  ['pending', t('questionsWaiting')], ['accepted', t('suggestionsAccepted')], ['dismissed', t('suggestionsDismissed')]
]
const reviews: ReadonlyArray<readonly [SuggestionReview['status'], string]> = [['accepted', t('accept')], ['dismissed', t('dismiss')]]

/** What voters suggested, to be accepted or dismissed; either is undone under the other's heading. Nothing for a poll that takes no suggestions. */
export function Suggestions ({ poll: { id, writeIns = 'off' }, mayReview }: { poll: Poll, mayReview: boolean }) {
  return writeIns === 'off' ? null : <SuggestionList key={id} pollId={id} mayReview={mayReview} />
}

function SuggestionList ({ pollId, mayReview }: { pollId: string, mayReview: boolean }) {
  const shown = useSignal<SuggestionStatus>('pending')
  const suggestions = useLoad(async () => (await client.polls.suggestions(pollId, { status: shown.value, limit: listed })).items, [pollId, shown.value])
  useReloading(suggestions.reload)

  async function reviewAs (suggestionId: string, status: SuggestionReview['status']) {
    await client.polls.reviewSuggestion(suggestionId, status)
    await suggestions.reload()
  }

  return (
    <section aria-labelledby='suggestions-heading'>
      <h2 id='suggestions-heading'>{t('suggestions')}</h2>
      <div class='actions' role='group' aria-labelledby='suggestions-heading'>
        {statuses.map(([status, name]) => <button key={status} type='button' aria-pressed={shown.value === status} onClick={() => { shown.value = status }}>{name}</button>)}
      </div>
      {suggestions.data === undefined && <Loading of={suggestions} />}
      {suggestions.data?.length === 0 && <p class='hint'>{t('noSuggestions')}</p>}
      <ul class='cards'>
        {suggestions.data?.map(({ id, text, status }) => (
          <li key={id} class='card response'>
            <p dir='auto'>{text}</p>
            <div class='actions'>
              {mayReview && reviews.map(([review, action]) => review !== status && (
                <button
                  key={review} type='button' class={status === 'pending' && review === 'accepted' ? 'primary' : ''}
                  aria-label={t('responseNamed', { action, answer: text })} onClick={() => { void attempt(() => reviewAs(id, review)) }}
                >{action}
                </button>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
