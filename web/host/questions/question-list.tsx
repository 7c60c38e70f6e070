import type { ComponentChildren } from 'preact'
import type { Question } from '../../../server/protocol/question.ts'
import { QuestionRow } from '../../components/questions/question-row.tsx'
import { MoreButton } from '../components/more-button.tsx'
import type { LoadedPages } from '../use-pages.ts'

interface QuestionListProps {
  of: LoadedPages<Question>
  /** Those of the list that are to be seen. */
  questions: readonly Question[]
  /** What can be done with one of them. */
  children: (question: Question) => ComponentChildren
}

export function QuestionList ({ of: list, questions, children }: QuestionListProps) {
  // One that got votes between the loading of two pages is in both.
  const byId = new Map(questions.map((question) => [question.id, question]))
  return (
    <>
      <ol class='question-list'>
        {Array.from(byId.values(), (question) => <QuestionRow key={question.id} question={question}>{children(question)}</QuestionRow>)}
      </ol>
      <MoreButton of={list} />
    </>
  )
}
