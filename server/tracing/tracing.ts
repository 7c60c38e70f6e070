export type Attributes = Record<string, string | number>

/** A piece of work that is reported, with when it began and ended. */
export interface TracedSpan {
  /** As log lines name them. */
  readonly ids: { trace_id: string, span_id: string }
  readonly isSampled: boolean
  set: (attributes: Attributes) => void
  /** By a code or a class: a message may repeat what people wrote. */
  fail: (errorType: string) => void
  link: (other: TracedSpan) => void
  end: () => void
  /** What begins in it, now or later, is part of this span while that has not ended. */
  within: <T>(work: () => T) => T
}

export interface SpanOptions {
  kind?: 'internal' | 'server' | 'client'
  attributes?: Attributes
  /** Otherwise the span within which this one begins, if any. */
  parent?: TracedSpan | undefined
  /** Of a request, with its `traceparent`. Ignored within a span. */
  headers?: Record<string, string | string[] | undefined>
  links?: readonly TracedSpan[]
}

export interface Tracing {
  start: (name: string, options: SpanOptions) => TracedSpan
  /** What begins in it is part of no span. */
  apart: <T>(work: () => T) => T
  /** Sends what is left, for two seconds at most. */
  stop: () => Promise<void>
}

export interface TracingOptions {
  /** Where an OTLP collector takes traces over HTTP. */
  url: string
  instanceId: string
  /** Called once while traces cannot be sent, and again only after that went well in between. */
  onTrouble: (sentence: string, reason: string) => void
}
