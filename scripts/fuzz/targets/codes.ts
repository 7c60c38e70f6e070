// Codes of rooms and one-time codes, as people and guessers type them, wherever they are taken.
import fc from 'fast-check'
import { normalizeRoomCode } from '../../../server/protocol/room.ts'
import { damagedText, inAddress, oddText } from '../damage.ts'
import { exchange, judgeExchange, type HttpInput } from '../exchange.ts'
import { createTarget } from '../target.ts'
import type { Stage } from '../stage.ts'

interface CodesInput {
  at: 'join' | 'page' | 'present' | 'form' | 'redeem' | 'graphql'
  typed: string
  from: string
}

const alphabet = fc.array(fc.constantFrom(...'BCDFGHJKMNPQRSTVWXYZ23456789'), { minLength: 6, maxLength: 6 }).map((letters) => letters.join(''))
const typed = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('{code}', '{codedCode}', '{accessCode}', ' {code} ', '{code}-', '-{code}') },
  { weight: 3, arbitrary: alphabet },
  { weight: 2, arbitrary: fc.constantFrom('BCDFGH', 'BCDF-GHJK-MNPQ').chain(damagedText) },
  { weight: 2, arbitrary: oddText })

const inputs: fc.Arbitrary<CodesInput> = fc.record({
  at: fc.constantFrom('join', 'page', 'present', 'form', 'redeem', 'graphql'), typed, from: fc.oneof(fc.ipV4(), fc.ipV6())
})

function requestOf (stage: Stage, { at, typed, from }: CodesInput): HttpInput {
  const code = inAddress(stage.fill(typed))
  const json = { 'x-forwarded-for': from, 'content-type': 'application/json' }
  switch (at) {
    case 'join': return { method: 'GET', path: `/api/v1/join/${code}`, headers: { 'x-forwarded-for': from } }
    case 'page': return { method: 'GET', path: `/j/${code}`, headers: { 'x-forwarded-for': from } }
    case 'present': return { method: 'GET', path: `/present/${code}`, headers: { 'x-forwarded-for': from } }
    case 'form': return { method: 'POST', path: `/j/${code}/vote`, headers: { 'x-forwarded-for': from, 'content-type': 'application/x-www-form-urlencoded', cookie: 'voter={voter}' }, body: `poll={codedPoll}&round=1&choice=1&accessCode=${code}` }
    case 'redeem': return { method: 'POST', path: '/api/v1/join/{codedCode}/redeem', headers: json, body: JSON.stringify({ accessCode: typed }) }
    case 'graphql': return { method: 'POST', path: '/graphql', headers: json, body: JSON.stringify({ query: 'query ($code: String!) { roomByCode(code: $code) { code } }', variables: { code: typed } }) }
    default: return at satisfies never
  }
}

export const codes = createTarget<CodesInput>({
  id: 'codes',
  title: 'codes of rooms and one-time codes',
  inputs: async () => inputs,
  connect: (stage) => ({
    async send (input) {
      const answered = await exchange(stage, requestOf(stage, input))
      const outcome = judgeExchange(stage, answered)
      const given = normalizeRoomCode(stage.fill(input.typed))
      const isKnown = ['{code}', '{codedCode}', '{accessCode}'].some((known) => normalizeRoomCode(stage.fill(known)) === given)
      const isIn = answered !== undefined && (input.at === 'join' || input.at === 'redeem' ? answered.status < 300 : input.at === 'graphql' && answered.text.includes('"roomByCode":{'))
      if (isIn && !isKnown) throw new Error(`${JSON.stringify(input.typed)} was taken for a code`)
      return outcome
    },
    close () {}
  })
})
