// What the benchmark asks of its load processes; each call is one message there and one back.
import type { ConnectReport, ConnectRequest, WatchReport } from './generator/audience.ts'
import type { HttpReport, HttpRequest } from './generator/http-load.ts'
import type { FastRequest, VoteReport, VoteRequest } from './generator/voting.ts'

export interface LoadCalls {
  connect: { request: ConnectRequest, reply: ConnectReport }
  voteAtRate: { request: VoteRequest, reply: VoteReport }
  voteFast: { request: FastRequest, reply: VoteReport }
  startWatch: { request: null, reply: null }
  readWatch: { request: null, reply: WatchReport }
  /** Null drops all sockets. */
  drop: { request: { count: number | null }, reply: null }
  http: { request: HttpRequest, reply: HttpReport }
}

export type LoadCall = keyof LoadCalls
export type LoadMessage = { [C in LoadCall]: { id: number, call: C, request: LoadCalls[C]['request'] } }[LoadCall]
export type LoadAnswer = { id: number, reply: unknown } | { id: number, error: string }
export type LoadHandlers = { [C in LoadCall]: (request: LoadCalls[C]['request']) => Promise<LoadCalls[C]['reply']> }
