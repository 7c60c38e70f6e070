import type { Tracing } from './tracing.ts'

const system = { 'db.system.name': 'postgresql' }
const maxTextLength = 2000

/** A span for each query and each transaction, named as OpenTelemetry names those of databases. Values are never in it, nor what the database says of them. */
export function createQuerySpans (tracing: Tracing) {
  async function report<T> (name: string, attributes: Record<string, string>, work: () => PromiseLike<T>): Promise<T> {
    const span = tracing.start(name, { kind: 'client', attributes: { ...system, ...attributes } })
    try {
      return await span.within(work)
    } catch (error) {
      const code = errorCodeOf(error)
      if (isSqlState(code)) span.set({ 'db.response.status_code': code })
      span.fail(code)
      throw error
    } finally {
      span.end()
    }
  }

  return {
    /** @param text with `$1` for each parameter */
    async query<T> (text: string, ask: () => PromiseLike<T>): Promise<T> {
      const operation = /[a-z]+/i.exec(text)?.[0].toUpperCase() ?? 'query'
      return await report(operation, { 'db.operation.name': operation, 'db.query.text': text.slice(0, maxTextLength) }, ask)
    },

    async transaction<T> (work: () => PromiseLike<T>): Promise<T> {
      return await report('transaction', { 'db.operation.name': 'transaction' }, work)
    }
  }
}

function errorCodeOf (error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

function isSqlState (code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code)
}
