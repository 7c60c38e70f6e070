import { useSignal } from '@preact/signals'
import type { PollKind } from '../../../server/protocol/poll.ts'
import { Field } from '../components/field.tsx'
import { Form } from '../components/form.tsx'
import { t } from '../text.ts'
import { ChoiceField } from './fields.tsx'
import { CommonSettings, KindSettings } from './kind-settings.tsx'
import { hasOptions, newOption, type PollDraft } from './poll-draft.ts'
import { PollPreview } from './poll-preview.tsx'
import { isPollKind, kindNames } from './poll-words.ts'

interface PollEditorProps {
  start: PollDraft
  cancelHref: string
  save: (draft: PollDraft) => Promise<void>
  explain?: (error: unknown) => string | undefined
}

const kinds = Object.entries(kindNames).flatMap(([kind, name]): [PollKind, string][] => isPollKind(kind) ? [[kind, name]] : [])

/** The form of a poll, with the ballot that it makes beside it. What is typed for one kind is there again after a look at another. */
export function PollEditor ({ start, cancelHref, save, explain }: PollEditorProps) {
  const draft = useSignal(start)
  const change = (part: Partial<PollDraft>) => { draft.value = { ...draft.value, ...part } }

  function setKind (kind: PollKind) {
    const isBare = hasOptions(kind) && draft.value.options.length === 0
    change({ kind, ...(isBare ? { options: [newOption(), newOption()] } : {}) })
  }

  return (
    <div class='editor'>
      <Form send={async () => { await save(draft.value) }} submitText={t('save')} {...(explain === undefined ? {} : { explain })} actions={<a class='button' href={cancelHref}>{t('cancel')}</a>}>
        <ChoiceField name='kind' label={t('kind')} value={draft.value.kind} set={setKind} choices={kinds} />
        <Field name='question' label={t('question')}>
          {(field) => <textarea {...field} rows={2} required maxLength={1000} dir='auto' value={draft.value.question} onInput={(event) => change({ question: event.currentTarget.value.replace(/[\r\n\t]+/g, ' ') })} />}
        </Field>
        <KindSettings draft={draft.value} change={change} />
        <fieldset class='stack'>
          <legend>{t('moreSettings')}</legend>
          <CommonSettings draft={draft.value} change={change} />
        </fieldset>
      </Form>
      <PollPreview draft={draft.value} />
    </div>
  )
}
