import { isObject } from '../protocol/common.ts'
import { nameSchemas } from '../protocol/named-schemas.ts'
import { Problem } from '../protocol/problem.ts'

const describedByDefault = 'Default Response'
const meaning: Record<string, string> = { 101: 'The feed as a WebSocket', 200: 'Done', 201: 'Created', 204: 'Done' }

/** What follows from what the routes say, and so need not be said in each: schemas by name, conditional requests, any other problem. */
export function completeDocument (document: { paths?: object, components?: object }): void {
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const operation of Object.values(operations)) {
      if (isObject(operation)) completeOperation(operation, path.startsWith('/api/v1/'))
    }
  }
  Object.assign(document, nameSchemas(document))
}

function completeOperation (operation: Record<string, unknown>, isOfApi: boolean): void {
  const { responses } = operation
  if (!isObject(responses)) return
  for (const [status, response] of Object.entries(responses)) {
    if (isObject(response) && response.description === describedByDefault) response.description = meaning[status] ?? 'Done'
  }
  if (!isOfApi) return
  const parameters = Array.isArray(operation.parameters) ? operation.parameters : []
  if ('304' in responses) parameters.push(headerParameter('If-None-Match', false, 'The ETag that the caller has'))
  if ('428' in responses) parameters.push(headerParameter('If-Match', true, 'The ETag of what is changed, or *'))
  if (parameters.length > 0) operation.parameters = parameters
  responses.default ??= { description: 'Any other problem', content: { 'application/problem+json': { schema: Problem } } }
}

function headerParameter (name: string, required: boolean, description: string): object {
  return { in: 'header', name, required, description, schema: { type: 'string' } }
}
