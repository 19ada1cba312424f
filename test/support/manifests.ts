/** Manifests as a cluster would hand them out, with as little as a test needs to say. */

type Spec = Record<string, unknown>
type Named = {
  name?: string
  namespace?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

/** Service `toad` in `pond`, port http 80 → 8080, cluster IP 10.96.0.7, selector app=toad. `null` takes a field away. */
export function service(spec: Spec = {}, meta: Named = {}, status: Spec = {}): Spec {
  const clusterIP = 'clusterIP' in spec ? spec.clusterIP : '10.96.0.7'
  const external = spec.type === 'ExternalName'
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'toad', namespace: 'pond', ...meta },
    spec: withoutNull({
      ...(external ? {} : { clusterIP, ...(clusterIP === null ? {} : { clusterIPs: [clusterIP] }) }),
      selector: external ? null : { app: 'toad' },
      ports: [{ name: 'http', port: 80, targetPort: 8080 }],
      ...spec,
    }),
    status,
  }
}

export const loadBalancerStatus = (...ingress: Spec[]): Spec => ({ loadBalancer: { ingress } })

type EndpointSpec = {
  at: string
  node?: string
  ready?: boolean
  serving?: boolean
  terminating?: boolean
  hostname?: string
  pod?: string
}

export function slice(endpoints: readonly EndpointSpec[], more: Spec & Named & { service?: string } = {}): Spec {
  const { name = 'toad-abc', namespace = 'pond', service: of = 'toad', labels, ...spec } = more
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace, labels: labels ?? { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: endpoints.map(({ at, node, ready = true, serving = ready, terminating = false, hostname, pod: of }) => ({
      addresses: [at],
      conditions: { ready, serving, terminating },
      ...(node === undefined ? {} : { nodeName: node }),
      ...(hostname === undefined ? {} : { hostname }),
      ...(of === undefined ? {} : { targetRef: { kind: 'Pod', name: of, namespace } }),
    })),
    ...spec,
  }
}

export function pod(
  name: string,
  spec: Spec = {},
  more: Named & { ready?: boolean; phase?: string; ip?: string; deletedAt?: string } = {},
): Spec {
  const {
    ready = true,
    phase = 'Running',
    ip = '10.244.0.9',
    deletedAt,
    labels = { app: 'toad' },
    namespace = 'pond',
  } = more
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels, ...(deletedAt === undefined ? {} : { deletionTimestamp: deletedAt }) },
    spec: { containers: [{ name: 'web', image: 'toad:1', ports: [{ name: 'web', containerPort: 8080 }] }], ...spec },
    status: { phase, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  }
}

export function node(
  name: string,
  addresses: Record<string, string> | [string, string][],
  more: Spec & Named & { ready?: string } = {},
): Spec {
  const { labels = {}, ready = 'True', ...spec } = more
  const list = Array.isArray(addresses) ? addresses : Object.entries(addresses)
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec,
    status: {
      addresses: list.map(([type, address]) => ({ type, address })),
      conditions: [{ type: 'Ready', status: ready }],
    },
  }
}

/** A warning about `Pod/toad-1` in `pond`, or about what is named. */
export function event(
  reason: string,
  message: string,
  more: { about?: string; type?: string; count?: number; at?: string; namespace?: string } = {},
): Spec {
  const { about = 'Pod/toad-1', type = 'Warning', count = 1, at = '2026-11-30T11:59:00Z', namespace = 'pond' } = more
  const [kind, name] = about.split('/')
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${reason.toLowerCase()}`, namespace },
    involvedObject: { kind, name, namespace },
    ...{ type, reason, message, count, firstTimestamp: at, lastTimestamp: at },
  }
}

type PathSpec = { path?: string; pathType?: string; to?: string; port?: number | string }

/** Ingress `toad` of class nginx, one rule of toad.example.com, status 203.0.113.80. */
export function ingress(
  paths: readonly PathSpec[],
  spec: Spec & { host?: string | null } = {},
  meta: Named = {},
  status: Spec = loadBalancerStatus({ ip: '203.0.113.80' }),
): Spec {
  const { host = 'toad.example.com', ...rest } = spec
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'toad', namespace: 'pond', ...meta },
    spec: withoutNull({
      ingressClassName: 'nginx',
      rules: [
        {
          ...(host === null ? {} : { host }),
          http: {
            paths: paths.map(({ path = '/', pathType = 'Prefix', to = 'toad', port = 80 }) => ({
              path,
              pathType,
              backend: { service: { name: to, port: typeof port === 'number' ? { number: port } : { name: port } } },
            })),
          },
        },
      ],
      ...rest,
    }),
    status,
  }
}

export const ingressClass = (name: string, controller: string, isDefault = false): Spec => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name, annotations: isDefault ? { 'ingressclass.kubernetes.io/is-default-class': 'true' } : {} },
  spec: { controller },
})

export function workload(
  kind: string,
  name: string,
  labels: Record<string, string>,
  spec: Spec = {},
  containers: Spec[] = [{ name: 'web' }],
  namespace = 'pond',
): Spec {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
      ...spec,
    },
  }
}

const withoutNull = (spec: Spec): Spec => Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== null))
