import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { NewPoll } from '../../../server/protocol/poll.ts'
import { PlenumError } from '../../../server/protocol/problem.ts'
import { Field } from '../components/field.tsx'
import { Form } from '../components/form.tsx'
import { notify } from '../components/notices.tsx'
import { problemText } from '../problem-text.ts'
import { client, noteSignedOut } from '../session.ts'
import { t } from '../text.ts'
import { importPolls } from './import-polls.ts'
import { readImport } from './poll-import.ts'

/** Makes polls of a file or a pasted text, in their order. What was not made is told, and stays in the field to be imported again. */
export function ImportForm ({ roomId, imported }: { roomId: string, imported: () => Promise<void> }) {
  const file = useRef<HTMLInputElement>(null)
  const text = useSignal('')
  const refusals = useSignal<readonly string[]>([])

  async function send () {
    refusals.value = []
    const [chosen] = file.current?.files ?? []
    const { entries, write } = readImport(chosen === undefined ? text.value : await chosen.text())
    if (entries.length === 0) throw new Error(t('importNothing'))
    const { count, left, problems, stop } = await importPolls(entries, create)
    text.value = write(left)
    if (file.current !== null) file.current.value = ''
    refusals.value = problems.map((problem, at) => t('importRow', { row: at + 1, problem }))
    if (count > 0) await imported()
    if (stop !== undefined) {
      noteSignedOut(stop.error)
      throw new Error(t('importStopped', { count, question: stop.question, problem: problemText(stop.error) }))
    }
    if (left.length > 0) throw new Error(t('importPart', { count }))
    notify(t('imported', { count }))
  }

  /** Why the poll was refused. What concerns not this poll alone is thrown. */
  async function create (poll: NewPoll): Promise<string | undefined> {
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
        <Field name='file' label={t('importFile')}>{(field) => <input {...field} ref={file} type='file' accept='.csv,.json,text/csv,application/json' />}</Field>
        <Field name='text' label={t('importText')} hint={t('importExample')}>{(field) => <textarea {...field} rows={5} spellcheck={false} dir='auto' value={text.value} onInput={(event) => { text.value = event.currentTarget.value }} />}</Field>
        {refusals.value.length > 0 && <ul class='refusals'>{refusals.value.map((refusal) => <li key={refusal}>{refusal}</li>)}</ul>}
      </Form>
    </>
  )
}
