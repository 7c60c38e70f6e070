import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Poll } from '../../../server/protocol/poll.ts'
import { answerRules } from '../../client/answer-rules.ts'
import type { Draft } from '../../client/draft.ts'
import { ballots } from '../../components/kinds/ballots.ts'
import { t } from '../text.ts'
import { hasBounds, hasOptions, type PollDraft } from './poll-draft.ts'

/** The ballot of this poll as phones show it, to be tried. */
export function PollPreview ({ draft }: { draft: PollDraft }) {
  const answer = useSignal<Draft>({})
  const poll = shownPoll(draft)
  const Fields = ballots[poll.kind]
  useEffect(() => { answer.value = {} }, [poll.kind, poll.options.length])
  return (
    <section class='preview' aria-labelledby='preview-heading'>
      <h2 id='preview-heading'>{t('preview')}</h2>
      <p class='hint'>{t('previewHint')}</p>
      <div class='phone'>
        <p id='question' class='preview-question' dir='auto'>{poll.question || t('previewEmpty')}</p>
        <p id='choice-rule' class='rule'>{answerRules[poll.kind].ask(poll)}</p>
        <div class='fields'><Fields poll={poll} draft={answer.value} edit={(changed) => { answer.value = changed }} /></div>
      </div>
    </section>
  )
}

/** What the poll would be, as far as it can be told while it is typed. */
function shownPoll (draft: PollDraft): Poll {
  const { kind } = draft
  const options = hasOptions(kind) ? draft.options.map(({ label }, at) => ({ id: at + 1, label: label || t('optionLabel', { number: at + 1 }) })) : []
  const most = kind === 'words' ? 3 : options.length
  const isSeveral = hasBounds(kind)
  const min = whole(draft.scale.min, 1)
  return {
    id: '',
    roomId: '',
    status: 'open',
    round: 1,
    revealed: null,
    revision: 1,
    createdAt: '',
    updatedAt: '',
    opensAt: null,
    closesAt: null,
    kind,
    question: draft.question,
    options,
    revote: draft.revote,
    resultsVisibility: draft.resultsVisibility,
    minChoices: isSeveral ? within(whole(draft.minChoices, 1), 1, 50) : 1,
    maxChoices: isSeveral ? within(whole(draft.maxChoices, most), 1, 50) : 1,
    ...(kind === 'rating' ? { scale: { min, max: within(whole(draft.scale.max, 5), min, min + 10), minLabel: draft.scale.minLabel || null, maxLabel: draft.scale.maxLabel || null } } : {}),
    ...(kind === 'number' ? { range: { min: numberOf(draft.range.min), max: numberOf(draft.range.max), step: numberOf(draft.range.step) } } : {})
  }
}

function whole (text: string, otherwise: number): number {
  return Math.round(numberOf(text) ?? otherwise)
}

function numberOf (text: string): number | null {
  const value = Number(text)
  return text.trim() === '' || !Number.isFinite(value) ? null : value
}

function within (value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
