import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { commonHelp, commonOptions, connect, readChoice, readOnly, type Command } from './command.ts'

export const exportPoll: Command = {
  summary: 'write results or ballots of a poll to the standard output',
  help: `Usage: plenum export POLL [--format csv|json|ndjson] [--what results|ballots|timeline] [OPTIONS]

Writes an export of one of your polls to the standard output.

  --format F     csv, json or ndjson (default csv)
  --what W       results, ballots or timeline (default results)
${commonHelp}`,

  async run (args, terminal) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...commonOptions, format: { type: 'string' }, what: { type: 'string', default: 'results' } }
    })
    const pollId = readOnly(positionals, 'POLL')
    const format = readChoice(values.format ?? (values.json ? 'json' : 'csv'), 'format', ['csv', 'json', 'ndjson'])
    const what = readChoice(values.what, 'what', ['results', 'ballots', 'timeline'])
    const { client } = connect(values, terminal)
    const response = await client.polls.export(pollId, { format, what })
    for await (const chunk of response.body ?? []) {
      if (!terminal.stdout.write(chunk)) await once(terminal.stdout, 'drain')
    }
  }
}
