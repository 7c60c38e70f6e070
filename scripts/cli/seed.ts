import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createHttpClient } from '../../server/client/http-client.ts'
import { connectSocketClient } from '../../server/client/socket-client.ts'
import { CommandError, commonHelp, commonOptions, connect, explain, print, readCount, readOnly, type Command } from './command.ts'
import { chooseAnswer } from './random-answer.ts'

export const seed: Command = {
  summary: 'let new voters vote at random, for trying things out',
  help: `Usage: plenum seed POLL [--voters N] [--seconds S] [OPTIONS]

N new voters connect, each with a socket of its own, and vote at random on an open poll within S seconds. These are real votes.

  --voters N     how many, 1 to 5000 (default 200)
  --seconds S    over how long, 1 to 3600 (default 10)
${commonHelp}`,

  async run (args, terminal) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...commonOptions, voters: { type: 'string', default: '200' }, seconds: { type: 'string', default: '10' } }
    })
    const pollId = readOnly(positionals, 'POLL')
    const voters = readCount(values.voters, 'voters', 5000)
    const seconds = readCount(values.seconds, 'seconds', 3600)
    const { url, token } = connect(values, terminal)
    const poll = await createHttpClient({ baseUrl: url, token }).polls.read(pollId)
    if (poll.status !== 'open') throw new CommandError(`The poll is ${poll.status}; plenum open ${poll.id} opens it.`)

    const { signal } = terminal
    setMaxListeners(voters + 1, signal)
    let voted = 0
    let firstFailure: unknown
    const visit = async (at: number) => {
      await delay((at + Math.random()) * seconds * 1000 / voters, undefined, { signal })
      const socket = await connectSocketClient({ baseUrl: url })
      try {
        await socket.call('vote:cast', { pollId: poll.id, answer: chooseAnswer(poll) })
        voted += 1
      } finally {
        socket.close()
      }
    }
    await Promise.all(Array.from({ length: voters }, async (_, at) => {
      await visit(at).catch((error: unknown) => { firstFailure ??= error })
    }))
    const failed = voters - voted
    print(terminal, values.json ? JSON.stringify({ voted, failed }) : `${voted} voted${failed === 0 ? '' : `, ${failed} did not`}`)
    if (failed > 0) throw new CommandError(signal.aborted ? 'It was ended before all had voted.' : `The first of those that failed: ${explain(firstFailure)}`)
  }
}
