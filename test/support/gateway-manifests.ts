/** Manifests of the Gateway API, with as little as a test needs to say. */

type Spec = Record<string, unknown>
type Meta = {
  name?: string
  namespace?: string
  labels?: Record<string, string>
  generation?: number
  createdAt?: string
}

const API = 'gateway.networking.k8s.io/v1'

const metaOf = (name: string, { createdAt, ...meta }: Meta): Spec => ({
  name,
  namespace: 'pond',
  ...meta,
  ...(createdAt !== undefined && { creationTimestamp: createdAt }),
})

/** A condition as controllers write it, of generation 1. */
export const condition = (type: string, status: string, reason = type, observedGeneration = 1): Spec => ({
  ...{ type, status, reason, message: `told of ${type}`, observedGeneration },
  lastTransitionTime: '2026-11-30T00:00:00Z',
})

export const http = (of: Spec = {}): Spec => ({ name: 'http', port: 80, protocol: 'HTTP', ...of })
export const https = (of: Spec = {}): Spec => ({
  ...{ name: 'https', port: 443, protocol: 'HTTPS' },
  tls: { certificateRefs: [{ name: 'cert' }] },
  ...of,
})

/** Gateway `edge` in `pond` at 203.0.113.80, with a listener for plain HTTP. */
export const gateway = (spec: Spec = {}, meta: Meta = {}, status: Spec = {}): Spec => ({
  ...{ apiVersion: API, kind: 'Gateway', metadata: metaOf('edge', meta) },
  spec: { gatewayClassName: 'some', listeners: [http()], ...spec },
  status: { addresses: [{ type: 'IPAddress', value: '203.0.113.80' }], ...status },
})

export const gatewayClass = (spec: Spec = {}, status: Spec = {}): Spec => ({
  ...{ apiVersion: API, kind: 'GatewayClass', metadata: { name: 'some', generation: 1 } },
  spec: { controllerName: 'example.net/some', ...spec },
  status,
})

export const listenerSet = (spec: Spec = {}, meta: Meta = {}, status: Spec = {}): Spec => ({
  ...{ apiVersion: API, kind: 'ListenerSet', metadata: metaOf('more', meta) },
  spec: { parentRef: { name: 'edge' }, listeners: [http({ name: 'extra', port: 8080 })], ...spec },
  status,
})

/** A route `toad` in `pond`, to port 80 of Service `toad` by Gateway `edge`. */
export const routeOf = (kind: string, spec: Spec = {}, meta: Meta = {}, status: Spec = {}): Spec => ({
  ...{ apiVersion: API, kind, metadata: metaOf('toad', meta) },
  spec: { parentRefs: [{ name: 'edge' }], rules: [{ backendRefs: [{ name: 'toad', port: 80 }] }], ...spec },
  status,
})

export const httpRoute = (spec: Spec = {}, meta: Meta = {}, status: Spec = {}): Spec =>
  routeOf('HTTPRoute', spec, meta, status)

/** The status of a route at its parent `edge`. */
export const parentStatus = (conditions: readonly Spec[], of: Spec = {}): Spec => ({
  parents: [{ parentRef: { name: 'edge' }, controllerName: 'example.net/some', conditions, ...of }],
})

export const grant = (from: Spec, to: Spec, namespace = 'pond'): Spec => ({
  ...{ apiVersion: API, kind: 'ReferenceGrant', metadata: { name: 'grant', namespace } },
  spec: {
    from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', ...from }],
    to: [{ group: '', kind: 'Service', ...to }],
  },
})

export const namespace = (name: string, labels: Record<string, string> = {}): Spec => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
})

/** A policy by which the pods of Service `toad` speak TLS as `toad.internal`. */
export const backendTls = (validation: Spec = {}, meta: Meta = {}, ref: Spec = {}): Spec => ({
  ...{ apiVersion: API, kind: 'BackendTLSPolicy', metadata: metaOf('toad-tls', meta) },
  spec: {
    targetRefs: [{ group: '', kind: 'Service', name: 'toad', ...ref }],
    validation: { hostname: 'toad.internal', wellKnownCACertificates: 'System', ...validation },
  },
})
