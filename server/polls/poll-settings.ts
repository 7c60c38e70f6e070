import { isDeepStrictEqual } from 'node:util'
import type { PollKind } from '../protocol/poll.ts'
import type { NewSettings, PollSettings } from '../protocol/poll-settings.ts'
import { invalidField } from '../protocol/problem.ts'
import type { Definition, OwnSetting } from './kinds/kind.ts'
import { kinds } from './kinds/kinds.ts'

const ownSettings = ['scale', 'range', 'correct', 'shuffle', 'moderation', 'writeIns', 'stopWords', 'mergePlurals'] as const satisfies OwnSetting[]

/** What of these settings this kind has, with the defaults filled in. Throws validation_failed for what means nothing here. */
export function defineSettings (kind: PollKind, given: NewSettings, ballots: Omit<Definition, 'settings'>): PollSettings {
  const rules = kinds[kind]
  for (const name of ownSettings) {
    if (given[name] != null && !rules.ownSettings.includes(name)) throw invalidField(`/${name}`, `means nothing for a poll of the kind ${kind}`)
  }
  const own = rules.defineSettings(given, ballots)
  const { timeLimitSeconds } = given
  return {
    ...own,
    ...defineQuiz(given, own.correct !== undefined),
    ...(timeLimitSeconds == null ? {} : { timeLimitSeconds })
  }
}

function defineQuiz ({ explanation, scoring, timeLimitSeconds }: NewSettings, isQuiz: boolean): Pick<PollSettings, 'explanation' | 'scoring'> {
  if (!isQuiz) {
    if (explanation != null) throw invalidField('/explanation', 'needs correct')
    if (scoring != null) throw invalidField('/scoring', 'needs correct')
    return {}
  }
  if (scoring === 'speed' && timeLimitSeconds == null) throw invalidField('/scoring', 'needs timeLimitSeconds')
  return { ...(explanation == null ? {} : { explanation }), scoring: scoring ?? (timeLimitSeconds == null ? 'flat' : 'speed') }
}

/** The settings of a poll with an edit's; a part of the scale or range that the edit leaves out stays. Another kind keeps only what any kind has. */
export function editSettings (kind: PollKind, before: { kind: PollKind, settings: PollSettings }, edit: NewSettings): NewSettings {
  const { timeLimitSeconds, ...rest } = before.settings
  const kept: NewSettings = kind === before.kind ? rest : {}
  return {
    ...kept,
    ...(timeLimitSeconds === undefined ? {} : { timeLimitSeconds }),
    // Without the right answer, or the time, nothing is left for what builds on it; unless the edit itself says so.
    ...(edit.correct === null ? { explanation: null, scoring: null } : {}),
    ...(edit.timeLimitSeconds === null ? { scoring: null } : {}),
    ...edit,
    ...(edit.scale === undefined ? {} : { scale: { ...kept.scale, ...edit.scale } }),
    ...(edit.range === undefined ? {} : { range: { ...kept.range, ...edit.range } })
  }
}

/** Whether these settings let the same ballots count, and into the same buckets. */
export function isSameBallot (a: PollSettings, b: PollSettings): boolean {
  return a.scale?.min === b.scale?.min && a.scale?.max === b.scale?.max &&
    isDeepStrictEqual(a.range, b.range) && isDeepStrictEqual(a.correct, b.correct) &&
    isDeepStrictEqual(a.stopWords, b.stopWords) && (a.mergePlurals ?? false) === (b.mergePlurals ?? false)
}
