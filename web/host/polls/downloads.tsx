import type { Poll, Results } from '../../../server/protocol/poll.ts'
import { pageLanguage } from '../../client/page-language.ts'
import { notify } from '../components/notices.tsx'
import { t } from '../text.ts'
import { chartPng, chartSvg, layOutChart } from './chart-image.ts'
import { chartRows } from './chart-rows.ts'

const contents = [['results', t('exportResults')], ['ballots', t('exportBallots')], ['timeline', t('exportTimeline')]] as const
const formats = [['csv', 'CSV'], ['json', 'JSON'], ['ndjson', 'NDJSON']] as const
const whole = new Intl.NumberFormat(pageLanguage)
const revokeMs = 60_000

/** Files of the poll: what the server exports, and its chart. */
export function Downloads ({ poll, results }: { poll: Poll, results: Results }) {
  const rows = chartRows(poll, results)

  function layOut () {
    return layOutChart(rows, {
      title: poll.question,
      note: t('chartVoters', { count: results.voters }),
      figure: (count) => whole.format(count),
      isRightToLeft: document.documentElement.dir === 'rtl'
    })
  }

  async function savePng () {
    const picture = await chartPng(layOut())
    if (picture === null) notify(t('chartFailed'))
    else save(picture, `poll-${poll.id}-v${results.version}.png`)
  }

  return (
    <section aria-labelledby='downloads-heading'>
      <h2 id='downloads-heading'>{t('exports')}</h2>
      <div class='table-frame'>
        <table class='figures-table downloads' aria-labelledby='downloads-heading'>
          <tbody>
            {contents.map(([what, name]) => (
              <tr key={what}>
                <th scope='row'>{name}</th>
                {formats.map(([format, formatName]) => (
                  <td key={format}><a href={`/api/v1/polls/${poll.id}/export?format=${format}&what=${what}`} download aria-label={t('exportAs', { what: name, format: formatName })}>{formatName}</a></td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > 0 && (
        <>
          <h3>{t('chartImage')}</h3>
          <div class='actions'>
            <button type='button' onClick={() => save(new Blob([chartSvg(layOut())], { type: 'image/svg+xml' }), `poll-${poll.id}-v${results.version}.svg`)}>{t('chartSvg')}</button>
            <button type='button' onClick={() => { void savePng() }}>{t('chartPng')}</button>
          </div>
        </>
      )}
    </section>
  )
}

function save (file: Blob, name: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  // Not at once: the browser reads it after this turn.
  setTimeout(() => { URL.revokeObjectURL(link.href) }, revokeMs)
}
