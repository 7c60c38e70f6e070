// What the demo asks, and how its audience answers.
import type { Answer, NewPoll } from '../server/protocol/poll.ts'

export interface DemoPoll {
  poll: Omit<NewPoll, 'roomId'>
  /** Some voter's answer. @param progress of the voting, from 0 to 1: opinions move on the way. */
  answer: (progress: number) => Answer
}

const options = (...labels: string[]) => labels.map((label) => ({ label }))
const words = [
  'exact', 'fast', 'open', 'coffee', 'calm', 'fair', 'together', 'curious', 'questions', 'learning', 'voices', 'trust', 'democracy', 'fun', 'clarity', 'surprise',
  'friends', 'ideas', 'listening', 'change', 'numbers', 'courage', 'patience', 'colour'
]

export const demoPolls: readonly DemoPoll[] = [
  {
    poll: { kind: 'single', question: 'Where shall we meet next year?', options: options('Lisbon', 'Ljubljana', 'Kraków', 'Online'), revote: 'change' },
    // The lead changes.
    answer: (progress) => ({ choices: [1 + choose([6 - 4 * progress, 2 + 4 * progress, 3, 1 + progress])] })
  },
  {
    poll: { kind: 'rating', question: 'How was the opening talk?', scale: { min: 1, max: 5, minLabel: 'Not for me', maxLabel: 'Best of the year' }, revote: 'change' },
    answer: () => ({ value: 1 + choose([1, 2, 5, 9, 6]) })
  },
  {
    poll: { kind: 'words', question: 'What should a good meeting be?', revote: 'change' },
    // The first words are in most heads.
    answer: () => ({ words: Array.from({ length: 1 + choose([1, 2, 2]) }, () => words[choose(words.map((_word, at) => 1 / (at + 1.5)))] ?? 'calm') })
  },
  {
    poll: { kind: 'ranking', question: 'What shall we build next?', options: options('Captions', 'A night mode', 'Travel grants', 'A garden', 'Childcare'), revote: 'change' },
    answer: () => ({ choices: rank([3, 1, 4, 2, 4]) })
  },
  {
    poll: {
      kind: 'single',
      question: 'Which planet has the most known moons?',
      options: options('Jupiter', 'Saturn', 'Uranus', 'Neptune'),
      correct: [2],
      explanation: 'Saturn has more than 270; Jupiter comes second with about a hundred.',
      shuffle: true,
      revote: 'change'
    },
    answer: () => ({ choices: [1 + choose([5, 7, 1, 1])] })
  }
]

/** A place in the list; the greater its weight, the likelier. */
function choose (weights: readonly number[]): number {
  let rest = Math.random() * weights.reduce((sum, weight) => sum + weight, 0)
  const at = weights.findIndex((weight) => { rest -= weight; return rest < 0 })
  return Math.max(0, at)
}

/** Ids of options in an order of preference, the first ones more likely those with much weight. */
function rank (weights: readonly number[]): number[] {
  const left = weights.map((weight, at) => ({ id: at + 1, weight }))
  const order: number[] = []
  while (left.length > 0) order.push(...left.splice(choose(left.map(({ weight }) => weight)), 1).map(({ id }) => id))
  return order
}
