import type { Poll, Results } from '../../../server/protocol/poll.ts'
import { FigureTable } from '../../components/figure-table.tsx'
import { Loading } from '../components/loading.tsx'
import { MoreButton } from '../components/more-button.tsx'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { usePages } from '../use-pages.ts'
import { chartRows } from './chart-rows.ts'

/** The last results of every round; those of the running one as they are now. */
export function RoundsTable ({ poll, results }: { poll: Poll, results: Results }) {
  const pages = usePages((cursor) => client.polls.rounds(poll.id, cursor === undefined ? {} : { cursor }), [poll.id, poll.round])
  const others = pages.data?.items.filter(({ round }) => round !== results.round) ?? []
  const rounds = [...others, results].sort((a, b) => a.round - b.round)
  const votes = rounds.map((one) => new Map(chartRows(poll, one).map(({ key, count }) => [key, count])))
  return (
    <section aria-labelledby='rounds-heading'>
      <h2 id='rounds-heading'>{t('rounds')}</h2>
      {pages.data === undefined
        ? <Loading of={pages} />
        : (
          <FigureTable
            isVisible caption={t('roundsCaption')}
            headings={[t('option'), ...rounds.map(({ round }) => t('round', { round }))]}
            rows={[
              ...chartRows(poll, results).map(({ key, label }) => ({ id: key, cells: [label, ...votes.map((counts) => counts.get(key) ?? 0)] })),
              { id: 'voters', cells: [t('roundVoters'), ...rounds.map(({ voters }) => voters)] }
            ]}
          />
          )}
      <MoreButton of={pages} />
    </section>
  )
}
