import { useLayoutEffect, useRef } from 'preact/hooks'
import type { BallotFieldsProps } from '../ballot-fields.ts'
import { RankedOption } from './ranked-option.tsx'
import { t } from '../../../client/text.ts'

/** Options are picked one after the other, the best first; buttons move them afterwards. */
export function RankingBallot ({ poll, draft: { choices = [] }, edit }: BallotFieldsProps) {
  const fields = useRef<HTMLDivElement>(null)
  const nextFocus = useRef<string[]>([])
  const ranked = choices.flatMap((id) => poll.options.find((option) => option.id === id) ?? [])
  const others = poll.options.filter(({ id }) => !choices.includes(id))
  const isFull = choices.length >= Math.min(poll.maxChoices, poll.options.length)

  // A button that moves with its row, or goes away, loses the focus: the first of these that is there gets it, before the next key.
  useLayoutEffect(() => {
    const candidates = nextFocus.current.splice(0)
    for (const action of candidates) {
      const button = fields.current?.querySelector<HTMLElement>(`[data-action="${action}"]`)
      if (button == null) continue
      button.focus()
      return
    }
  })

  function rank (changed: number[], focus: string[]) {
    nextFocus.current = focus
    edit({ choices: changed })
  }

  function pick (id: number) {
    const after = others.slice(others.findIndex((option) => option.id === id) + 1)
    const before = others.filter((option) => option.id !== id)
    rank([...choices, id], [...after, ...before].map((option) => `pick-${option.id}`).concat(`up-${id}`))
  }

  function move (id: number, by: 1 | -1) {
    const from = choices.indexOf(id)
    const to = from + by
    if (to < 0 || to >= choices.length) return
    rank(choices.with(from, choices[to] ?? id).with(to, id), [`${by < 0 ? 'up' : 'down'}-${id}`])
  }

  return (
    <div class='ranking' ref={fields}>
      {ranked.length > 0 && (
        <ol class='ranked' aria-label={t('rankedList')}>
          {ranked.map((option, at) => (
            <RankedOption
              key={option.id} option={option} place={at + 1} isLast={at === ranked.length - 1}
              move={(by) => move(option.id, by)}
              drop={() => rank(choices.filter((id) => id !== option.id), [`pick-${option.id}`])}
            />
          ))}
        </ol>
      )}
      {others.length > 0 && !isFull && (
        <ul class='unranked' aria-label={t('unrankedList')}>
          {others.map((option) => (
            <li key={option.id}>
              <button type='button' class='pick' data-action={`pick-${option.id}`} aria-label={t('rankAs', { label: option.label, place: ranked.length + 1 })} onClick={() => pick(option.id)}>
                <span class='place' data-place={ranked.length + 1} />
                <span>{option.label}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
