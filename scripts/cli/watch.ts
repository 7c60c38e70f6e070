import { parseArgs } from 'node:util'
import { followPoll } from '../../server/client/feed-client.ts'
import type { HttpClient } from '../../server/client/http-client.ts'
import type { Poll, Results } from '../../server/protocol/poll.ts'
import { PlenumError } from '../../server/protocol/problem.ts'
import { drawBars } from './bars.ts'
import { countedRows } from './counted-rows.ts'
import { commonHelp, commonOptions, connect, explain, print, readOnly, type Command, type Terminal } from './command.ts'

/** Draws over what it drew before, where the terminal can. */
function createScreen ({ stdout, environment }: Terminal) {
  let drawnLines = 0
  const hasColor = stdout.isTTY === true && !environment.NO_COLOR
  return {
    show (poll: Poll, results: Results | undefined): void {
      const lines = drawBars(poll, results, { columns: stdout.columns ?? 80, hasColor })
      const up = drawnLines === 0 ? '' : `\u001b[${drawnLines}A\u001b[0J`
      stdout.write(`${up}${lines.join('\n')}\n`)
      drawnLines = lines.length
    }
  }
}

function toLine (poll: Poll, results: Results | undefined): string {
  if (results === undefined) return `${poll.status}: the results are hidden`
  const counts = countedRows(poll, results).map(({ label, count }) => `${label} ${count}`).join(', ')
  return `${results.final ? 'final' : results.status}, version ${results.version}, ${results.voters} voters: ${counts}`
}

/** Then the feed will never send final ones, and there is nothing to wait for. */
async function areHidden ({ polls }: HttpClient, pollId: string): Promise<boolean> {
  try {
    await polls.results(pollId)
    return false
  } catch (error) {
    return error instanceof PlenumError && error.code === 'results_hidden'
  }
}

export const watch: Command = {
  summary: 'watch the results of a poll until they are final',
  help: `Usage: plenum watch POLL [OPTIONS]

Shows the results as they come, and ends when they are final or the poll is archived. It connects again by itself. In a terminal bars move;
elsewhere each change is one line. With --json each message of the feed is one line: {"type": "poll" or "results", "data": ...}.
Results that only hosts may see need a host's --token. NO_COLOR switches colours off.

${commonHelp}`,

  async run (args, terminal) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: commonOptions })
    const pollId = readOnly(positionals, 'POLL')
    const { url, token, client } = connect(values, terminal)
    const screen = terminal.stdout.isTTY === true && !values.json ? createScreen(terminal) : undefined
    let poll: Poll | undefined
    let results: Results | undefined
    const onLost = (error: Error) => { if (screen === undefined) terminal.stderr.write(`${explain(error)}; trying again\n`) }

    for await (const message of followPoll({ baseUrl: url, token, pollId, signal: terminal.signal, onLost })) {
      // After a new connection the current state comes again.
      if (message.type === 'poll' ? message.data.revision <= (poll?.revision ?? 0) : message.data.version <= (results?.version ?? 0)) continue
      if (message.type === 'poll') poll = message.data
      else results = message.data
      if (values.json) print(terminal, JSON.stringify(message))
      if (!values.json && poll !== undefined) {
        const shown = results?.round === poll.round ? results : undefined
        if (screen !== undefined) screen.show(poll, shown)
        else if (message.type === 'results') print(terminal, toLine(poll, results))
      }
      if (results?.final === true || poll?.status === 'archived') return
      if (message.type === 'poll' && message.data.status === 'closed' && await areHidden(client, pollId)) {
        if (screen === undefined && !values.json) print(terminal, toLine(message.data, undefined))
        return
      }
    }
  }
}
