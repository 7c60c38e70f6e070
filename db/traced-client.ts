import type { Sql, TransactionSql } from 'postgres'

/** Told of what is asked of the database; each answers with what the work does. */
export interface QueryTracer {
  /** @param text with `$1` for each parameter */
  query: <T>(text: string, ask: () => PromiseLike<T>) => Promise<T>
  transaction: <T>(work: () => PromiseLike<T>) => Promise<T>
}

/** The same client, which tells of each transaction and of each query of Drizzle outside one. Without a tracer it is the client itself. */
export function traceQueries (client: Sql, tracer: QueryTracer | undefined): Sql {
  if (tracer === undefined) return client
  const ask = client.unsafe.bind(client)
  const begin = async <T>(work: (tx: TransactionSql) => Promise<T>) => await tracer.transaction(async () => await client.begin(work))
  const unsafe = (...query: Parameters<typeof ask>) => ({
    then: async (...settle: Parameters<Promise<unknown>['then']>) => await tracer.query(query[0], () => ask(...query)).then(...settle),
    values: async () => await tracer.query(query[0], () => ask(...query).values())
  })
  const own = new Map<string | symbol, unknown>([['begin', begin], ['unsafe', unsafe]])
  return new Proxy(client, { get: (target, name) => own.get(name) ?? Reflect.get(target, name) })
}
