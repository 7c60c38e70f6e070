import { execFileSync, spawnSync } from 'node:child_process'
import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1'
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'
import { Deployment } from 'kubernetes-models/apps/v1'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { Job } from 'kubernetes-models/batch/v1'
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { Service } from 'kubernetes-models/v1'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { Environment } from '../../server/config.ts'
import { skipUnless } from '../helpers/services.ts'

const helm = process.env.HELM_PATH ?? ''
const chart = 'deploy/chart'
const skip = skipUnless('HELM_PATH')

/** By kind; each checks an object against Kubernetes' own schema of it. */
const models = { Deployment, HorizontalPodAutoscaler, Job, Ingress, NetworkPolicy, PodDisruptionBudget, Service, HTTPRoute, ServiceMonitor }
type Kind = keyof typeof models

interface Container { env: { name: string }[], securityContext: object }
interface Pod { terminationGracePeriodSeconds: number, containers: [Container] }
interface Rendered { kind: Kind, metadata: { name: string }, spec: { replicas?: number, template?: { spec: Pod } } }

function render (...values: string[]): Rendered[] {
  const text = execFileSync(helm, ['template', 'polls', chart, ...values.flatMap((value) => ['--set', value])], { encoding: 'utf8', timeout: 30_000 })
  return parseAllDocuments(text).map((document) => document.toJS()).filter((one) => one !== null)
}

const everything = [
  'existingSecret=plenum', 'publicUrl=https://polls.example.org', 'autoscaling.enabled=true', 'route.enabled=true', 'route.parentRefs[0].name=public', 'route.hostnames[0]=polls.example.org',
  'ingress.enabled=true', 'ingress.host=polls.example.org', 'ingress.tlsSecret=certificate', 'metrics.serviceMonitor.enabled=true', 'networkPolicy.from[0].namespaceSelector.matchLabels.name=gateways',
  'otel.endpoint=http://collector.monitoring:4318'
]

t.test('the chart lints, and everything that it renders is what Kubernetes takes', { skip }, async (t) => {
  execFileSync(helm, ['lint', chart, '--strict', '--set', 'existingSecret=plenum'], { timeout: 30_000 })
  const rendered = render(...everything)
  t.same(new Set(rendered.map(({ kind }) => kind)), new Set(Object.keys(models)), 'each kind is there')
  for (const one of rendered) {
    const Model = models[one.kind] as unknown as new (data: unknown) => { validate (): void }
    t.doesNotThrow(() => { new Model(one).validate() }, `${one.kind} ${one.metadata.name}`)
  }
  t.throws(() => { new Deployment({ metadata: { name: 'a' }, spec: { replicas: 'two' } } as never).validate() }, 'the schemas refuse what is wrong')
})

t.test('an instance runs without rights, drains in time, and gets variables that it knows', { skip }, async (t) => {
  const deployment = render(...everything).find(({ kind }) => kind === 'Deployment')
  const pod = deployment?.spec.template?.spec
  if (pod === undefined) return t.fail('there is no pod')
  const [container] = pod.containers
  t.match(pod, { automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } })
  t.match(container.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } })
  t.ok(pod.terminationGracePeriodSeconds >= 15 + 5, 'a drain of 15 seconds after the wait before it')
  t.same(container.env.map(({ name }) => name).filter((name) => !(name in Environment.properties)), [])
  t.ok(container.env.some(({ name }) => name === 'OTEL_EXPORTER_OTLP_ENDPOINT'))
  t.equal(deployment?.spec.replicas, undefined, 'the autoscaler alone says how many')
  t.equal(render('existingSecret=plenum').find(({ kind }) => kind === 'Deployment')?.spec.replicas, 2)
})

t.test('values that cannot be right are refused with a sentence', { skip }, async (t) => {
  const refusals: [string, RegExp][] = [
    ['existingSecret=', /existingSecret: name a Secret/],
    ['replica=3', /replica/],
    ['settings.SECRET_KEY=abc', /SECRET_KEY|propertyNames|settings/],
    ['publicUrl=polls.example.org', /publicUrl/],
    ['otel.endpoint=collector:4318', /endpoint/],
    ['route.enabled=true', /route\.parentRefs: name the gateway/]
  ]
  for (const [value, message] of refusals) {
    const { status, stderr } = spawnSync(helm, ['template', 'polls', chart, '--set', 'existingSecret=plenum', '--set', value], { encoding: 'utf8', timeout: 30_000 })
    t.not(status, 0, value)
    t.match(stderr, message)
  }
})
