// The arrow: transport asks the domain, the domain asks storage, and nobody looks back.
const transport = '^server/(http|realtime|graphql)/'
const domain = '^server/(polls|rooms|questions|quiz|moderation|identity|exports|webhooks|jobs)/'
const storage = '^db/'
const protocol = '^server/protocol/'
const client = '^server/client/'
const metrics = '^server/metrics/'
const tracing = '^server/tracing/'
const opentelemetry = '^server/tracing/(otlp-tracing|traceparent)\\.ts$'
const wiring = '^server/(app|main|config)\\.ts$'
const outside = '^(scripts|test|web)/'

/** Dependencies on the project's own files; packages have rules of their own. */
const own = '^(server|db|scripts|test|web)/'

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true }
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere would escape every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true }
    },
    {
      name: 'protocol-knows-itself-only',
      severity: 'error',
      from: { path: protocol },
      to: { path: own, pathNot: protocol }
    },
    {
      name: 'protocol-runs-in-a-browser',
      severity: 'error',
      from: { path: protocol },
      to: { dependencyTypesNot: ['local', 'type-only', 'aliased'], pathNot: ['(^|/)node_modules/typebox/', own] }
    },
    {
      name: 'domain-knows-no-transport',
      severity: 'error',
      from: { path: domain },
      to: { path: [transport, metrics, wiring] }
    },
    {
      name: 'storage-knows-nobody',
      comment: 'Types of the protocol are the one exception.',
      severity: 'error',
      from: { path: storage },
      to: { path: own, pathNot: [storage, protocol] }
    },
    {
      name: 'storage-takes-only-types-of-the-protocol',
      severity: 'error',
      from: { path: storage },
      to: { path: protocol, dependencyTypesNot: ['type-only'] }
    },
    {
      name: 'transport-asks-the-domain',
      comment: 'Never the database.',
      severity: 'error',
      from: { path: transport },
      to: { path: storage }
    },
    {
      name: 'metrics-know-nobody',
      comment: 'They are given numbers to read.',
      severity: 'error',
      from: { path: metrics },
      to: { path: own, pathNot: metrics }
    },
    {
      name: 'only-metrics-know-prometheus',
      comment: 'Whoever counts keeps plain numbers.',
      severity: 'error',
      from: { path: own, pathNot: metrics },
      to: { path: ['/prom-client/'] }
    },
    {
      name: 'tracing-knows-nobody',
      comment: 'It is told what began and what ended.',
      severity: 'error',
      from: { path: tracing },
      to: { path: own, pathNot: tracing }
    },
    {
      name: 'only-tracing-knows-opentelemetry',
      severity: 'error',
      from: { path: own, pathNot: tracing },
      to: { path: ['/@opentelemetry/'] }
    },
    {
      name: 'opentelemetry-is-loaded-when-it-is-on',
      comment: 'So that it costs nothing when it is off.',
      severity: 'error',
      from: { path: own, pathNot: opentelemetry },
      to: { path: opentelemetry, dependencyTypesNot: ['dynamic-import', 'type-only'] }
    },
    {
      name: 'client-knows-the-protocol-only',
      comment: 'It runs in browsers and in Node. Sockets are a part of their own, so that HTTP comes without Socket.IO.',
      severity: 'error',
      from: { path: client },
      to: { path: [own, 'node_modules/'], pathNot: [client, protocol, '/socket\\.io-client/'] }
    },
    {
      name: 'http-client-without-sockets',
      severity: 'error',
      from: { path: client, pathNot: 'socket-(client|calls)\\.ts$' },
      to: { path: ['/socket\\.io-client/', 'socket-(client|calls)\\.ts$'] }
    },
    {
      name: 'server-is-nobodys-client',
      severity: 'error',
      from: { path: '^(server|db)/', pathNot: client },
      to: { path: client }
    },
    {
      name: 'web-knows-the-protocol-only',
      comment: 'And its clients.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: own, pathNot: ['^web/', protocol, client] }
    },
    {
      name: 'only-the-wiring-sees-everything',
      comment: 'Neither the wiring nor scripts, tests and pages are for others to import.',
      severity: 'error',
      from: { path: '^(server|db)/', pathNot: '^server/(app|main)\\.ts$' },
      to: { path: ['^server/(app|main)\\.ts$', outside] }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^db/migrations/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json']
    }
  }
}
