import { useEffect } from 'preact/hooks'
import type { Poll } from '../../../server/protocol/poll.ts'
import { pageLanguage } from '../../client/page-language.ts'
import { Loading } from '../components/loading.tsx'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { useLoad } from '../use-load.ts'
import { useSettled } from './use-settled.ts'

const refreshMs = 10_000
const percent = new Intl.NumberFormat(pageLanguage, { style: 'percent' })
const ratio = new Intl.NumberFormat(pageLanguage, { maximumFractionDigits: 2 })
const whole = new Intl.NumberFormat(pageLanguage)

/** How many people there are and what they did: each figure by its name, each share with what it is of. */
export function ParticipationFigures ({ poll: { id, status }, version }: { poll: Poll, version: number }) {
  const settled = useSettled(version)
  const { data, error, reload } = useLoad(() => client.polls.participation(id), [id])
  useEffect(() => { void reload() }, [settled, reload])
  useEffect(() => {
    if (status !== 'open') return undefined
    const timer = setInterval(() => { void reload() }, refreshMs)
    return () => { clearInterval(timer) }
  }, [status, reload])

  return (
    <section aria-labelledby='participation-heading'>
      <h2 id='participation-heading'>{t('participation')}</h2>
      {data === undefined
        ? <Loading of={{ error, reload }} />
        : (
          <dl class='figures'>
            <Figure name={t('participationConnected')} value={data.connected} />
            <Figure name={t('participationJoined')} value={data.joined} />
            <Figure name={t('participationVoted')} value={data.voted} share={shareOfJoined(data.voted, data.joined)} />
            <Figure name={t('participationAbstained')} value={data.abstained} share={shareOfJoined(data.abstained, data.joined)} />
            <Figure name={t('participationSelections')} value={data.selections} share={data.voted === 0 ? undefined : t('perVoter', { figure: ratio.format(data.selections / data.voted) })} />
          </dl>
          )}
    </section>
  )
}

/** Whoever votes by the poll alone has never joined its room: then there is no share. */
function shareOfJoined (count: number, joined: number): string | undefined {
  return joined === 0 || count > joined ? undefined : t('ofJoined', { share: percent.format(count / joined) })
}

function Figure ({ name, value, share }: { name: string, value: number, share?: string | undefined }) {
  return <div><dt>{name}{share !== undefined && <small>{share}</small>}</dt><dd>{whole.format(value)}</dd></div>
}
