// Instant-runoff and Borda against published elections and examples.
import t from 'tap'
import { kinds } from '../../server/polls/kinds/kinds.ts'
import type { Derived } from '../../server/protocol/derived.ts'
import { countBorda, runOff } from '../helpers/recount.ts'

interface Election {
  name: string
  source: string
  /** The candidates by their letters; the first one is option 1. */
  candidates: string
  /** Ballots with the same order of preference, which may leave candidates out. */
  ballots: Record<string, number>
  /** First preferences in each round, and who left after it. */
  rounds: [counts: Record<string, number>, eliminated: string][]
  winner: string | null
  borda?: Record<string, number>
}

const elections: Election[] = [
  {
    name: 'the capital of Tennessee',
    source: 'the example of the articles "Instant-runoff voting" and "Borda count" of Wikipedia: percentages, here as 100 voters',
    candidates: 'MNCK',
    ballots: { MNCK: 42, NCKM: 26, CKNM: 15, KCNM: 17 },
    rounds: [[{ M: 42, N: 26, C: 15, K: 17 }, 'C'], [{ M: 42, N: 26, K: 32 }, 'N'], [{ M: 42, K: 58 }, '']],
    winner: 'K',
    borda: { M: 126, N: 194, C: 173, K: 107 }
  },
  {
    name: 'Burlington, Vermont, 2009, of the three that were left: Montroll, Kiss, Wright',
    source: 'rangevoting.org/Burlington.html; electowiki.org/wiki/2009_Burlington_mayoral_election has the same final round, 4314 to 4064',
    candidates: 'MKW',
    ballots: { MKW: 1332, MWK: 767, M: 455, KMW: 2043, KWM: 371, K: 568, WMK: 1513, WKM: 495, W: 1289 },
    rounds: [[{ M: 2554, K: 2982, W: 3297 }, 'M'], [{ K: 4314, W: 4064 }, '']],
    winner: 'K'
  },
  {
    name: 'Alaska at large, special election of 2022: Peltola, Palin, Begich',
    source: 'Graham-Squire and McCune, "Ranked choice wackiness in Alaska", 2023; the final round is the certified one, 91,266 to 86,026',
    candidates: 'LPB',
    ballots: { L: 23747, LB: 47407, LP: 4645, P: 21272, PB: 34049, PL: 3652, B: 11290, BP: 27053, BL: 15467 },
    rounds: [[{ L: 75799, P: 58973, B: 53810 }, 'B'], [{ L: 91266, P: 86026 }, '']],
    winner: 'L'
  },
  {
    name: 'a last one whose ballots decide',
    source: 'the example of instant_runoff in the documentation of the library pref_voting: Profile([[2, 1, 0], [0, 2, 1], [1, 2, 0]], [1, 2, 2])',
    candidates: 'abc',
    ballots: { cba: 1, acb: 2, bca: 2 },
    rounds: [[{ a: 2, b: 2, c: 1 }, 'c'], [{ a: 2, b: 3 }, '']],
    winner: 'b',
    borda: { a: 4, b: 5, c: 6 }
  },
  {
    name: 'two equal last ones leave together',
    source: 'the rule "if more than one candidate gets the least votes, let all of them go" of irv_method in the library votesys; instant_runoff of pref_voting has the same winner for [[0, 1, 2], [0, 1, 2], [1, 0, 2], [2, 1, 0]]',
    candidates: 'abc',
    ballots: { abc: 2, bac: 1, cba: 1 },
    rounds: [[{ a: 2, b: 1, c: 1 }, 'bc'], [{ a: 4 }, '']],
    winner: 'a',
    borda: { a: 5, b: 5, c: 2 }
  },
  {
    name: 'when all that are left are equal nobody wins',
    source: 'Profile([[1, 2, 0], [2, 1, 0], [0, 1, 2]], [1, 1, 1]), the tie in the documentation of pref_voting, which names all three as winners',
    candidates: 'abc',
    ballots: { bca: 1, cba: 1, abc: 1 },
    rounds: [[{ a: 1, b: 1, c: 1 }, '']],
    winner: null,
    borda: { a: 2, b: 4, c: 3 }
  }
]

for (const { name, source, candidates, ballots, rounds, winner, borda } of elections) {
  t.test(`ranking: ${name}`, async (t) => {
    const idOf = (letter: string) => candidates.indexOf(letter) + 1
    const idsOf = (letters: string) => Array.from(letters, idOf)
    const byId = (byLetter: Record<string, number>) => Object.fromEntries(Object.entries(byLetter).map(([letter, count]) => [idOf(letter), count]))
    const optionIds = idsOf(candidates)
    const definition = { minChoices: 1, maxChoices: optionIds.length, optionIds: new Set(optionIds), settings: {} }
    const buckets = new Map(Object.entries(ballots).map(([letters, count]) => [kinds.ranking.buckets({ choices: idsOf(letters) }).join(), count]))

    const { counts, derived } = kinds.ranking.show(buckets, definition)

    const irv: Derived['irv'] = {
      winner: winner === null ? null : idOf(winner),
      rounds: rounds.map(([counts, eliminated]) => ({ counts: byId(counts), eliminated: idsOf(eliminated) }))
    }
    t.strictSame(derived?.irv, irv, source)
    t.strictSame(counts, irv.rounds[0]?.counts, 'the counts are first preferences')
    if (borda !== undefined) t.strictSame(derived?.borda, byId(borda), `Borda: ${source}`)
    // The recount that the other tests trust has to say the same.
    const slips = Object.entries(ballots).flatMap(([letters, count]) => Array.from({ length: count }, () => idsOf(letters)))
    t.strictSame({ borda: countBorda(optionIds, slips), irv: runOff(optionIds, slips) }, derived, 'and so does the recount')
  })
}
