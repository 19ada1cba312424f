import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  CHART,
  canonical,
  faultsOf,
  find,
  HELM,
  helm,
  helmTemplate,
  kept,
  type Manifest,
  manifestsOf,
  NAMES,
  nameOf,
  OVERLAYS,
  SECRET,
  titled,
} from '../support/deploy.ts'

/** Helm's own labels and annotations, which kustomize has no need of. */
const HELMS = /^helm\.sh\/|^app\.kubernetes\.io\/(version|managed-by)$/

const without = (own: Record<string, string> | undefined): Record<string, string> | undefined => {
  const rest = Object.entries(own ?? {}).filter(([name]) => !HELMS.test(name))
  return rest.length === 0 ? undefined : Object.fromEntries(rest)
}

const plain = ({ metadata, ...rest }: Manifest): Manifest => {
  const { labels, annotations, ...own } = metadata
  const kept = { labels: without(labels), annotations: without(annotations) }
  return JSON.parse(JSON.stringify({ ...rest, metadata: { ...own, ...kept } }))
}

const isHook = ({ metadata }: Manifest): boolean => metadata.annotations?.['helm.sh/hook'] !== undefined

const EVERY_VALUE = `
image: {repository: images.example/portolan, tag: 1.2.3, pullPolicy: Always}
imagePullSecrets: [{name: pull}]
auth: {existingSecret: admin, key: value, secretKeyKey: seal}
host: "::"
replicas: 0
rbac: {namespaces: [shop, pond], tokenReview: true}
serviceAccount: {name: reader, annotations: {a: b}}
settings: {PORTOLAN_CLUSTER: prod, PORTOLAN_QUEUE_LIMIT: 2000000}
extraEnv: [{name: PORTOLAN_PUBLIC_URL, valueFrom: {secretKeyRef: {name: key, key: value}}}]
persistence: {size: 20Gi, storageClass: fast}
service: {annotations: {a: b}}
networkPolicy: {from: [{ipBlock: {cidr: 192.0.2.0/24}}]}
metrics:
  serviceMonitor: {enabled: true, interval: 15s, labels: {release: prometheus}}
  prometheusRule: {enabled: true, labels: {release: prometheus}}
resources: {limits: {memory: 1Gi}}
podAnnotations: {a: b}
podLabels: {a: b}
nodeSelector: {kubernetes.io/os: linux}
tolerations: [{key: only, operator: Exists}]
affinity: {nodeAffinity: {}}
priorityClassName: high
`

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-deploy-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const writeValues = (yaml: string): string => {
  const file = join(folder, 'values.yaml')
  writeFileSync(file, yaml)
  return file
}

describe.skipIf(HELM === null)(titled('the chart', HELM !== null), () => {
  it.each(NAMES)('makes the objects of %s', (overlay) => {
    const rendered = helmTemplate(...OVERLAYS[overlay].values).filter((manifest) => !isHook(manifest))
    expect(canonical(rendered.map(plain))).toBe(canonical(kept(overlay)))
  })

  it.each(NAMES)('makes what the schemas of the API take: the values of %s', (overlay) => {
    const rendered = helmTemplate(...OVERLAYS[overlay].values)
    expect(rendered.filter(isHook).map(nameOf)).toEqual(['Pod/portolan/portolan-test'])
    expect(rendered.flatMap(faultsOf)).toEqual([])
  })

  it('does so with every value set, under another name', () => {
    const values = ['--values', writeValues(EVERY_VALUE)]
    const { status, stdout, stderr } = helm('template', 'own', CHART, '--namespace', 'tools', ...values)
    expect([status, stderr]).toEqual([0, ''])
    const rendered = manifestsOf(stdout)
    expect(rendered.flatMap(faultsOf)).toEqual([])
    expect(rendered.map(nameOf).toSorted()).toEqual([
      ...['ClusterRole/own-portolan-token-review', 'ClusterRoleBinding/own-portolan-token-review'],
      ...[
        'Deployment/tools/own-portolan',
        'NetworkPolicy/tools/own-portolan',
        'PersistentVolumeClaim/tools/own-portolan',
      ],
      ...['Pod/tools/own-portolan-test', 'PrometheusRule/tools/own-portolan', 'Role/pond/own-portolan'],
      ...['Role/shop/own-portolan', 'RoleBinding/pond/own-portolan', 'RoleBinding/shop/own-portolan'],
      ...['Service/tools/own-portolan', 'ServiceAccount/tools/reader', 'ServiceMonitor/tools/own-portolan'],
    ])
    const { spec } = find(rendered, 'Deployment')
    const [container] = spec.template.spec.containers
    expect([spec.replicas, container.image]).toEqual([0, 'images.example/portolan:1.2.3'])
    expect(container.env.map(({ name }: { name: string }) => name)).toEqual([
      ...['PORTOLAN_HOST', 'PORTOLAN_DATABASE', 'PORTOLAN_ADMIN_TOKEN', 'PORTOLAN_METRICS_TOKEN'],
      ...['PORTOLAN_SECRET_KEY', 'PORTOLAN_SECRET_KEYS', 'NODE_NAME'],
      ...['PORTOLAN_NAMESPACES', 'PORTOLAN_CLUSTER', 'PORTOLAN_QUEUE_LIMIT', 'PORTOLAN_PUBLIC_URL'],
    ])
    expect(container.env[0].value).toBe('::')
    expect(container.env.slice(-4)).toEqual([
      { name: 'PORTOLAN_NAMESPACES', value: 'shop,pond' },
      { name: 'PORTOLAN_CLUSTER', value: 'prod' },
      { name: 'PORTOLAN_QUEUE_LIMIT', value: '2000000' },
      { name: 'PORTOLAN_PUBLIC_URL', valueFrom: { secretKeyRef: { name: 'key', key: 'value' } } },
    ])
  })

  it.each([
    ['no Secret', [], 'kubectl -n portolan create secret generic portolan-admin --from-literal=token='],
    ['more than one replica', [...SECRET, '--set', 'replicas=2'], 'the database is SQLite, which has one writer'],
    ['a value that there is not', [...SECRET, '--set', 'replicaCount=1'], "'replicaCount' not allowed"],
    ['a setting that is the chart’s', [...SECRET, '--set', 'settings.PORTOLAN_HOST=::'], "'PORTOLAN_HOST'"],
    ['no namespace', [...SECRET, '--set', 'rbac.namespaces={Shop}'], "'Shop' does not match pattern"],
  ])('refuses %s, and says why', (_name, values, why) => {
    const { status, stderr } = helm('template', 'portolan', CHART, '--namespace', 'portolan', ...values)
    expect(status).toBe(1)
    expect(stderr).toContain(why)
  })

  it('passes helm lint', () => {
    const { status, stdout } = helm('lint', '--strict', CHART, ...SECRET)
    expect([status, stdout]).toEqual([0, expect.stringContaining('0 chart(s) failed')])
  })

  it('says the next command when it is installed', () => {
    const notes = (values: readonly string[]): string =>
      helm('install', 'portolan', CHART, '--namespace', 'portolan', '--dry-run=client', ...values).stdout
    expect(notes(SECRET)).toContain('/v1/jobs?service=NAME&namespace=NAMESPACE&wait=60&format=text')
    expect(notes(OVERLAYS.namespaced.values)).toContain('/v1/jobs?service=NAME&namespace=shop&wait=60&format=text')
    for (const values of [SECRET, OVERLAYS.namespaced.values]) {
      expect(notes(values)).toContain('helm -n portolan test portolan --logs')
    }
  })

  it('tests itself by its own Service, or where it may not read that, by a namespace that it reads', () => {
    const asks = (...values: string[]): unknown =>
      find(helmTemplate(...SECRET, ...values), 'Pod').spec.containers[0].env.slice(0, -1)
    const at = { name: 'ASK', value: 'http://portolan.portolan:8080' }
    const itself = [at, { name: 'NAMESPACE', value: 'portolan' }, { name: 'SERVICE', value: 'portolan' }]
    expect(asks()).toEqual(itself)
    expect(asks('--set', 'rbac.namespaces={shop,portolan}')).toEqual(itself)
    expect(asks('--set', 'rbac.namespaces={shop,pond}')).toEqual([at, { name: 'NAMESPACE', value: 'shop' }])
  })
})
