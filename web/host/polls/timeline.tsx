import { useEffect } from 'preact/hooks'
import type { Poll } from '../../../server/protocol/poll.ts'
import { pageLanguage } from '../../client/page-language.ts'
import { FigureTable } from '../../components/figure-table.tsx'
import { Loading } from '../components/loading.tsx'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { useLoad } from '../use-load.ts'
import { TimelineChart } from './timeline-chart.tsx'
import { useSettled } from './use-settled.ts'

const points = 100
const times = new Intl.DateTimeFormat(pageLanguage, { dateStyle: 'short', timeStyle: 'medium' })

/** How the votes of this round came in, as a chart and as a table. */
export function Timeline ({ poll: { id, round }, version }: { poll: Poll, version: number }) {
  const settled = useSettled(version)
  const timeline = useLoad(() => client.polls.timeline(id, { round, points }), [id, round])
  const { reload } = timeline
  useEffect(() => { void reload() }, [settled, reload])

  const moments = timeline.data?.items ?? []
  return (
    <section aria-labelledby='timeline-heading'>
      <h2 id='timeline-heading'>{t('timeline')}</h2>
      {timeline.data === undefined && <Loading of={timeline} />}
      {timeline.data !== undefined && (moments.at(-1)?.voters ?? 0) === 0 && <p class='hint'>{t('noTimeline')}</p>}
      {(moments.at(-1)?.voters ?? 0) > 0 && (
        <>
          <TimelineChart points={moments.map(({ at, voters }) => ({ at: Date.parse(at), voters }))} />
          <details>
            <summary>{t('asTable')}</summary>
            <FigureTable
              isVisible caption={t('timelineCaption')} headings={[t('timelineTime'), t('roundVoters')]}
              rows={moments.map(({ at, voters, version }) => ({ id: version, cells: [times.format(new Date(at)), voters] }))}
            />
          </details>
        </>
      )}
    </section>
  )
}
