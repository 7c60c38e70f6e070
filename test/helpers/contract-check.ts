// Every answer of the API that a test reads is held against the OpenAPI document of that server.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

interface Response { headers?: object, content?: Record<string, object> }
interface OpenApi { paths: Record<string, Record<string, { responses: Record<string, Response> }>> }
type Check = (method: string, path: string, answered: { status: number, headers: Headers, body: unknown }) => void

const checks = new Map<string, Promise<Check>>()
/** Servers of one test file mostly have the same document, and its schemas take seconds to compile. */
const checksByDocument = new Map<string, Check>()
const escapePointer = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** Throws where the answer is not one that the document of the server at `url` describes. */
export async function checkAnswer (url: string, method: string, path: string, answered: { status: number, headers: Headers, body: unknown }): Promise<void> {
  // What browsers ask before a request of another origin is no operation.
  if (method === 'OPTIONS') return
  let check = checks.get(url)
  if (check === undefined) {
    check = readContract(url)
    checks.set(url, check)
    // A server that a test has killed meanwhile may come back.
    check.catch(() => { checks.delete(url) })
  }
  await check.then((check) => { check(method, path, answered) })
}

async function readContract (url: string): Promise<Check> {
  const text = await (await fetch(`${url}/api/openapi.json`)).text()
  const check = checksByDocument.get(text) ?? compileContract(JSON.parse(text))
  checksByDocument.set(text, check)
  return check
}

function compileContract (document: OpenApi): Check {
  // Each schema validates a few answers only: making its code shorter takes longer than running it.
  const ajv = new Ajv2020({ strict: false, validateSchema: false, code: { optimize: false } })
  addFormats.default(ajv)
  ajv.addSchema(document, 'openapi')
  const operations = Object.entries(document.paths).flatMap(([path, operations]) => Object.entries(operations).map(([method, { responses }]) => ({
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/?]+')}/?(\\?.*)?$`),
    responses,
    pointer: `openapi#/paths/${escapePointer(path)}/${method}/responses`
  })))

  return (method, path, { status, headers, body }) => {
    const fail = (why: string): never => { throw new Error(`${method} ${path} was answered ${status}, which the OpenAPI document does not describe: ${why}`) }
    const validate = (pointer: string) => {
      const validator: ValidateFunction | undefined = ajv.getSchema(pointer)
      if (validator === undefined) return fail(`there is no schema at ${pointer}`)
      if (!validator(body)) fail(`${ajv.errorsText(validator.errors, { dataVar: 'body' })} in ${JSON.stringify(body)}`)
    }
    const type = headers.get('content-type')?.split(';')[0] ?? ''
    const operation = operations.find((one) => one.method === method && one.pattern.test(path))
    if (operation === undefined) {
      // No such path, or not with this method: only a refusal can be right.
      if (status < 400) fail('there is no such operation')
      return validate('openapi#/components/schemas/Problem')
    }
    const key = String(status) in operation.responses ? String(status) : 'default'
    const response = operation.responses[key] ?? fail('there is no such status')
    for (const name of Object.keys(response.headers ?? {})) if (!headers.has(name)) fail(`the header ${name} is missing`)
    if (response.content === undefined) return body === '' ? undefined : fail('there is no body')
    if (!(type in response.content)) fail(`there is no ${type || 'answer without a type'}`)
    validate(`${operation.pointer}/${key}/content/${escapePointer(type)}/schema`)
  }
}
