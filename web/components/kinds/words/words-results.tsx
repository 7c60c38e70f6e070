import { useEffect } from 'preact/hooks'
import { useSignal } from '@preact/signals'
import type { FunctionComponent } from 'preact'
import { percentWords } from '../../../client/figures.ts'
import { t } from '../../../client/text.ts'
import { mostFrequentWords, type WordCount } from '../../../client/word-counts.ts'
import { FigureTable } from '../../figure-table.tsx'
import type { ResultsProps } from '../results-props.ts'

const listedWords = { phone: 20, projector: 10 }

/** The most frequent words as a table; on the projector all that were sent as a cloud too. */
export function WordsResults ({ poll, results: { counts, voters, version, derived }, screen }: ResultsProps) {
  const words = mostFrequentWords(counts)
  const distinct = derived?.distinct ?? words.length
  return (
    <div class='results words-results' data-version={version}>
      {screen === 'projector' && <LazyCloud key={`${poll.id}:${poll.round}`} words={words} />}
      <div class='words-list'>
        {words.length === 0
          ? <p class='hint'>{t('noWords')}</p>
          : (
            <FigureTable
              isVisible
              caption={t('resultsOf', { question: poll.question })}
              headings={[t('word'), t('votersHeading'), t('share')]}
              rows={words.slice(0, listedWords[screen]).map(({ word, count }) => ({ id: word, cells: [word, count, percentWords(count, voters)] }))}
            />
            )}
        {words.length > 0 && <p class='denominator'>{t('differentWords', { count: distinct })}</p>}
      </div>
    </div>
  )
}

/** Phones never load the layout of clouds, and a projector only when there is one to show. */
function LazyCloud ({ words }: { words: WordCount[] }) {
  const cloud = useSignal<FunctionComponent<{ words: WordCount[] }> | null>(null)
  useEffect(() => {
    // Without it the table still has every figure.
    import('./word-cloud.tsx').then(({ WordCloud }) => { cloud.value = WordCloud }, () => undefined)
  }, [])
  const Cloud = cloud.value
  return Cloud === null ? <div class='cloud' /> : <Cloud words={words} />
}
