import type { Poll } from '../../../server/protocol/poll.ts'
import { pageLanguage } from '../../client/page-language.ts'
import { t } from '../../client/text.ts'
import { voterWords } from '../../client/words.ts'
import { PollResults } from '../poll-results.tsx'
import { Scene } from './scene.tsx'
import { StageHeading } from './stage-heading.tsx'
import { useReplay } from './use-replay.ts'

const time = new Intl.DateTimeFormat(pageLanguage, { dateStyle: 'medium', timeStyle: 'medium' })

/** The results of a round as they were shown at its versions, one after the other. */
export function Replay ({ poll }: { poll: Poll }) {
  const { samples, place, isPlaying, hasFailed, goTo, toggle } = useReplay(poll)
  const results = samples[place]
  if (results === undefined) {
    return (
      <Scene>
        <StageHeading text={poll.question} />
        {hasFailed ? <p class='alert' role='alert'>{t('replayFailed')}</p> : <p class='hint'>{t('replayLoading')}</p>}
      </Scene>
    )
  }

  const moment = t('replayAt', { version: results.version, time: time.format(new Date(results.at)) })
  return (
    <Scene>
      <StageHeading text={poll.question} />
      <div class='replay'>
        <button type='button' onClick={toggle}>{t(isPlaying ? 'pause' : 'play')}</button>
        <input
          type='range' min={0} max={samples.length - 1} value={place}
          aria-label={t('replayPosition')} aria-valuetext={`${moment}, ${voterWords(results.voters)}`}
          onInput={({ currentTarget }) => goTo(currentTarget.valueAsNumber)}
        />
        <p class='replay-moment'><span class='mark'>{t('replay')}</span> {moment} <b class='voters'>{voterWords(results.voters)}</b></p>
      </div>
      <PollResults screen='projector' poll={poll} results={results} />
    </Scene>
  )
}
