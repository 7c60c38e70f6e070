import { parseArgs } from 'node:util'
import { commonHelp, commonOptions, connect, print, readOnly, type Command } from './command.ts'

function lifecycleCommand (name: 'open' | 'close', summary: string): Command {
  return {
    summary,
    help: `Usage: plenum ${name} POLL [OPTIONS]

Will ${summary}. In that state already it is left as it is.

${commonHelp}`,

    async run (args, terminal) {
      const { values, positionals } = parseArgs({ args, allowPositionals: true, options: commonOptions })
      const pollId = readOnly(positionals, 'POLL')
      const { client } = connect(values, terminal)
      const poll = await client.polls[name](pollId)
      print(terminal, values.json ? JSON.stringify(poll) : `${poll.status}  ${poll.question}`)
    }
  }
}

export const open = lifecycleCommand('open', 'open a poll, or open it again')
export const close = lifecycleCommand('close', 'close a poll: its results become final')
