import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Deployment } from 'kubernetes-types/apps/v1.js'
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.js'
import type { Container, Probe, Service } from 'kubernetes-types/core/v1.js'
import type { LabelSelector } from 'kubernetes-types/meta/v1.js'
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.js'
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { buildApp } from '../../src/index.js'
import { deployFolder, faultOf, textOf, variablesOf, yamlOf } from './manifests.js'

interface Kustomization {
  readonly resources?: readonly string[]
  readonly configMapGenerator?: readonly { readonly name: string; readonly literals: readonly string[] }[]
  readonly secretGenerator?: readonly { readonly name: string; readonly envs: readonly string[] }[]
  readonly images?: readonly { readonly name: string }[]
  readonly patches?: readonly { readonly target: { kind: string; name: string }; readonly patch: string }[]
}

interface Operation<T> {
  readonly op: string
  readonly path: string
  readonly value: T
}

interface ServiceMonitor {
  readonly spec: { readonly selector: LabelSelector; readonly endpoints: readonly { readonly port: string }[] }
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
const base = 'kubernetes/base/'
const metrics = 'kubernetes/components/metrics/'
const autoscaling = 'kubernetes/components/autoscaling/'
const example = 'kubernetes/example/'

const deployment = yamlOf<Deployment>(`${base}deployment.yaml`)
const service = yamlOf<Service>(`${base}service.yaml`)
const budget = yamlOf<PodDisruptionBudget>(`${base}pod-disruption-budget.yaml`)
const policy = yamlOf<NetworkPolicy>(`${base}network-policy.yaml`)
const metricsPolicy = yamlOf<NetworkPolicy>(`${metrics}network-policy.yaml`)
const monitor = yamlOf<ServiceMonitor>(`${metrics}service-monitor.yaml`)
const scaler = yamlOf<HorizontalPodAutoscaler>(`${autoscaling}horizontal-pod-autoscaler.yaml`)

const pod = deployment.spec?.template.spec
const container: Container | undefined = pod?.containers[0]
const labels = deployment.spec?.template.metadata?.labels

/** What a component puts in at the end of a list. */
function additions<T>(kind: string, path: string): T[] {
  const { patches = [] } = yamlOf<Kustomization>(`${metrics}kustomization.yaml`)
  return patches
    .filter(({ target }) => target.kind === kind)
    .flatMap(({ patch }): Operation<T>[] => parse(patch))
    .filter((operation) => operation.op === 'add' && operation.path === `${path}/-`)
    .map(({ value }) => value)
}

/** Not bin/tsc: it has no extension, and what tap puts into each process for coverage takes it for another kind of module. */
const compiler = 'node_modules/typescript/lib/tsc.js'

/** Checks manifests with the types of Kubernetes' API, in which no field may be that is not of it. @returns what is wrong */
function faultsOf(t: Test, manifests: readonly [type: string, from: string, manifest: object][]): string {
  const lines = manifests.map(
    ([type, from, manifest], k) =>
      `import type { ${type} as T${k} } from 'kubernetes-types/${from}.js'\nexport const m${k}: T${k} = ${JSON.stringify(manifest)}`,
  )
  const file = join(t.testdir({ 'manifests.mts': lines.join('\n') }), 'manifests.mts')
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--ignoreConfig', '--module', 'nodenext']
  const { stdout, stderr, status } = spawnSync(process.execPath, [compiler, ...options, file], {
    cwd: root,
    encoding: 'utf8',
  })
  return status === 0 ? '' : stdout + stderr
}

t.test('the manifests are what the API of Kubernetes has', (t) => {
  t.equal(
    faultsOf(t, [
      ['Deployment', 'apps/v1', deployment],
      ['Service', 'core/v1', service],
      ['PodDisruptionBudget', 'policy/v1', budget],
      ['NetworkPolicy', 'networking/v1', policy],
      ['NetworkPolicy', 'networking/v1', metricsPolicy],
      ['HorizontalPodAutoscaler', 'autoscaling/v2', scaler],
    ]),
    '',
  )
  const misspelt = { ...budget, spec: { ...budget.spec, maxUnavailabel: 1 } }
  t.match(faultsOf(t, [['PodDisruptionBudget', 'policy/v1', misspelt]]), 'maxUnavailabel', 'a slip is found')
  t.end()
})

t.test('each file is used, and each that is used is there', (t) => {
  for (const name of [base, metrics, autoscaling, example]) {
    const { resources = [] } = yamlOf<Kustomization>(`${name}kustomization.yaml`)
    for (const resource of resources) t.ok(existsSync(join(deployFolder, name, resource)), resource)
    const files = readdirSync(join(deployFolder, name)).filter(
      (file) => file.endsWith('.yaml') && file !== 'kustomization.yaml',
    )
    t.strictSame(files.sort(), resources.filter((resource) => resource.endsWith('.yaml')).sort(), name)
  }
  t.end()
})

t.test('selectors find the pods, and ports are those of the container', (t) => {
  const selectors: (LabelSelector | undefined)[] = [
    deployment.spec?.selector,
    { matchLabels: service.spec?.selector ?? {} },
    budget.spec?.selector,
    policy.spec?.podSelector,
    metricsPolicy.spec?.podSelector,
    ...(pod?.topologySpreadConstraints ?? []).map(({ labelSelector }) => labelSelector),
  ]
  t.equal(selectors.length, 7)
  // One that is empty would be one for every pod of the namespace.
  for (const selector of selectors) t.strictSame(selector, { matchLabels: labels })
  t.match(labels, { 'app.kubernetes.io/name': 'signalbox' })

  const added = additions<{ name: string; containerPort: number }>(
    'Deployment',
    '/spec/template/spec/containers/0/ports',
  )
  const inContainer = (container?.ports ?? []).map(({ name }) => name)
  t.strictSame(inContainer, ['http'])
  t.strictSame(added, [{ name: 'metrics', containerPort: 9090 }])
  t.strictSame(
    service.spec?.ports?.map(({ targetPort }) => targetPort),
    inContainer,
  )
  t.strictSame(
    policy.spec?.ingress?.map(({ ports }) => ports),
    [[{ port: 'http' }]],
  )
  t.strictSame(
    metricsPolicy.spec?.ingress?.map(({ ports }) => ports),
    [[{ port: 'metrics' }]],
  )
  t.match(additions<object>('Service', '/spec/ports'), [{ name: 'metrics', targetPort: 'metrics' }])
  t.match(monitor.spec, { selector: { matchLabels: service.metadata?.labels }, endpoints: [{ port: 'metrics' }] })
  t.match(scaler.spec?.scaleTargetRef, { kind: deployment.kind, name: deployment.metadata?.name })
  t.end()
})

t.test('the pods have settings that the service takes, and an example that it does not take as it is', (t) => {
  const {
    configMapGenerator = [],
    secretGenerator = [],
    images,
  } = yamlOf<Kustomization>(`${example}kustomization.yaml`)
  const [map, secret] = [configMapGenerator[0], secretGenerator[0]]
  t.match(container?.envFrom, [{ configMapRef: { name: map?.name } }, { secretRef: { name: secret?.name } }])
  t.match(images, [{ name: container?.image }])
  const ofMap = Object.fromEntries((map?.literals ?? []).map((literal) => literal.split(/=(.*)/s).slice(0, 2)))
  const ofPod = Object.fromEntries((container?.env ?? []).map(({ name, value = '' }) => [name, value]))
  const ofMetrics = Object.fromEntries(
    additions<{ name: string; value: string }>('Deployment', '/spec/template/spec/containers/0/env').map(
      ({ name, value }) => [name, value],
    ),
  )
  t.equal(ofPod['PORT'], String(container?.ports?.[0]?.containerPort))
  const [{ containerPort } = {}] = additions<{ containerPort: number }>(
    'Deployment',
    '/spec/template/spec/containers/0/ports',
  )
  t.strictSame(ofMetrics, { SIGNALBOX_METRICS_PORT: String(containerPort), SIGNALBOX_METRICS_HOST: '0.0.0.0' })

  const ofSecret = variablesOf(`${example}secret.env.example`)
  t.strictSame(Object.keys(ofSecret), ['SIGNALBOX_REDIS_URL', 'SIGNALBOX_TURN_SECRETS'])
  const filledIn = {
    SIGNALBOX_REDIS_URL: 'redis://valkey:6379',
    SIGNALBOX_TURN_SECRETS: '0123456789abcdef0123456789abcdef',
  }
  const all = { ...ofMap, ...filledIn, ...ofPod, ...ofMetrics }
  t.equal(faultOf(all), undefined)
  t.match(
    faultOf({ ...all, SIGNALBOX_TURN_SECRETS: ofSecret['SIGNALBOX_TURN_SECRETS'] ?? '' }),
    /SIGNALBOX_TURN_SECRETS/,
  )
  t.notOk(existsSync(join(deployFolder, example, 'secret.env')), 'the file that it asks for is not there')
  t.strictSame(secret?.envs, ['secret.env'])
  t.match(textOf('.gitignore'), /^secret\.env$/m)
  t.end()
})

t.test('the probes ask for what there is, in the times that were agreed on', async (t) => {
  const app = buildApp()
  t.teardown(() => app.close())
  const probes: [Probe | undefined, object][] = [
    [container?.startupProbe, { periodSeconds: 2, failureThreshold: 30, httpGet: { path: '/readyz' } }],
    [container?.livenessProbe, { periodSeconds: 10, failureThreshold: 6, httpGet: { path: '/livez' } }],
    [container?.readinessProbe, { periodSeconds: 5, failureThreshold: 2, httpGet: { path: '/readyz' } }],
  ]
  for (const [probe, agreed] of probes) {
    t.match(probe, agreed)
    t.equal((await app.inject(probe?.httpGet?.path ?? '')).statusCode, 200)
    t.equal(probe?.httpGet?.port, 'http')
  }
})

t.test('a pod that goes has time to send its people elsewhere, and goes alone', (t) => {
  const drainS = Number(container?.env?.find(({ name }) => name === 'SIGNALBOX_DRAIN_MS')?.value) / 1000
  const sleepS = container?.lifecycle?.preStop?.sleep?.seconds ?? 0
  t.equal(sleepS, 5)
  t.ok(sleepS + drainS + 10 < (pod?.terminationGracePeriodSeconds ?? 0), `${sleepS} s and ${drainS} s`)
  t.match(deployment.spec, {
    minReadySeconds: 10,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  })
  t.equal(budget.spec?.maxUnavailable, 1)
  t.ok((deployment.spec?.replicas ?? 0) >= 2 && (scaler.spec?.minReplicas ?? 0) >= 2)
  t.end()
})

t.test('a pod may do no more than it needs', (t) => {
  const user = /^USER (\d+):(\d+)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))
  t.match(pod, {
    automountServiceAccountToken: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: Number(user?.[1]),
      runAsGroup: Number(user?.[2]),
      seccompProfile: { type: 'RuntimeDefault' },
    },
  })
  t.match(container?.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  })
  t.strictSame(policy.spec?.policyTypes, ['Ingress', 'Egress'])
  t.ok(container?.resources?.limits?.['memory'] && container.resources.requests?.['memory'])
  t.end()
})
