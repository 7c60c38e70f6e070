import { pageLanguage } from '../../client/page-language.ts'
import { ActionButton } from '../components/action-button.tsx'
import { Loading } from '../components/loading.tsx'
import { momentText } from '../components/moment.tsx'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { useLoad } from '../use-load.ts'

const numbers = new Intl.NumberFormat(pageLanguage)

/** How what the server does by itself is doing. */
export function Jobs () {
  const jobs = useLoad(() => client.admin.jobs(), [])
  return (
    <section aria-labelledby='jobs'>
      <h2 id='jobs'>{t('jobs')}</h2>
      {jobs.data === undefined
        ? <Loading of={jobs} />
        : (
          <table class='list'>
            <tbody>
              <Row name={t('jobsWaiting')} value={numbers.format(jobs.data.deliveries.waiting)} />
              <Row name={t('jobsOldest')} value={jobs.data.oldestWaitingSeconds === null ? t('none') : t('seconds', { count: jobs.data.oldestWaitingSeconds })} />
              <Row name={t('jobsDelivered')} value={numbers.format(jobs.data.deliveries.delivered)} />
              <Row name={t('jobsFailed')} value={numbers.format(jobs.data.deliveries.failed)} />
              <Row name={t('jobsCleanUp')} value={jobs.data.lastCleanUpAt === null ? t('notYet') : momentText(jobs.data.lastCleanUpAt)} />
            </tbody>
          </table>
          )}
      <div class='actions'><ActionButton act={jobs.reload}>{t('lookAgain')}</ActionButton></div>
    </section>
  )
}

function Row ({ name, value }: { name: string, value: string }) {
  return <tr><th scope='row'>{name}</th><td>{value}</td></tr>
}
