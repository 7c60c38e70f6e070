import { PlenumError } from '../protocol/problem.ts'
import type { TracedSpan, Tracing } from '../tracing/tracing.ts'
import { createWaitingCast, type BallotBox, type Cast, type Settle, type StoreBatch } from './ballot-box.ts'

/** The way back from a vote that waits to its span. */
interface TracedSettle extends Settle { span: TracedSpan }

/**
 * A span for each vote, from its arrival to its acknowledgement, and one for each batch: part of the first of its votes that is sampled,
 * linked with the others. An answer or a voter is in none of them.
 */
export function createVoteSpans (tracing: Tracing) {
  const storeBatch: StoreBatch = async (pollId, batch, store) => {
    const votes = batch.flatMap(({ settle }) => isTraced(settle) ? settle.span : [])
    const sampled = votes.filter(({ isSampled }) => isSampled)
    const span = tracing.start('vote batch', {
      parent: sampled[0] ?? votes[0], links: sampled, attributes: { 'plenum.poll.id': pollId, 'plenum.vote.batch_size': batch.length }
    })
    for (const vote of sampled) vote.link(span)
    try {
      return await span.within(store)
    } catch (error) {
      span.fail(error instanceof Error ? error.name : 'unknown')
      throw error
    } finally {
      span.end()
    }
  }

  return {
    storeBatch,

    /** The same ballot box, which tells of its votes. */
    follow (ballotBox: BallotBox): BallotBox {
      const cast: Cast = (request, settle) => {
        const span = tracing.start('vote', { attributes: { 'plenum.poll.id': request.pollId } })
        const settleAndEnd: TracedSettle = Object.assign((outcome: Parameters<Settle>[0]) => {
          settle(outcome)
          span.set({ 'plenum.vote.outcome': outcome instanceof PlenumError ? outcome.code : outcome.status })
          if (outcome instanceof PlenumError && outcome.status >= 500) span.fail(outcome.code)
          span.end()
        }, { span })
        // What the vote starts goes on for other votes.
        tracing.apart(() => { ballotBox.cast(request, settleAndEnd) })
      }
      return { ...ballotBox, cast, castAndWait: createWaitingCast(cast) }
    }
  }
}

function isTraced (settle: Settle): settle is TracedSettle {
  return 'span' in settle
}
