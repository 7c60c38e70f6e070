import { isDeepStrictEqual } from 'node:util'
import type { PollKind } from '../protocol/poll.ts'
import type { NewSettings, PollSettings } from '../protocol/poll-settings.ts'
import { invalidField } from '../protocol/problem.ts'
import type { OwnSetting } from './kinds/kind.ts'
import { kinds } from './kinds/kinds.ts'

const ownSettings = ['scale', 'range', 'correct', 'shuffle', 'moderation'] as const satisfies OwnSetting[]

/** What of these settings this kind has, with the defaults filled in. Throws validation_failed for what means nothing here. */
export function defineSettings (kind: PollKind, given: NewSettings, optionIds: ReadonlySet<number>): PollSettings {
  const rules = kinds[kind]
  for (const name of ownSettings) {
    if (given[name] != null && !rules.ownSettings.includes(name)) throw invalidField(`/${name}`, `means nothing for a poll of the kind ${kind}`)
  }
  const own = rules.defineSettings(given, optionIds)
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
    if (scoring !== undefined) throw invalidField('/scoring', 'needs correct')
    return {}
  }
  if (scoring === 'speed' && timeLimitSeconds == null) throw invalidField('/scoring', 'needs timeLimitSeconds')
  return { ...(explanation == null ? {} : { explanation }), scoring: scoring ?? (timeLimitSeconds == null ? 'flat' : 'speed') }
}

/** The settings of a poll with an edit's. Another kind keeps only what any kind has. */
export function editSettings (kind: PollKind, before: { kind: PollKind, settings: PollSettings }, edit: NewSettings): NewSettings {
  const { timeLimitSeconds, ...rest } = before.settings
  const kept: NewSettings = kind === before.kind ? rest : {}
  const edited = { ...kept, ...(timeLimitSeconds === undefined ? {} : { timeLimitSeconds }), ...edit }
  // Taking the right answer away takes what belongs to it.
  return edited.correct === null ? omitQuiz(edited, edit) : edited
}

function omitQuiz (edited: NewSettings, { explanation, scoring }: NewSettings): NewSettings {
  const { explanation: _explanation, scoring: _scoring, ...rest } = edited
  return { ...rest, ...(explanation === undefined ? {} : { explanation }), ...(scoring === undefined ? {} : { scoring }) }
}

/** Whether these settings let the same ballots count, and into the same buckets. */
export function isSameBallot (a: PollSettings, b: PollSettings): boolean {
  return a.scale?.min === b.scale?.min && a.scale?.max === b.scale?.max &&
    isDeepStrictEqual(a.range, b.range) && isDeepStrictEqual(a.correct, b.correct)
}
