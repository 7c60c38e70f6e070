import type { ResultsVisibility, Revote } from '../../../server/protocol/poll.ts'
import { t } from '../text.ts'
import { CheckField, ChoiceField, TextField, WordsField } from './fields.tsx'
import { OptionsField } from './options-field.tsx'
import { hasBounds, hasOptions, mayBeModerated, mayBeQuiz, mayTakeWriteIns, type PollDraft } from './poll-draft.ts'

export interface DraftProps {
  draft: PollDraft
  change: (part: Partial<PollDraft>) => void
}

/** What only this kind of poll has. */
export function KindSettings ({ draft, change }: DraftProps) {
  const { kind, scale, range } = draft
  return (
    <>
      {hasOptions(kind) && <OptionsField draft={draft} change={change} />}
      {hasBounds(kind) && (
        <div class='pair'>
          <TextField name='minChoices' type='number' label={kind === 'words' ? t('minWords') : t('minChoices')} hint={t('choicesHint')} value={draft.minChoices} set={(minChoices) => change({ minChoices })} />
          <TextField name='maxChoices' type='number' label={kind === 'words' ? t('maxWords') : t('maxChoices')} value={draft.maxChoices} set={(maxChoices) => change({ maxChoices })} />
        </div>
      )}
      {kind === 'rating' && (
        <div class='pair'>
          <TextField name='scale' type='number' label={t('scaleMin')} isRequired value={scale.min} set={(min) => change({ scale: { ...scale, min } })} />
          <TextField name='scale/max' type='number' label={t('scaleMax')} isRequired value={scale.max} set={(max) => change({ scale: { ...scale, max } })} />
          <TextField name='scale/minLabel' label={t('scaleMinLabel')} value={scale.minLabel} set={(minLabel) => change({ scale: { ...scale, minLabel } })} />
          <TextField name='scale/maxLabel' label={t('scaleMaxLabel')} value={scale.maxLabel} set={(maxLabel) => change({ scale: { ...scale, maxLabel } })} />
        </div>
      )}
      {kind === 'number' && (
        <div class='pair'>
          <TextField name='range' type='number' step='any' label={t('rangeMin')} hint={t('openHint')} value={range.min} set={(min) => change({ range: { ...range, min } })} />
          <TextField name='range/max' type='number' step='any' label={t('rangeMax')} hint={t('openHint')} value={range.max} set={(max) => change({ range: { ...range, max } })} />
          <TextField name='range/step' type='number' step='any' label={t('rangeStep')} hint={t('openHint')} value={range.step} set={(step) => change({ range: { ...range, step } })} />
        </div>
      )}
      {hasOptions(kind) && <CheckField name='shuffle' label={t('shuffle')} value={draft.shuffle} set={(shuffle) => change({ shuffle })} />}
      {mayTakeWriteIns(kind) && (
        <ChoiceField
          name='writeIns' label={t('writeIns')} value={draft.writeIns} set={(writeIns) => change({ writeIns })}
          choices={[['off', t('questionsOff')], ['pre', t('writeInsPre')], ['post', t('writeInsPost')]]}
        />
      )}
      {mayBeModerated(kind) && <CheckField name='moderation' label={t('moderatePre')} value={draft.isModerated} set={(isModerated) => change({ isModerated })} />}
      {kind === 'words' && (
        <>
          <WordsField name='stopWords' label={t('stopWords')} hint={t('stopWordsHint')} value={draft.stopWords} set={(stopWords) => change({ stopWords })} />
          <CheckField name='mergePlurals' label={t('mergePlurals')} value={draft.mergesPlurals} set={(mergesPlurals) => change({ mergesPlurals })} />
        </>
      )}
      {mayBeQuiz(kind) && <CheckField name='isQuiz' label={t('isQuiz')} value={draft.isQuiz} set={(isQuiz) => change({ isQuiz })} />}
      {mayBeQuiz(kind) && draft.isQuiz && <QuizSettings draft={draft} change={change} />}
    </>
  )
}

function QuizSettings ({ draft: { kind, target, explanation, scoring }, change }: DraftProps) {
  return (
    <>
      <p class='hint'>{t('quizHint')}</p>
      {kind === 'number' && (
        <div class='pair'>
          <TextField name='correct' type='number' step='any' label={t('targetValue')} isRequired value={target.value} set={(value) => change({ target: { ...target, value } })} />
          <TextField name='correct/tolerance' type='number' step='any' label={t('targetTolerance')} value={target.tolerance} set={(tolerance) => change({ target: { ...target, tolerance } })} />
        </div>
      )}
      <TextField name='explanation' label={t('explanation')} value={explanation} set={(text) => change({ explanation: text })} />
      <ChoiceField
        name='scoring' label={t('scoring')} value={scoring} set={(chosen) => change({ scoring: chosen })}
        choices={[['', t('scoringDefault')], ['speed', t('scoringSpeed')], ['flat', t('scoringFlat')]]}
      />
    </>
  )
}

const revotes: ReadonlyArray<readonly [Revote, string]> = [['locked', t('revoteLocked')], ['change', t('revoteChange')], ['withdraw', t('revoteWithdraw')]]
const visibilities: ReadonlyArray<readonly [ResultsVisibility, string]> = [
  ['live', t('visibilityLive')], ['after_vote', t('visibilityAfterVote')], ['after_close', t('visibilityAfterClose')], ['hosts', t('visibilityHosts')]
]

/** What every poll has. */
export function CommonSettings ({ draft, change }: DraftProps) {
  return (
    <>
      <ChoiceField name='resultsVisibility' label={t('visibility')} value={draft.resultsVisibility} set={(resultsVisibility) => change({ resultsVisibility })} choices={visibilities} />
      <ChoiceField name='revote' label={t('revote')} value={draft.revote} set={(revote) => change({ revote })} choices={revotes} />
      <TextField name='timeLimitSeconds' type='number' label={t('timeLimit')} hint={t('timeLimitHint')} value={draft.timeLimit} set={(timeLimit) => change({ timeLimit })} />
      <div class='pair'>
        <TextField name='opensAt' type='datetime-local' label={t('opensAt')} value={draft.opensAt} set={(opensAt) => change({ opensAt })} />
        <TextField name='closesAt' type='datetime-local' label={t('closesAt')} value={draft.closesAt} set={(closesAt) => change({ closesAt })} />
      </div>
    </>
  )
}
