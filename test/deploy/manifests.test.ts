import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { RESOURCES, verbsOf } from '../../src/kube/resources.ts'
import { readConfig } from '../../src/runtime/node/config.ts'
import {
  CAN_KUSTOMIZE,
  CHART,
  canonical,
  faultsOf,
  find,
  kept,
  keptFile,
  kustomize,
  NAMES,
  OVERLAYS,
  rightsOf,
  titled,
} from '../support/deploy.ts'

describe.skipIf(!CAN_KUSTOMIZE)(titled('kustomize', CAN_KUSTOMIZE), () => {
  it.each(NAMES)('renders %s as it is kept; npx vitest run -u test/deploy keeps it anew', async (overlay) => {
    await expect(canonical(kustomize(OVERLAYS[overlay].folder))).toMatchFileSnapshot(`../../${keptFile(overlay)}`)
  })

  it.each(['deploy/restore', 'test/fixtures/deploy/replicated'])(
    'renders %s to what the schemas of the API take',
    (folder) => {
      expect(kustomize(folder).flatMap(faultsOf)).toEqual([])
    },
  )

  it('renders the overlays of the guide, with each setting once and a Role in each namespace', () => {
    const folder = mkdtempSync(join(tmpdir(), 'portolan-overlays-'))
    cpSync('deploy', join(folder, 'deploy'), { recursive: true })
    const guide = readFileSync('docs/guides/in-cluster.md', 'utf8')
    for (const [, file = '', text = ''] of guide.matchAll(/```yaml\n# (my-\S+\.yaml).*\n([\s\S]*?)```/g)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    const one = kustomize(join(folder, 'my-portolan'))
    const narrow = kustomize(join(folder, 'my-namespaces'))
    rmSync(folder, { recursive: true })

    expect([...one, ...narrow].flatMap(faultsOf)).toEqual([])
    const [container] = find(one, 'Deployment').spec.template.spec.containers
    expect(container.image).toBe('images.example/portolan:0.1.0')
    expect(container.env).toContainEqual({ name: 'PORTOLAN_CLUSTER', value: 'prod' })
    const env: { name: string; value?: string }[] = find(narrow, 'Deployment').spec.template.spec.containers[0].env
    expect(env.filter(({ name }) => name === 'PORTOLAN_NAMESPACES')).toEqual([
      { name: 'PORTOLAN_NAMESPACES', value: 'shop,pond' },
    ])
    const roles = narrow.filter(({ kind }) => kind === 'Role').map(({ metadata }) => metadata.namespace)
    expect(roles.toSorted()).toEqual(['pond', 'shop'])
  })

  it('restores by a pod of the same user, rights and volume as the server', () => {
    const pod = find(kustomize('deploy/restore'), 'Pod').spec
    const server = find(kept('cluster-wide'), 'Deployment').spec.template.spec
    const [own, its] = [pod.containers[0], server.containers[0]]
    expect(pod.securityContext).toEqual(server.securityContext)
    expect([own.image, own.securityContext]).toEqual([its.image, its.securityContext])
    expect([pod.volumes[0], own.volumeMounts[0]]).toEqual([server.volumes[0], its.volumeMounts[0]])
    expect(own.env).toEqual(its.env.filter(({ name }: { name: string }) => name === 'PORTOLAN_DATABASE'))
  })

  it('renders the base by itself, which reads nothing', () => {
    const kinds = kustomize('deploy/base').map(({ kind }) => kind)
    expect(kinds.toSorted()).toEqual([
      ...['Deployment', 'NetworkPolicy', 'PersistentVolumeClaim', 'Service', 'ServiceAccount'],
    ])
  })
})

describe('the schemas of the API', () => {
  it.each(NAMES)('take every object of %s', (overlay) => {
    expect(kept(overlay).flatMap(faultsOf)).toEqual([])
  })

  it('refuse a field that there is not, one that is missing, and another type', () => {
    const deployment = structuredClone(find(kept('cluster-wide'), 'Deployment'))
    const [container] = deployment.spec.template.spec.containers
    container.redinessProbe = container.readinessProbe
    deployment.spec.replicas = '1'
    delete deployment.spec.selector
    expect(faultsOf(deployment)).toEqual([
      `Deployment/portolan/portolan/spec: must have required property 'selector' {"missingProperty":"selector"}`,
      'Deployment/portolan/portolan/spec/replicas: must be integer {"type":"integer"}',
      'Deployment/portolan/portolan/spec/template/spec/containers/0: must NOT have additional properties {"additionalProperty":"redinessProbe"}',
    ])
  })
})

const READ = Object.values(RESOURCES).flat()
/** That each of these is needed is shown by `rbac.test.ts`. */
const rightsTo = (resources: typeof READ): string[] =>
  rightsOf(resources.map((each) => ({ apiGroups: [each.group], resources: [each.resource], verbs: verbsOf(each) })))

describe('what Portolan may do', () => {
  it('is to read what the table of resources has, in the whole cluster', () => {
    expect(rightsOf(find(kept('cluster-wide'), 'ClusterRole').rules)).toEqual(rightsTo(READ))
  })

  it('is to read those of them that have namespaces, where a Role says so, and nothing of the cluster', () => {
    const manifests = kept('namespaced')
    const own = READ.filter(({ namespaced }) => namespaced)
    expect(rightsOf(find(manifests, 'Role').rules)).toEqual(rightsTo(own))
    expect(manifests.map(({ kind }) => kind).filter((kind) => kind.startsWith('ClusterRole'))).toEqual([])
  })

  it.each(NAMES)('is bound to its own account in %s', (overlay) => {
    const manifests = kept(overlay)
    const bound = manifests.filter(({ kind }) => kind.endsWith('Binding'))
    const account = find(manifests, 'ServiceAccount').metadata
    expect(bound.length).toBeGreaterThan(0)
    for (const { subjects, roleRef, kind, metadata } of bound) {
      expect(subjects).toEqual([{ kind: 'ServiceAccount', name: account.name, namespace: account.namespace }])
      expect(roleRef).toEqual({
        apiGroup: 'rbac.authorization.k8s.io',
        kind: kind.replace('Binding', ''),
        name: metadata.name,
      })
    }
    expect(find(manifests, 'Deployment').spec.template.spec.serviceAccountName).toBe(account.name)
  })
})

describe('the pod', () => {
  const manifests = kept('cluster-wide')
  const { spec } = find(manifests, 'Deployment')
  const { metadata, spec: pod } = spec.template
  const [container] = pod.containers
  const env: { name: string; value?: string; valueFrom?: Record<string, Record<string, unknown>> }[] = container.env

  it('meets the Pod Security Standard "restricted", on a file system that it cannot write', () => {
    expect(pod.securityContext).toEqual({
      ...{ runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 },
      ...{ fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(container.securityContext).toEqual({
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    })
  })

  it('is one at a time: the old one ends before the new one begins', () => {
    expect({ replicas: spec.replicas, strategy: spec.strategy }).toEqual({
      replicas: 1,
      strategy: { type: 'Recreate' },
    })
  })

  it('has the time to end that the longest try may take, and connections to close beside it', () => {
    const limits = [
      ...readFileSync('openapi.yaml', 'utf8').matchAll(/timeoutMs:(?:\n\s+\w+: [^\n]+)*?\n\s+maximum: (\d+)/g),
    ]
    const longestMs = Math.max(...limits.map(([, most]) => Number(most)))
    expect(longestMs).toBe(120_000)
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThanOrEqual(longestMs + 10_000)
  })

  it('starts: its environment holds settings that there are, and tokens from Secrets that others make', () => {
    const given = env.map(({ name, value, valueFrom }) => [name, value ?? Object.keys(valueFrom ?? {}).join()])
    expect(Object.fromEntries(given)).toEqual({
      PORTOLAN_HOST: '0.0.0.0',
      PORTOLAN_DATABASE: '/data/portolan.db',
      PORTOLAN_ADMIN_TOKEN: 'secretKeyRef',
      PORTOLAN_METRICS_TOKEN: 'secretKeyRef',
      PORTOLAN_SECRET_KEY: 'secretKeyRef',
      PORTOLAN_SECRET_KEYS: 'secretKeyRef',
      NODE_NAME: 'fieldRef',
    })
    const tokens = { PORTOLAN_ADMIN_TOKEN: 'a'.repeat(48), PORTOLAN_METRICS_TOKEN: 'm'.repeat(48) }
    const sealing = { PORTOLAN_SECRET_KEY: btoa('k'.repeat(32)), PORTOLAN_SECRET_KEYS: '' }
    expect(readConfig({ ...Object.fromEntries(given), ...tokens, ...sealing })).toMatchObject({
      ...{ host: '0.0.0.0', port: container.ports[0].containerPort, databaseFile: '/data/portolan.db', notRead: [] },
    })
    expect(NAMES.flatMap((overlay) => kept(overlay).filter(({ kind }) => kind === 'Secret'))).toEqual([])
  })

  it('is given no variables of Services, which could be taken for settings', () => {
    expect(pod.enableServiceLinks).toBe(false)
  })

  it('writes to its volumes alone: the database to the claim, temporary files to the node', () => {
    expect(container.volumeMounts).toEqual([
      { name: 'data', mountPath: '/data' },
      { name: 'tmp', mountPath: '/tmp' },
    ])
    expect(pod.volumes).toEqual([
      { name: 'data', persistentVolumeClaim: { claimName: find(manifests, 'PersistentVolumeClaim').metadata.name } },
      { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
    ])
  })

  it('is what the Service, the Deployment and the NetworkPolicy select', () => {
    const { labels } = metadata
    expect(find(manifests, 'Service').spec.selector).toEqual(labels)
    expect(spec.selector.matchLabels).toEqual(labels)
    expect(find(manifests, 'NetworkPolicy').spec.podSelector.matchLabels).toEqual(labels)
  })

  it('may dial anything: the NetworkPolicy is about who asks', () => {
    const { policyTypes, egress } = find(manifests, 'NetworkPolicy').spec
    expect({ policyTypes, egress }).toEqual({ policyTypes: ['Ingress'], egress: undefined })
  })
})

describe('the manifests', () => {
  it.each(['cluster-wide', 'namespaced'] as const)('%s need no CRD of others', (overlay) => {
    const versions = new Set(kept(overlay).map(({ apiVersion }) => apiVersion))
    expect([...versions].toSorted()).toEqual([
      ...['apps/v1', 'networking.k8s.io/v1', 'rbac.authorization.k8s.io/v1', 'v1'],
    ])
  })

  it('name in PORTOLAN_NAMESPACES the namespaces that there are Roles in', () => {
    const manifests = kept('namespaced')
    const roles = manifests.filter(({ kind }) => kind === 'Role').map(({ metadata }) => metadata.namespace)
    const { env } = find(manifests, 'Deployment').spec.template.spec.containers[0]
    expect(env.at(-1)).toEqual({ name: 'PORTOLAN_NAMESPACES', value: roles.join(',') })
    expect(readConfig({ PORTOLAN_NAMESPACES: env.at(-1).value })).toMatchObject({ namespaces: roles })
  })

  it('and the chart have the version of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    const chart = load(readFileSync(`${CHART}/Chart.yaml`, 'utf8'))
    const { image } = find(kept('cluster-wide'), 'Deployment').spec.template.spec.containers[0]
    expect(chart).toMatchObject({ version, appVersion: version })
    expect(image).toBe(`portolan:${version}`)
  })
})

describe('the alerts', () => {
  const example = load(readFileSync('examples/prometheus/alerts.yml', 'utf8')) as {
    groups: { rules: { alert: string; expr: string }[] }[]
  }
  const monitored = kept('monitored')

  it('are those of examples/prometheus, here and in the chart', () => {
    expect(find(monitored, 'PrometheusRule').spec).toEqual(example)
    expect(load(readFileSync(`${CHART}/alerts.yaml`, 'utf8'))).toEqual(example)
  })

  it('ask for metrics that there are, of the job that the ServiceMonitor makes', () => {
    const source = ['src/api/metrics.ts', 'src/report/probe-metrics.ts']
      .map((file) => readFileSync(file, 'utf8'))
      .join()
    for (const { alert, expr } of example.groups.flatMap(({ rules }) => rules)) {
      const metrics = expr.match(/\b(probe|portolan|process)_[a-z_]+/g) ?? []
      expect([alert, metrics.length > 0]).toEqual([alert, true])
      expect([alert, metrics.filter((metric) => !source.includes(`'${metric}'`))]).toEqual([alert, []])
      expect([alert, ...expr.matchAll(/job="([^"]*)"/g)].slice(1).map((found) => found[1])).toEqual(
        expr.includes('job=') ? [find(monitored, 'Service').metadata.name] : [],
      )
    }
  })

  it('and the metrics come by the token that opens /metrics alone', () => {
    const { selector, endpoints } = find(monitored, 'ServiceMonitor').spec
    const { labels } = find(monitored, 'Service').metadata
    const env = find(monitored, 'Deployment').spec.template.spec.containers[0].env
    const { secretKeyRef } = env.find(({ name }: { name: string }) => name === 'PORTOLAN_METRICS_TOKEN').valueFrom
    const { name, key } = secretKeyRef
    expect(selector.matchLabels).toEqual(labels)
    expect(endpoints).toEqual([
      {
        ...{ port: 'http', path: '/metrics', interval: '30s', honorLabels: true },
        authorization: { type: 'Bearer', credentials: { name, key } },
      },
    ])
  })
})
