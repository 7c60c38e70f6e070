import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { readFileSync } from 'node:fs'

const samplers = ['always_on', 'always_off', 'traceidratio', 'parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const

/** Every variable there is. `.env.example` and the README's table are tested against it. */
export const Environment = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on; 0.0.0.0 lets phones in the same network come' }),
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65535, description: 'Port to listen on; 0 takes a free one' }),
  DATABASE_URL: Type.Optional(Type.String({ pattern: '^postgres(ql)?://', description: 'PostgreSQL 15 or newer; without it an embedded database in DATA_DIR' })),
  DATABASE_DIRECT_URL: Type.Optional(Type.String({ pattern: '^postgres(ql)?://', description: 'PostgreSQL itself, where DATABASE_URL leads to a pooler in transaction mode, such as PgBouncer' })),
  DATABASE_POOL_SIZE: Type.Integer({ default: 4, minimum: 1, maximum: 100, description: 'Connections for votes, and as many again for everything else' }),
  REDIS_URL: Type.Optional(Type.String({ pattern: '^rediss?://[^,]+(, *rediss?://[^,]+)*$', description: 'Redis 7 or newer, for more than one instance; without it one instance runs alone. Some nodes of a Redis Cluster, separated by commas' })),
  SECRET_KEY: Type.Optional(Type.String({ description: 'Signs tokens; at least 32 bytes. Several, separated by commas: the first signs, all verify' })),
  SECRET_KEY_FILE: Type.Optional(Type.String({ description: 'File that holds SECRET_KEY' })),
  PUBLIC_URL: Type.Optional(Type.String({ pattern: '^https?://[^/]+/?$', description: 'Address that the audience uses, as https://polls.example.org' })),
  ALLOWED_ORIGINS: Type.String({ default: '', description: 'Further origins whose pages may connect, separated by commas' }),
  TRUST_PROXY: Type.String({ default: '', description: 'Addresses or networks of proxies whose X-Forwarded-* headers count, separated by commas' }),
  REGISTRATION: Type.Union([Type.Literal('open'), Type.Literal('closed')], { default: 'open', description: 'open or closed: whether anyone may register as a host; the first user always may' }),
  GRAPHQL_INTROSPECTION: Type.Union([Type.Literal('on'), Type.Literal('off')], { default: 'off', description: 'on or off: whether /graphql describes its schema to whoever asks' }),
  METRICS_PORT: Type.Optional(Type.Integer({ minimum: 0, maximum: 65535, description: 'Port of GET /metrics for Prometheus; 0 takes a free one; without it there are no metrics' })),
  METRICS_HOST: Type.String({ default: '127.0.0.1', description: 'Address on which METRICS_PORT listens' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(Type.String({ pattern: '^https?://[^/]', description: 'OTLP collector that is sent traces over HTTP, as http://localhost:4318; without it there are none' })),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: Type.Optional(Type.String({ pattern: '^https?://[^/]', description: 'The same as a whole address, as http://localhost:4318/v1/traces' })),
  OTEL_EXPORTER_OTLP_PROTOCOL: Type.Union([Type.Literal('http/json')], { default: 'http/json', description: 'http/json: collectors take it on the same port as http/protobuf' }),
  OTEL_EXPORTER_OTLP_HEADERS: Type.Optional(Type.String({ pattern: '^[^=,\\s]+=[^,]*(, *[^=,\\s]+=[^,]*)*$', description: 'Sent to the collector, as name=value, separated by commas' })),
  OTEL_SERVICE_NAME: Type.Optional(Type.String({ description: 'Name of the service in traces; plenum without it' })),
  OTEL_RESOURCE_ATTRIBUTES: Type.Optional(Type.String({ pattern: '^[^=,]+=[^=,]*(,[^=,]+=[^=,]*)*$', description: 'Attributes of the service in traces, as name=value, separated by commas' })),
  OTEL_TRACES_SAMPLER: Type.Union(samplers.map((name) => Type.Literal(name)), { default: 'parentbased_always_on', description: `Which traces are kept: ${samplers.slice(0, -1).join(', ')} or ${samplers.at(-1)}` }),
  OTEL_TRACES_SAMPLER_ARG: Type.Optional(Type.String({ pattern: '^(0?\\.\\d+|0|1|1\\.0*)$', description: 'Share of traces that the samplers by ratio keep, from 0 to 1; all without it' })),
  OTEL_SDK_DISABLED: Type.Union([Type.Literal('false'), Type.Literal('true')], { default: 'false', description: 'true or false: whether there are no traces, whatever else is set' }),
  LOG_LEVEL: Type.Union(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)), { default: 'info', description: 'fatal, error, warn, info, debug, trace or silent' }),
  DATA_DIR: Type.String({ default: './data', description: 'Folder of the embedded database and the generated key' }),
  ACCESS_TOKEN_TTL_SECONDS: Type.Integer({ default: 900, minimum: 1, maximum: 86400, description: 'Seconds until a host\'s access token expires' }),
  MAX_QUEUED_VOTES: Type.Integer({ default: 20000, minimum: 1, description: 'Votes that may wait for the database on this instance; beyond it they are answered busy' }),
  MAX_EVENTS_PER_SOCKET: Type.Integer({ default: 20, minimum: 1, description: 'Events per second that one socket may send for long; twice as many at once' }),
  MAX_SOCKETS: Type.Integer({ default: 20000, minimum: 1, description: 'Sockets that this instance accepts; beyond it handshakes are refused' }),
  WEBHOOKS_ALLOW_PRIVATE: Type.Union(['off', 'on', 'false', 'true', '0', '1'].map((value) => Type.Literal(value)), { default: 'off', description: 'on or off: whether webhooks may go to plain http and to addresses of this machine and its network; for development and closed networks' })
})

type EnvironmentValues = Static<typeof Environment>

export interface Config {
  readonly host: string
  readonly port: number
  readonly databaseUrl: string | undefined
  /** Undefined: `databaseUrl` leads to PostgreSQL itself. */
  readonly databaseDirectUrl: string | undefined
  readonly databasePoolSize: number
  /** Several: nodes of a Redis Cluster. */
  readonly redisUrls: readonly [string, ...string[]] | undefined
  /** Undefined on the embedded default without a given key: one is generated and kept in the data folder. */
  readonly secretKeys: readonly [string, ...string[]] | undefined
  readonly publicUrl: string | undefined
  readonly allowedOrigins: readonly string[]
  readonly trustProxy: readonly string[]
  readonly registration: 'open' | 'closed'
  readonly graphqlIntrospection: 'on' | 'off'
  /** Undefined: no metrics. */
  readonly metricsPort: number | undefined
  readonly metricsHost: string
  /** Where an OTLP collector takes traces. Undefined: no traces. Of the other OTEL_* variables the SDK reads what it needs. */
  readonly tracesUrl: string | undefined
  readonly logLevel: string
  readonly dataDir: string
  readonly accessTokenTtlSeconds: number
  readonly maxQueuedVotes: number
  readonly maxEventsPerSocket: number
  readonly maxSockets: number
  readonly webhooksAllowPrivate: boolean
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const validator = Compile(Environment)
const minSecretBytes = 32

/** Reads the environment once. Throws ConfigError with a sentence for people when it cannot be right. */
export function readConfig (environment: NodeJS.ProcessEnv): Config {
  const values = parseEnvironment(environment)
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    databaseUrl: values.DATABASE_URL,
    databaseDirectUrl: values.DATABASE_DIRECT_URL,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    redisUrls: readRedisUrls(values),
    secretKeys: readSecretKeys(values),
    publicUrl: values.PUBLIC_URL?.replace(/\/$/, ''),
    allowedOrigins: splitList(values.ALLOWED_ORIGINS),
    trustProxy: splitList(values.TRUST_PROXY),
    registration: values.REGISTRATION,
    graphqlIntrospection: values.GRAPHQL_INTROSPECTION,
    metricsPort: values.METRICS_PORT,
    metricsHost: values.METRICS_HOST,
    tracesUrl: readTracesUrl(values),
    logLevel: values.LOG_LEVEL,
    dataDir: values.DATA_DIR,
    accessTokenTtlSeconds: values.ACCESS_TOKEN_TTL_SECONDS,
    maxQueuedVotes: values.MAX_QUEUED_VOTES,
    maxEventsPerSocket: values.MAX_EVENTS_PER_SOCKET,
    maxSockets: values.MAX_SOCKETS,
    webhooksAllowPrivate: ['on', 'true', '1'].includes(values.WEBHOOKS_ALLOW_PRIVATE)
  })
}

/** For people: every setting, with secrets and passwords blotted out. */
export function redactConfig (config: Config): Record<string, unknown> {
  const hidePassword = (url: string | undefined) => url?.replace(/\/\/([^:@/]*):[^/?#]*@/, '//$1:***@')
  return {
    ...config,
    secretKeys: config.secretKeys?.map(() => '***'),
    databaseUrl: hidePassword(config.databaseUrl),
    databaseDirectUrl: hidePassword(config.databaseDirectUrl),
    redisUrls: config.redisUrls?.map(hidePassword),
    tracesUrl: hidePassword(config.tracesUrl)
  }
}

function parseEnvironment (environment: NodeJS.ProcessEnv): EnvironmentValues {
  const raw: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(Environment.properties)) {
    const text = environment[name]?.trim()
    if (text !== undefined && text !== '') {
      raw[name] = 'type' in schema && schema.type === 'integer' && /^\d+$/.test(text) ? Number(text) : text
    } else if ('default' in schema) {
      raw[name] = schema.default
    }
  }
  if (validator.Check(raw)) return raw
  const messages = new Map(validator.Errors(raw).toReversed().map(({ instancePath, message }) => [instancePath.slice(1), message]))
  const problems = Object.entries(Environment.properties).filter(([name]) => messages.has(name)).map(([name, schema]) => {
    // Each alternative of a choice complains for itself; all of them stand in the description.
    const problem = Type.IsUnion(schema) ? 'has another value than these' : messages.get(name)
    return `${name} ${problem}${'description' in schema ? ` (${String(schema.description)})` : ''}`
  })
  throw new ConfigError(`Check the environment: ${problems.join('; ')}.`)
}

function readSecretKeys (values: EnvironmentValues): [string, ...string[]] | undefined {
  const given = values.SECRET_KEY_FILE === undefined ? values.SECRET_KEY : readSecretFile(values.SECRET_KEY_FILE)
  const [signing, ...older] = splitList(given ?? '')
  if (signing === undefined) {
    if (values.DATABASE_URL === undefined) return undefined
    throw new ConfigError('SECRET_KEY is missing: set it to at least 32 random bytes, for example from `openssl rand -base64 32`.')
  }
  const isWeak = (key: string) => Buffer.byteLength(key) < minSecretBytes || new Set(key).size < 8
  if ([signing, ...older].some(isWeak)) {
    throw new ConfigError('SECRET_KEY is too weak: each key needs at least 32 random bytes, for example from `openssl rand -base64 32`.')
  }
  return [signing, ...older]
}

function readRedisUrls ({ REDIS_URL: urls = '' }: EnvironmentValues): [string, ...string[]] | undefined {
  const [first, ...others] = splitList(urls)
  return first === undefined ? undefined : [first, ...others]
}

function readTracesUrl (values: EnvironmentValues): string | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = values
  const url = whole ?? (base === undefined ? undefined : `${base.replace(/\/$/, '')}/v1/traces`)
  if (url !== undefined && !URL.canParse(url)) throw new ConfigError('OTEL_EXPORTER_OTLP_ENDPOINT is no address, as http://localhost:4318 is one.')
  return values.OTEL_SDK_DISABLED === 'true' ? undefined : url
}

function readSecretFile (path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new ConfigError(`SECRET_KEY_FILE cannot be read: ${path}`, { cause: error })
  }
}

function splitList (text: string): string[] {
  return text.split(',').map((part) => part.trim()).filter((part) => part !== '')
}
