import { parseArgs } from 'node:util'
import { createHttpClient } from '../../server/client/http-client.ts'
import { readAnswer } from './answer.ts'
import { commonHelp, commonOptions, connect, print, UsageError, type Command } from './command.ts'

export const vote: Command = {
  summary: 'vote on a poll',
  help: `Usage: plenum vote POLL CHOICE... [OPTIONS]

Votes as a new voter and prints the receipt with the voter's token, or as the voter of --voter. A CHOICE is the id of an
option or its label; of a ranking the best comes first. Of a rating or a number it is the number (a negative one after --), of other polls the words.

  --voter TOKEN  the token of a voter, to change a vote or to send it again
${commonHelp}`,

  async run (args, terminal) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { ...commonOptions, voter: { type: 'string' } } })
    const [pollId, choice, ...more] = positionals
    if (pollId === undefined || choice === undefined) throw new UsageError('POLL and at least one CHOICE are needed.')
    const { url, client } = connect(values, terminal)
    // As anybody: a voter needs no host's token.
    const anyone = createHttpClient({ baseUrl: url })
    const poll = await (values.token === undefined ? anyone : client).polls.read(pollId)
    const answer = readAnswer(poll, [choice, ...more])
    const voterToken = values.voter ?? (await anyone.voters.create()).voterToken
    const receipt = await createHttpClient({ baseUrl: url, token: voterToken }).votes.cast(pollId, answer)
    if (values.json) return print(terminal, JSON.stringify({ receipt, voterToken }))
    print(terminal, `${receipt.status}${receipt.version === undefined ? '' : ` at version ${receipt.version}`}`)
    if (values.voter === undefined) print(terminal, `voter    ${voterToken}`)
  }
}
