import { createServer } from 'node:net'
import t, { type Test } from 'tap'
import { findUrlFault, isPublicAddress } from '../../server/webhooks/address-check.ts'
import { createSender, type SenderOptions } from '../../server/webhooks/sender.ts'
import { createSecret } from '../../server/webhooks/signature.ts'
import { startReceiver, verify } from '../helpers/webhook-receiver.ts'

const never = new AbortController().signal
const secret = createSecret()
const body = '{"type":"poll.opened","text":"\u00fc"}'
const message = { id: '01890000-0000-7000-8000-000000000000', body, secret }
const send = async (url: string, options: Partial<SenderOptions> = {}) => await createSender({ allowPrivate: false, ...options }).send(url, message, never)

/** A resolver that gives one answer after the other, and counts the questions. */
function resolveTo (...answers: string[][]) {
  let asked = 0
  return {
    asked: () => asked,
    resolve: async () => (answers[asked++] ?? answers.at(-1) ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
}

/** An https address of a receiver that would notice any attempt. */
async function startTarget (t: Test, host: string) {
  const receiver = await startReceiver(t)
  return { ...receiver, secureUrl: `https://${host}:${receiver.port}/hook` }
}

t.test('an address counts as public only if it is one of the internet, in whatever form it comes', async (t) => {
  for (const address of ['1.1.1.1', '93.184.215.14', '2606:4700:4700::1111', '::ffff:1.1.1.1', '64:ff9b::101:101', '2002:101:101::1']) {
    t.ok(isPublicAddress(address), address)
  }
  for (const address of [
    '0.0.0.0', '127.0.0.1', '127.8.8.8', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '192.0.0.1',
    '192.0.2.1', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:10.0.0.1',
    '::ffff:0:127.0.0.1', '64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::101:101', '2002:7f00:1::1', '2002:c0a8:101::', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'fc00::1',
    'fd00:ec2::254', 'ff02::1', '2001:db8::1', '2001::1', '100::1', 'example.org', '', '1.1.1'
  ]) t.notOk(isPublicAddress(address), address)
})

t.test('an address that cannot be meant is refused with a reason', async (t) => {
  const fault = (url: string, allowPrivate = false) => findUrlFault(url, { allowPrivate })
  t.equal(fault('https://example.org/hook?x=1'), undefined)
  t.equal(fault('https://1.1.1.1/'), undefined)
  for (const host of ['127.0.0.1', '2130706433', '0x7f000001', '0177.0.0.1', '127.1', '169.254.169.254', '10.1', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', '127.0.0.1.']) {
    t.equal(fault(`https://${host}/`), 'must be a public address', host)
  }
  t.equal(fault('http://example.org/'), 'must begin with https://')
  t.match(fault('https://user@example.org/'), /no user name/)
  t.match(fault('https://:secret@example.org/', true), /no password/)
  for (const url of ['https://', 'https://exa<mple', 'ftp://example.org/', 'https://example.org:99999/']) t.match(fault(url, true), /must be an address/, url)
  for (const url of ['https://exa mple.org/', 'https://example.org/\n', 'https://example.org/\u0000']) t.match(fault(url, true), /no spaces/, JSON.stringify(url))
  t.equal(fault('http://127.0.0.1:8080/', true), undefined, 'the switch lets plain http and private addresses through')
})

t.test('nothing is sent to a private address, as it is or behind a name', async (t) => {
  const target = await startTarget(t, '127.0.0.1')
  const { port } = target
  for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]']) {
    t.match(await send(`https://${host}:${port}/`), { type: 'refused', reason: /not public/ }, host)
  }
  t.match(await send(`http://hooks.example.org:${port}/`), { type: 'refused', reason: /https/ }, 'plain http')
  t.match(await send(`https://localhost:${port}/`), { type: 'refused', reason: /not public/ }, 'a name, by the resolver of the system')
  for (const addresses of [['127.0.0.1'], ['::1'], ['1.1.1.1', '127.0.0.1'], ['::ffff:127.0.0.1'], ['169.254.169.254']]) {
    t.match(await send(`https://hooks.example.org:${port}/`, resolveTo(addresses)), { type: 'refused', reason: /not public/ }, `a name for ${addresses.join(' and ')}`)
  }
  t.equal(target.connections(), 0)
})

t.test('a name that was public a moment ago is refused when it leads home, as what is checked is what is connected to', async (t) => {
  const target = await startTarget(t, 'hooks.example.org')
  const names = resolveTo(['93.184.215.14'], ['127.0.0.1'])
  t.ok((await names.resolve()).every(({ address }) => isPublicAddress(address)), 'whoever looked before saw a public address')
  t.match(await send(target.secureUrl, names), { type: 'refused', reason: /not public/ })
  t.equal(names.asked(), 2, 'it is asked once for a connection')
  t.equal(target.connections(), 0)
})

t.test('a message is signed so that the library of Standard Webhooks verifies it', async (t) => {
  const receiver = await startReceiver(t)
  const names = resolveTo(['127.0.0.1'])
  const url = receiver.url.replace('127.0.0.1', 'hooks.example.org')
  t.same(await send(url, { allowPrivate: true, resolve: names.resolve }), { type: 'answered', status: 204 })
  t.equal(names.asked(), 1)
  const [received] = receiver.messages
  if (received === undefined) throw new Error('nothing came')
  t.match(secret, /^whsec_[A-Za-z0-9+/]{32}$/)
  t.same(verify(secret, received), JSON.parse(body))
  t.throws(() => verify(createSecret(), received))
  t.throws(() => verify(secret, { ...received, body: `${body} ` }))
  t.equal(received.headers['webhook-id'], message.id)
})

t.test('no receiver holds a sender for longer than its time', async (t) => {
  const open = { allowPrivate: true, timeoutMs: 200 }
  const silent = await startReceiver(t, () => undefined)
  t.same(await send(silent.url, open), { type: 'unreachable', reason: 'There was no answer within 0.2 s.' })

  const flood = await startReceiver(t, (_message, reply) => {
    reply.writeHead(200)
    const pour = () => { while (!reply.destroyed && reply.write('x'.repeat(10_000))); }
    reply.on('drain', pour)
    pour()
    return undefined
  })
  t.same(await send(flood.url, { allowPrivate: true }), { type: 'answered', status: 200 }, 'an endless body is cut')

  const raw = createServer((socket) => { socket.on('error', () => {}).end('no http at all\r\n\r\n') })
  await new Promise<void>((resolve) => { raw.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { raw.close() })
  const address = raw.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  t.match(await send(`http://127.0.0.1:${port}/`, open), { type: 'unreachable', reason: /^The connection failed: HPE_/ })

  const stopping = new AbortController()
  const sending = createSender({ allowPrivate: true }).send(silent.url, message, stopping.signal)
  await silent.until((_taken, all) => all.length === 2)
  stopping.abort()
  t.same(await sending, { type: 'aborted' })
})
