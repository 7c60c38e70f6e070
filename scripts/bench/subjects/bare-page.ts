// The limit of W10: a page of nothing but a script of one kilobyte, which shows a form.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'

const page = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Vote</title><script type="module" src="/form.js"></script></head><body></body></html>'
const form = `const form = document.createElement('form')
for (const label of ['A', 'B', 'C', 'D']) {
  const option = document.createElement('label')
  const radio = document.createElement('input')
  radio.type = 'radio'
  radio.name = 'choice'
  option.append(radio, label)
  form.append(option)
}
document.body.append(form)
`
// What is random does not shrink: a kilobyte goes over the line.
const script = gzipSync(`${form}// ${randomBytes(570).toString('base64')}`)

export async function run (): Promise<number> {
  const server = createServer(({ url }, response) => {
    const isScript = url === '/form.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html', ...(isScript ? { 'content-encoding': 'gzip' } : {}) })
    response.end(isScript ? script : page)
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}
