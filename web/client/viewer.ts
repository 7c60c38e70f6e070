import { createContext } from 'preact'
import { createHttpClient, type HttpClient } from '../../server/client/http-client.ts'
import type { Connection } from './connection.ts'

/** Calls over HTTP as whoever looks at the page. */
export const Viewer = createContext<HttpClient>(createViewer())

export function createViewer (connection?: Pick<Connection, 'readToken'>): HttpClient {
  return createHttpClient({ baseUrl: location.origin, token: () => connection?.readToken() })
}
