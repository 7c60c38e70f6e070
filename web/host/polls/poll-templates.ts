import type { NewPoll } from '../../../server/protocol/poll.ts'
import { t } from '../text.ts'

const labelled = (...labels: string[]) => labels.map((label) => ({ label }))

/** Polls to begin with, by the name in their address. */
export const templates: Readonly<Record<string, { name: string, poll: NewPoll }>> = {
  'yes-no': {
    name: t('templateYesNo'),
    poll: { kind: 'single', question: t('templateYesNoQuestion'), options: labelled(t('templateYes'), t('templateNo')) }
  },
  agreement: {
    name: t('templateAgreement'),
    poll: {
      kind: 'single',
      question: t('templateAgreementQuestion'),
      options: labelled(t('templateAgree5'), t('templateAgree4'), t('templateAgree3'), t('templateAgree2'), t('templateAgree1')),
      revote: 'change'
    }
  },
  satisfaction: {
    name: t('templateSatisfaction'),
    poll: { kind: 'rating', question: t('templateSatisfactionQuestion'), scale: { min: 1, max: 5, minLabel: t('templateWorst'), maxLabel: t('templateBest') } }
  },
  priorities: {
    name: t('templatePriorities'),
    poll: {
      kind: 'ranking',
      question: t('templatePrioritiesQuestion'),
      options: labelled(t('templateOption', { number: 1 }), t('templateOption', { number: 2 }), t('templateOption', { number: 3 })),
      revote: 'change',
      shuffle: true
    }
  },
  words: {
    name: t('templateWords'),
    poll: { kind: 'words', question: t('templateWordsQuestion') }
  },
  quiz: {
    name: t('templateQuiz'),
    poll: {
      kind: 'single',
      question: t('templateQuizQuestion'),
      options: labelled(t('templateEarth'), t('templateJupiter'), t('templateMars')),
      correct: [2],
      explanation: t('templateQuizExplanation'),
      resultsVisibility: 'hosts',
      timeLimitSeconds: 30,
      shuffle: true
    }
  }
}
