import { signal, type ReadonlySignal } from '@preact/signals'
import type { JoinedQuestions, Question, Questions, QuestionVote } from '../../server/protocol/question.ts'

export interface LiveQuestions {
  /** The newest state; null where the room takes no questions. */
  readonly shown: ReadonlySignal<Omit<Questions, 'roomId'> | null>
  /** Ids of the questions that this voter has voted for. */
  readonly myVotes: ReadonlySignal<ReadonlySet<string>>
  /** What this voter has asked, whatever became of it; the newest first. */
  readonly mine: ReadonlySignal<readonly Question[]>
  applyJoin: (joined: JoinedQuestions | null) => void
  apply: (questions: Questions) => void
  /** What the server said of a vote of this voter. */
  recordVote: (vote: QuestionVote) => void
  recordAsked: (question: Question) => void
}

/** The questions of a room as this device knows them; nothing older replaces something newer. */
export function createLiveQuestions (): LiveQuestions {
  const shown = signal<Omit<Questions, 'roomId'> | null>(null)
  const myVotes = signal<ReadonlySet<string>>(new Set())
  const mine = signal<readonly Question[]>([])

  function take (questions: Omit<Questions, 'roomId'>) {
    if (shown.value !== null && questions.version < shown.value.version) return
    shown.value = questions.mode === 'off' ? null : questions
    const byId = new Map(questions.items.map((question) => [question.id, question]))
    mine.value = mine.value.map((own) => byId.get(own.id) ?? own)
  }

  return {
    shown,
    myVotes,
    mine,
    applyJoin: (joined) => {
      if (joined === null) {
        shown.value = null
        return
      }
      myVotes.value = new Set(joined.myVotes)
      mine.value = joined.mine
      take({ mode: joined.mode, version: joined.version, items: joined.items, total: joined.total })
    },
    apply: take,
    recordVote: ({ questionId, voted }) => {
      const others = [...myVotes.value].filter((id) => id !== questionId)
      myVotes.value = new Set(voted ? [...others, questionId] : others)
    },
    recordAsked: (question) => { mine.value = [question, ...mine.value] }
  }
}
