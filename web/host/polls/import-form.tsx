import { useSignal } from '@preact/signals'
import { PlenumError } from '../../../server/protocol/problem.ts'
import { Field } from '../components/field.tsx'
import { Form } from '../components/form.tsx'
import { notify } from '../components/notices.tsx'
import { textOf } from '../form-values.ts'
import { problemText } from '../problem-text.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { readImport } from './poll-import.ts'

/** Makes polls of a file or a pasted text, in their order; rows that are refused are told and leave the others. */
export function ImportForm ({ roomId, imported }: { roomId: string, imported: () => Promise<void> }) {
  const refusals = useSignal<readonly string[]>([])

  async function send (fields: FormData, form: HTMLFormElement) {
    refusals.value = []
    const file = fields.get('file')
    const rows = readImport(file instanceof File && file.size > 0 ? await file.text() : textOf(fields, 'text'))
    if (rows.length === 0) throw new Error(t('importNothing'))
    const refused: string[] = []
    // One after the other: they keep their order, and the server its peace.
    for (const entry of rows) {
      const problem = 'problem' in entry ? entry.problem : await create(entry.poll)
      if (problem !== undefined) refused.push(t('importRow', { row: entry.row, problem }))
    }
    const count = rows.length - refused.length
    refusals.value = refused
    if (count > 0) await imported()
    if (refused.length > 0) throw new Error(t('importPart', { count }))
    form.reset()
    notify(t('imported', { count }))
  }

  /** Why the poll was refused. What concerns not this poll alone is thrown. */
  async function create (poll: Parameters<typeof client.polls.create>[0]): Promise<string | undefined> {
    try {
      await client.polls.create({ ...poll, roomId })
      return undefined
    } catch (error) {
      if (!(error instanceof PlenumError) || error.status !== 400) throw error
      return error.detail ?? problemText(error)
    }
  }

  return (
    <>
      <p class='hint'>{t('importHint')}</p>
      <Form send={send} submitText={t('importPolls')} explain={(error) => error instanceof Error && error.constructor === Error ? error.message : undefined}>
        <Field name='file' label={t('importFile')}>{(field) => <input {...field} type='file' accept='.csv,.json,text/csv,application/json' />}</Field>
        <Field name='text' label={t('importText')} hint={t('importExample')}>{(field) => <textarea {...field} rows={5} spellcheck={false} dir='auto' />}</Field>
        {refusals.value.length > 0 && <ul class='refusals'>{refusals.value.map((refusal) => <li key={refusal}>{refusal}</li>)}</ul>}
      </Form>
    </>
  )
}
