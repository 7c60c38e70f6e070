import { parseArgs } from 'node:util'
import { Compile } from 'typebox/compile'
import { NewPoll, PollKind } from '../../server/protocol/poll.ts'
import { commonHelp, commonOptions, connect, print, readChoice, readOnly, UsageError, type Command, type Terminal } from './command.ts'

const maxInputBytes = 64 * 1024
const newPoll = Compile(NewPoll)
const kinds = PollKind.anyOf.map(({ const: kind }) => kind)
const hasOptions: Record<PollKind, boolean> = { single: true, multiple: true, rating: false, ranking: true, number: false, text: false, words: false }

async function readInput ({ stdin }: Terminal): Promise<NewPoll> {
  let text = ''
  for await (const chunk of stdin) {
    text += chunk.toString()
    if (text.length > maxInputBytes) throw new UsageError('The poll on the standard input is larger than 64 kB.')
  }
  const poll = parseJson(text)
  if (newPoll.Check(poll)) return poll
  const [error] = newPoll.Errors(poll)
  throw new UsageError(`The poll on the standard input is not valid: ${error?.instancePath || 'it'} ${error?.message ?? 'does not fit'}.`)
}

function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError('The standard input is not JSON.')
  }
}

export const create: Command = {
  summary: 'create a poll',
  help: `Usage: plenum create QUESTION [--option LABEL --option LABEL...] [OPTIONS]
       plenum create - [OPTIONS] < poll.json

Creates a poll, in a new room unless one is named, and prints its id, the code of the room and the address for phones.
With - the poll is read as JSON, with the fields of POST /api/v1/polls.

  --option LABEL  one option; twice or more for single, multiple and ranking
  --kind KIND     ${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)} (default single)
  --revote R      locked, change or withdraw (default locked)
  --results V     who sees results: live, after_vote, after_close or hosts (default live)
  --room ID       a room of your own
  --open          open it and put it on the room's screens
${commonHelp}`,

  async run (args, terminal) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...commonOptions,
        option: { type: 'string', multiple: true },
        kind: { type: 'string' },
        revote: { type: 'string' },
        results: { type: 'string' },
        room: { type: 'string' },
        open: { type: 'boolean', default: false }
      }
    })
    const question = readOnly(positionals, 'QUESTION')
    const { client, url } = connect(values, terminal)
    const { option: labels = [], kind: kindName, revote, results, room: roomId } = values
    if (question === '-' && [labels[0], kindName, revote, results].some((value) => value !== undefined)) {
      throw new UsageError('With - the whole poll comes from the standard input.')
    }
    const kind = readChoice(kindName ?? 'single', 'kind', kinds)
    if (question !== '-' && labels.length < 2 && hasOptions[kind]) throw new UsageError('Give at least two options: --option Yes --option No.')
    const draft: NewPoll = question === '-'
      ? await readInput(terminal)
      : {
          kind,
          question,
          options: labels.map((label) => ({ label })),
          ...(revote === undefined ? {} : { revote: readChoice(revote, 'revote', ['locked', 'change', 'withdraw']) }),
          ...(results === undefined ? {} : { resultsVisibility: readChoice(results, 'results', ['live', 'after_vote', 'after_close', 'hosts']) })
        }
    const created = await client.polls.create({ ...draft, ...(roomId === undefined ? {} : { roomId }) })
    const poll = values.open ? await client.polls.open(created.id) : created
    const room = values.open ? await client.rooms.setStage(poll.roomId, poll.id) : await client.rooms.read(poll.roomId)
    const address = `${url}/j/${room.code}`
    if (values.json) return print(terminal, JSON.stringify({ poll, code: room.code, address }))
    print(terminal, [`poll     ${poll.id}`, `status   ${poll.status}`, `code     ${room.code}`, `address  ${address}`].join('\n'))
  }
}
