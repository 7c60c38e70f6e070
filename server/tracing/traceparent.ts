import { createTraceState, isSpanContextValid, ROOT_CONTEXT, trace, type Context } from '@opentelemetry/api'

// Of later versions only what version 00 has is read, as W3C Trace Context asks.
const pattern = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** The span of somebody else that this request is part of. Undefined without one that is well-formed. */
export function readTraceparent ({ traceparent, tracestate }: Record<string, string | string[] | undefined>): Context | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] = pattern.exec(String(traceparent)) ?? []
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
  if (!isSpanContextValid(spanContext) || (version === '00' && more !== undefined)) return undefined
  const state = typeof tracestate === 'string' ? { traceState: createTraceState(tracestate) } : {}
  return trace.setSpanContext(ROOT_CONTEXT, { ...spanContext, ...state })
}
