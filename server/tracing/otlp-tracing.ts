import { AsyncLocalStorage } from 'node:async_hooks'
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Context, type Span } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-node'
import { readTraceparent } from './traceparent.ts'
import type { Attributes, SpanOptions, TracedSpan, Tracing, TracingOptions } from './tracing.ts'

const stopLimitMs = 2000
const maxLinks = 128
const kinds = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT }

/**
 * Sends spans to an OTLP collector, in batches from a queue with a bound: what the collector does not take in time is lost, and nobody waits for
 * it. The SDK reads the standard OTEL_* variables itself. Nothing is registered globally, so that each instance in a process has its own.
 */
export function createOtlpTracing ({ url, instanceId, onTrouble }: TracingOptions): Tracing {
  const provider = new BasicTracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': 'plenum', 'service.instance.id': instanceId })).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(tellTrouble(new OTLPTraceExporter({ url }), onTrouble))]
  })
  const tracer = provider.getTracer('plenum')
  const current = new AsyncLocalStorage<OtlpSpan | undefined>()

  /** Timers and connections keep what they began in for long: a span that has ended has no more parts. */
  function currentContext (): Context | undefined {
    const span = current.getStore()
    return span === undefined || span.hasEnded ? undefined : span.context
  }

  function parentOf ({ parent, headers }: SpanOptions): Context {
    if (parent instanceof OtlpSpan) return parent.context
    return currentContext() ?? (headers && readTraceparent(headers)) ?? ROOT_CONTEXT
  }

  return {
    start (name, options) {
      const parent = parentOf(options)
      const span = new OtlpSpan(tracer.startSpan(name, { kind: kinds[options.kind ?? 'internal'], attributes: options.attributes ?? {} }, parent), parent, current)
      for (const other of options.links?.slice(0, maxLinks) ?? []) span.link(other)
      return span
    },

    apart: (work) => current.run(undefined, work),

    async stop () {
      let timer: NodeJS.Timeout | undefined
      const limit = new Promise<void>((resolve) => { timer = setTimeout(resolve, stopLimitMs) })
      await Promise.race([provider.shutdown().catch(() => {}), limit])
      clearTimeout(timer)
    }
  }
}

class OtlpSpan implements TracedSpan {
  readonly context: Context
  hasEnded = false
  readonly #span: Span
  readonly #current: AsyncLocalStorage<OtlpSpan | undefined>

  constructor (span: Span, parent: Context, current: AsyncLocalStorage<OtlpSpan | undefined>) {
    this.context = trace.setSpan(parent, span)
    this.#span = span
    this.#current = current
  }

  get ids () {
    const { traceId, spanId } = this.#span.spanContext()
    return { trace_id: traceId, span_id: spanId }
  }

  get isSampled () { return (this.#span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0 }

  set (attributes: Attributes): void {
    this.#span.setAttributes(attributes)
  }

  fail (errorType: string): void {
    this.#span.setAttribute('error.type', errorType)
    this.#span.setStatus({ code: SpanStatusCode.ERROR })
  }

  link (other: TracedSpan): void {
    if (other instanceof OtlpSpan) this.#span.addLink({ context: other.#span.spanContext() })
  }

  end (): void {
    this.hasEnded = true
    this.#span.end()
  }

  within<T> (work: () => T): T {
    return this.#current.run(this, work)
  }
}

/** Says once that traces cannot be sent, not for each batch. */
function tellTrouble (exporter: SpanExporter, onTrouble: TracingOptions['onTrouble']): SpanExporter {
  let isTold = false
  return {
    export (spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error
        // By its message alone: the error holds all that the collector answered.
        if (failed !== undefined && !isTold) onTrouble('traces cannot be sent; nothing waits for them, and they are lost', failed.message)
        isTold = failed !== undefined
        done(result)
      })
    },
    shutdown: async () => { await exporter.shutdown() }
  }
}
