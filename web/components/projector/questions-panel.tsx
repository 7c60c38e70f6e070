import type { Question } from '../../../server/protocol/question.ts'
import type { LiveQuestions } from '../../client/live-questions.ts'
import { t } from '../../client/text.ts'
import { QuestionRow } from '../questions/question-row.tsx'
import { Scene } from './scene.tsx'

/** What the audience asks, for all to read. */
export function QuestionsPanel ({ questions }: { questions: LiveQuestions }) {
  const shown = questions.shown.value
  const items = inOrder(shown?.items ?? [])
  return (
    <Scene class='questions-panel' least={0.7}>
      <h1>{t('questions')}</h1>
      {items.length === 0
        ? <p class='hint'>{t(shown === null ? 'questionsOff' : 'noQuestions')}</p>
        : <ol class='question-list'>{items.map((question) => <QuestionRow key={question.id} question={question} />)}</ol>}
    </Scene>
  )
}

/** The server's order, pinned ones first, but what is answered last. A host is told of what waits for a moderator as well: that is not for all. */
function inOrder (items: readonly Question[]): Question[] {
  return [...items.filter(({ status }) => status === 'open'), ...items.filter(({ status }) => status === 'answered')]
}
