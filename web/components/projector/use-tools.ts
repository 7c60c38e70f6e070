import type { Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { currentResults, type HeldView } from '../../client/held-view.ts'
import type { LiveRoom } from '../../client/live-room.ts'
import { createRoomRunner, isRevealed } from '../../client/room-runner.ts'
import { t } from '../../client/text.ts'
import { isDark, toggleTheme } from '../../client/theme.ts'
import { revealedQuizzes } from '../leaderboard.tsx'
import type { Tool, ToolGroup } from './tool.ts'

/** What the stage shows instead of the poll. */
export type Panel = 'questions' | 'leaderboard' | 'replay'

interface Stage {
  liveRoom: LiveRoom
  panel: Signal<Panel | null>
  isQrLarge: Signal<boolean>
  say: (text: string) => void
}

/** Whether there is a past to show. Answers in one's own words are not counted by what they say, so theirs has nothing to see. */
export function hasReplay (view: HeldView | null): view is HeldView {
  return view !== null && view.poll.status === 'closed' && view.poll.kind !== 'text' && currentResults(view) !== null
}

/** Everything that this screen's keys and buttons do. Without the right to run the room there is nothing to run it with. */
export function useTools ({ liveRoom, panel, isQrLarge, say }: Stage): ToolGroup[] {
  const role = liveRoom.role.value
  const mayRun = role !== null && role !== 'viewer'
  const runTools = useRunTools(liveRoom, say)
  const { questions, polls, shown } = liveRoom
  const panelTool = (name: Panel, key: string, about: string, text: string, missing: string | undefined): Tool => ({
    keys: [key],
    keyName: key.toUpperCase(),
    text,
    about,
    isOn: panel.value === name,
    missing,
    use: () => {
      if (panel.value === name) panel.value = null
      else if (missing === undefined) panel.value = name
      else say(missing)
    }
  })

  const viewTools: Tool[] = [
    panelTool('questions', 'a', t('keyQuestions'), t('questions'), questions.shown.value === null ? t('questionsOff') : undefined),
    panelTool('leaderboard', 'l', t('keyLeaderboard'), t('leaderboard'), revealedQuizzes(polls.value).length === 0 ? t('noScores') : undefined),
    panelTool('replay', 'r', t('keyReplay'), t('replay'), hasReplay(shown.value) ? undefined : t('noReplay')),
    { keys: ['d'], keyName: 'D', text: t(isDark.value ? 'lightTheme' : 'darkTheme'), about: t('keyTheme'), use: toggleTheme },
    { keys: ['q'], keyName: 'Q', text: t('largeQr'), about: t('keyQr'), isOn: isQrLarge.value, use: () => { isQrLarge.value = !isQrLarge.value } }
  ]
  return [...(mayRun ? [{ name: t('runTools'), tools: runTools }] : []), { name: t('viewTools'), tools: viewTools }]
}

function useRunTools (liveRoom: LiveRoom, say: (text: string) => void): Tool[] {
  const runner = useMemo(() => createRoomRunner(liveRoom, say), [liveRoom])
  const stagedId = liveRoom.room.value?.currentPollId ?? null
  const shown = liveRoom.shown.value
  // A draft on stage is shown nowhere; all that can be done with it is to open it.
  const poll = shown !== null && (stagedId === null || stagedId === shown.poll.id) ? shown.poll : null
  return [
    { keys: ['arrowleft', 'pageup'], keyName: '←', text: t('previousPoll'), about: t('keyPrevious'), use: runner.previous },
    { keys: [' '], keyName: t('spaceKey'), text: t(poll?.status === 'open' ? 'closeVoting' : 'openVoting'), about: t('keyOpen'), use: runner.toggleOpen },
    { keys: ['h'], keyName: 'H', text: t(poll !== null && isRevealed(poll) ? 'hideResults' : 'showResults'), about: t('keyResults'), use: runner.toggleResults },
    // What presenters hold in their hand sends the keys of pages.
    { keys: ['arrowright', 'pagedown'], keyName: '→', text: t('nextPoll'), about: t('keyNext'), use: runner.next }
  ]
}
