import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { commonHelp, commonOptions, connect, readChoice, readCount, readOnly, type Command } from './command.ts'

const mediaTypes = { csv: 'text/csv', html: 'text/html', json: 'application/json' } as const

export const codes: Command = {
  summary: 'make one-time codes for a room',
  help: `Usage: plenum codes ROOM --count N [--format csv|html|json] [OPTIONS]

Makes one-time codes for one of your rooms and writes them to the standard output. They are shown this once.
The room asks voters for them when its access is "codes".

  --count N      how many, from 1 to 5000
  --format F     csv, html (a page to print, with QR codes) or json (default csv)
${commonHelp}`,

  async run (args, terminal) {
    const { values, positionals } = parseArgs({
      args, allowPositionals: true, options: { ...commonOptions, count: { type: 'string', default: '' }, format: { type: 'string' } }
    })
    const roomId = readOnly(positionals, 'ROOM')
    const count = readCount(values.count, 'count', 5000)
    const format = readChoice(values.format ?? (values.json ? 'json' : 'csv'), 'format', ['csv', 'html', 'json'])
    const { client } = connect(values, terminal)
    const response = await client.rooms.createCodes(roomId, count, mediaTypes[format])
    for await (const chunk of response.body ?? []) {
      if (!terminal.stdout.write(chunk)) await once(terminal.stdout, 'drain')
    }
  }
}
