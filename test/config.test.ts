import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { ConfigError, readConfig, redactConfig } from '../server/config.ts'
import { removeFolder, trackFolder } from './helpers/child-process.ts'

const key = 'a key for tests only 0123456789abcdef'
const mainProgram = fileURLToPath(new URL('../server/main.js', import.meta.url))
const databaseUrl = 'postgres://plenum:secret@db.example.org:5432/plenum'

/** The sentence that people get, which must be all that they need. */
function refusal (environment: Record<string, string>): string {
  try {
    readConfig(environment)
    return 'accepted'
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

t.test('without any variable the server is one instance on the embedded database, for this machine alone', async (t) => {
  const config = readConfig({})
  t.strictSame({ ...config }, {
    host: '127.0.0.1',
    port: 3000,
    databaseUrl: undefined,
    databaseDirectUrl: undefined,
    databasePoolSize: 4,
    redisUrls: undefined,
    secretKeys: undefined,
    publicUrl: undefined,
    allowedOrigins: [],
    trustProxy: [],
    registration: 'open',
    graphqlIntrospection: 'off',
    metricsPort: undefined,
    metricsHost: '127.0.0.1',
    tracesUrl: undefined,
    logLevel: 'info',
    dataDir: './data',
    accessTokenTtlSeconds: 900,
    maxQueuedVotes: 20000,
    maxEventsPerSocket: 20,
    maxSockets: 20000,
    webhooksAllowPrivate: false
  })
  t.ok(Object.isFrozen(config))
  t.strictSame(readConfig({ PORT: '', DATABASE_URL: ' ', LOG_LEVEL: '', HOME: '/root' }), config, 'an empty variable is none, and other programs\' variables are not ours')
})

t.test('every variable is read, trimmed and split', async (t) => {
  t.hasStrict(readConfig({
    HOST: ' 0.0.0.0 ',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    REDIS_URL: 'rediss://cache.example.org:6380, rediss://other.example.org:6380',
    SECRET_KEY: `${key}, an older key of the same kind 98765`,
    PUBLIC_URL: 'https://polls.example.org/',
    ALLOWED_ORIGINS: 'https://a.example.org, https://b.example.org,',
    TRUST_PROXY: '10.0.0.0/8,::1',
    REGISTRATION: 'closed',
    METRICS_PORT: '0',
    METRICS_HOST: '::1',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/base/',
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
    LOG_LEVEL: 'silent',
    DATA_DIR: '/var/lib/plenum',
    ACCESS_TOKEN_TTL_SECONDS: '60',
    WEBHOOKS_ALLOW_PRIVATE: 'on'
  }), {
    host: '0.0.0.0',
    port: 0,
    databaseUrl,
    redisUrls: ['rediss://cache.example.org:6380', 'rediss://other.example.org:6380'],
    secretKeys: [key, 'an older key of the same kind 98765'],
    publicUrl: 'https://polls.example.org',
    allowedOrigins: ['https://a.example.org', 'https://b.example.org'],
    trustProxy: ['10.0.0.0/8', '::1'],
    registration: 'closed',
    metricsPort: 0,
    metricsHost: '::1',
    tracesUrl: 'http://collector:4318/base/v1/traces',
    logLevel: 'silent',
    dataDir: '/var/lib/plenum',
    accessTokenTtlSeconds: 60,
    webhooksAllowPrivate: true
  })
})

t.test('a value that cannot be right is refused with its name, the reason and what it is for, but not with the value', async (t) => {
  t.equal(refusal({ PORT: '99999' }), 'Check the environment: PORT must be <= 65535 (Port to listen on; 0 takes a free one).')
  t.equal(refusal({ LOG_LEVEL: 'loud' }), 'Check the environment: LOG_LEVEL has another value than these (fatal, error, warn, info, debug, trace or silent).')
  for (const [name, value] of [
    ['PORT', 'http'], ['PORT', '-1'], ['PORT', '80.5'], ['PORT', '0x50'], ['METRICS_PORT', '70000'], ['DATABASE_URL', 'mysql://u:secret@h/d'], ['DATABASE_POOL_SIZE', '0'], ['REDIS_URL', 'localhost:6379'],
    ['PUBLIC_URL', 'polls.example.org'], ['PUBLIC_URL', 'https://example.org/polls'], ['REGISTRATION', 'no'], ['ACCESS_TOKEN_TTL_SECONDS', '1e9'], ['MAX_SOCKETS', '0'], ['MAX_QUEUED_VOTES', 'many'], ['WEBHOOKS_ALLOW_PRIVATE', 'maybe'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4317'], ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://'], ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'], ['OTEL_EXPORTER_OTLP_HEADERS', 'Bearer secret'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'production'], ['OTEL_TRACES_SAMPLER', 'sometimes'], ['OTEL_TRACES_SAMPLER_ARG', '1.5'], ['OTEL_SDK_DISABLED', 'perhaps']
  ] as const) {
    const sentence = refusal({ [name]: value, SECRET_KEY: key })
    t.match(sentence, new RegExp(`^Check the environment: ${name} [^;]+ \\(.+\\)\\.$`), `${name}=${value}`)
    t.notMatch(sentence, /secret/)
  }
  t.match(refusal({ PORT: 'x', MAX_SOCKETS: 'y' }), /^Check the environment: PORT .+; MAX_SOCKETS .+\.$/, 'all of them at once')
})

t.test('traces go where the standard variables say, unless they say that there are none', async (t) => {
  const base = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://user:secret@collector.example.org' }
  t.equal(readConfig({ ...base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://other:4318/traces' }).tracesUrl, 'http://other:4318/traces')
  t.equal(readConfig({ ...base, OTEL_SDK_DISABLED: 'true' }).tracesUrl, undefined)
  t.equal(redactConfig(readConfig(base)).tracesUrl, 'https://user:***@collector.example.org/v1/traces')
  t.match(refusal({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://[secret' }), /^OTEL_EXPORTER_OTLP_ENDPOINT is no address, as [^[]+$/)
})

t.test('a server on PostgreSQL refuses to start with a missing or weak key', async (t) => {
  t.match(refusal({ DATABASE_URL: databaseUrl }), /^SECRET_KEY is missing: .*openssl rand -base64 32/)
  t.match(refusal({ DATABASE_URL: databaseUrl, SECRET_KEY: ' , ' }), /^SECRET_KEY is missing/)
  for (const weak of ['secret', 'x'.repeat(64), 'ab'.repeat(32), key.slice(0, 31), `${key},short`, `changeme,${key}`]) {
    t.match(refusal({ DATABASE_URL: databaseUrl, SECRET_KEY: weak }), /^SECRET_KEY is too weak: .*at least 32 random bytes/, weak)
    t.match(refusal({ SECRET_KEY: weak }), /^SECRET_KEY is too weak/, 'on the embedded database, too')
  }
  t.equal(refusal({ DATABASE_URL: databaseUrl, SECRET_KEY: key }), 'accepted')
  const { status, stdout, stderr } = spawnSync(process.execPath, [mainProgram], { env: { DATABASE_URL: databaseUrl, SECRET_KEY: 'changeme' }, encoding: 'utf8', timeout: 20_000 })
  t.match({ status, stdout, stderr }, { status: 1, stdout: '', stderr: /^SECRET_KEY is too weak: / }, 'the process ends')
})

t.test('the key may come from a file, which wins', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'plenum-test-'))
  trackFolder(folder)
  t.teardown(() => { removeFolder(folder) })
  const path = join(folder, 'key')
  writeFileSync(path, `${key}\n`)
  t.strictSame(readConfig({ SECRET_KEY_FILE: path, SECRET_KEY: 'short' }).secretKeys, [key])
  writeFileSync(path, '')
  t.match(refusal({ DATABASE_URL: databaseUrl, SECRET_KEY_FILE: path }), /^SECRET_KEY is missing/)
  t.equal(refusal({ SECRET_KEY_FILE: join(folder, 'nothing') }), `SECRET_KEY_FILE cannot be read: ${join(folder, 'nothing')}`)
})

t.test('what is printed has no secret in it', async (t) => {
  for (const [url, printed] of [
    [databaseUrl, 'postgres://plenum:***@db.example.org:5432/plenum'],
    ['postgres://plenum:pass@secret@db.example.org/plenum', 'postgres://plenum:***@db.example.org/plenum'],
    ['postgres://plenum:p:a:secret@db.example.org/plenum', 'postgres://plenum:***@db.example.org/plenum'],
    ['postgres://plenum@db.example.org/plenum', 'postgres://plenum@db.example.org/plenum']
  ] as const) {
    const shown = redactConfig(readConfig({ DATABASE_URL: url, REDIS_URL: 'redis://:secret@cache:6379', SECRET_KEY: `${key},${key}2` }))
    t.hasStrict(shown, { databaseUrl: printed, redisUrls: ['redis://:***@cache:6379'], secretKeys: ['***', '***'], port: 3000 })
    t.notMatch(JSON.stringify(shown), /secret@|0123456789/)
  }
})
