import { Type, type Static } from 'typebox'
import { Closed, Id } from './common.ts'

const People = (description: string) => Type.Integer({ minimum: 0, description })

/** How many people there are and what they did, each number by its own name. */
export const Participation = Closed({
  pollId: Id,
  round: Type.Integer({ minimum: 1 }),
  version: Type.Integer({ minimum: 1, description: 'Of the results that voted and selections belong to' }),
  connected: People('Connections of the audience to the room now'),
  joined: People('Voters who have ever joined the room, up to a second ago'),
  voted: People('Voters whose ballot counts: the denominator of every percentage'),
  abstained: People('Voters who have joined the room and have no ballot that counts in this round'),
  selections: People('Options or words chosen in all ballots that count; above voted where a ballot may have several')
}, { examples: [{ pollId: '01890a5d-ac96-774b-bcce-b302099a8057', round: 1, version: 17, connected: 130, joined: 150, voted: 123, abstained: 27, selections: 123 }] })
export type Participation = Static<typeof Participation>
