// GraphQL as its clients speak it.
import type { FormattedExecutionResult } from 'graphql'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Results } from '../../server/protocol/poll.ts'
import { waitUntil } from './child-process.ts'
import { request, type Answered } from './clients.ts'
import type { Owner } from './owner.ts'

export interface GraphqlAnswer {
  data?: Record<string, unknown> | null
  errors?: { message: string, path?: string[], extensions: { code: string, status: number, requestId: string, errors?: object[] } }[]
}

export async function postGraphql (
  url: string, query: string, { token, variables, headers }: { token?: string, variables?: object, headers?: Record<string, string> } = {}
): Promise<Answered<GraphqlAnswer>> {
  return await request<GraphqlAnswer>(url, 'POST', '/graphql', { token, headers: headers ?? {}, body: variables === undefined ? { query } : { query, variables } })
}

export const resultsFields = 'pollId round version status final voters counts at'

/** A subscription over graphql-ws that keeps all that it gets; closed at teardown. */
export async function subscribeResults (
  t: Owner, url: string, pollId: string, { authorization, headers = {} }: { authorization?: string, headers?: Record<string, string> } = {}
) {
  const frames: Results[] = []
  const errors: NonNullable<GraphqlAnswer['errors']> = []
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: class extends WebSocket {
      constructor (address: string, protocol: string) { super(address, protocol, { headers }) }
    },
    connectionParams: authorization === undefined ? {} : { authorization },
    retryAttempts: 0
  })
  t.teardown(async () => { await client.dispose() })
  const connected = new Promise<void>((resolve) => { client.on('connected', () => { resolve() }) })
  const closed = new Promise<number>((resolve) => {
    client.on('closed', (event) => { resolve(typeof event === 'object' && event !== null && 'code' in event ? Number(event.code) : 0) })
  })
  const completed = new Promise<void>((resolve) => {
    client.subscribe<{ results: Results }>({ query: `subscription ($id: ID!) { results(pollId: $id) { ${resultsFields} } }`, variables: { id: pollId } }, {
      next (result: FormattedExecutionResult<{ results: Results }, unknown>) {
        if (result.data?.results !== undefined) frames.push(result.data.results)
      },
      error (error) {
        if (Array.isArray(error)) errors.push(...error)
        resolve()
      },
      complete: resolve
    })
  })
  return {
    frames,
    errors,
    connected,
    /** Resolves with the close code. */
    closed,
    /** Resolves when the subscription has ended, in whatever way. */
    completed,
    async resultsWhere (fits: (results: Results) => boolean): Promise<Results> {
      await waitUntil(async () => frames.some(fits), 15_000, () => `the subscription did not say it: ${JSON.stringify(frames.at(-1))}`)
      return frames.find(fits) as Results
    }
  }
}
