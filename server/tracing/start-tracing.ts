import type { Tracing, TracingOptions } from './tracing.ts'

/** Undefined without a `url`: the SDK of OpenTelemetry is not even loaded then. */
export async function startTracing ({ url, ...options }: Omit<TracingOptions, 'url'> & { url: string | undefined }): Promise<Tracing | undefined> {
  if (url === undefined) return undefined
  const { createOtlpTracing } = await import('./otlp-tracing.ts')
  return createOtlpTracing({ url, ...options })
}
