/**
 * What the proxy reads of the Gateway API, as the objects say it: nothing is parsed, defaulted or resolved by what is
 * tested with it.
 *
 * @module
 */

export const GROUP = 'gateway.networking.k8s.io'

export type Meta = {
  name: string
  namespace?: string
  labels?: Readonly<Record<string, string>>
  creationTimestamp?: string
}

export type Requirement = { key: string; operator: string; values?: readonly string[] }
export type Selector = { matchLabels?: Readonly<Record<string, string>>; matchExpressions?: readonly Requirement[] }
export type Namespaces = { from?: 'All' | 'Same' | 'Selector' | 'None'; selector?: Selector }
/** A reference with the group, kind and namespace that it may leave out. */
export type Ref = { group?: string; kind?: string; namespace?: string; name: string }

export type ListenerSpec = {
  name: string
  port: number
  protocol: string
  hostname?: string
  tls?: { mode?: 'Terminate' | 'Passthrough'; certificateRefs?: readonly Ref[] }
  allowedRoutes?: { namespaces?: Namespaces; kinds?: readonly { group?: string; kind: string }[] }
}

export type ClientValidation = { caCertificateRefs?: readonly Ref[]; mode?: 'AllowValidOnly' | 'AllowInsecureFallback' }
type FrontendTls = { validation?: ClientValidation }

export type Gateway = {
  metadata: Meta
  spec: {
    gatewayClassName: string
    listeners?: readonly ListenerSpec[]
    allowedListeners?: { namespaces?: Namespaces }
    tls?: {
      frontend?: { default?: FrontendTls; perPort?: readonly { port: number; tls?: FrontendTls }[] }
      backend?: { clientCertificateRef?: Ref }
    }
  }
}
export type ListenerSet = { metadata: Meta; spec: { parentRef: Ref; listeners?: readonly ListenerSpec[] } }
export type GatewayClass = { metadata: Meta; spec: { controllerName: string } }

export type ValueMatch = { type?: 'Exact' | 'RegularExpression'; name: string; value: string }
export type HttpMatch = {
  path?: { type?: 'Exact' | 'PathPrefix' | 'RegularExpression'; value?: string }
  method?: string
  headers?: readonly ValueMatch[]
  queryParams?: readonly ValueMatch[]
}
export type GrpcMatch = {
  method?: { type?: 'Exact' | 'RegularExpression'; service?: string; method?: string }
  headers?: readonly ValueMatch[]
}

type Header = { name: string; value: string }
export type HeaderFilter = { set?: readonly Header[]; add?: readonly Header[]; remove?: readonly string[] }
export type PathModifier = {
  type: 'ReplaceFullPath' | 'ReplacePrefixMatch'
  replaceFullPath?: string
  replacePrefixMatch?: string
}
export type Redirect = { scheme?: string; hostname?: string; port?: number; statusCode?: number; path?: PathModifier }
export type Cors = {
  allowOrigins?: readonly string[]
  allowMethods?: readonly string[]
  allowHeaders?: readonly string[]
  exposeHeaders?: readonly string[]
  allowCredentials?: boolean
  maxAge?: number
}
export type Filter = {
  type: string
  requestHeaderModifier?: HeaderFilter
  responseHeaderModifier?: HeaderFilter
  requestRedirect?: Redirect
  urlRewrite?: { hostname?: string; path?: PathModifier }
  cors?: Cors
}

export type BackendRef = Ref & { port?: number; weight?: number; filters?: readonly Filter[] }
export type Rule = {
  matches?: readonly (HttpMatch & GrpcMatch)[]
  filters?: readonly Filter[]
  backendRefs?: readonly BackendRef[]
  timeouts?: { request?: string; backendRequest?: string }
  retry?: { codes?: readonly number[]; attempts?: number }
}
export type RouteKind = 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute'
export type Route = {
  kind: RouteKind
  metadata: Meta
  spec: {
    parentRefs?: readonly (Ref & { sectionName?: string; port?: number })[]
    hostnames?: readonly string[]
    rules?: readonly Rule[]
  }
}

export type ReferenceGrant = {
  metadata: Meta
  spec: {
    from: readonly { group: string; kind: string; namespace: string }[]
    to: readonly { group: string; kind: string; name?: string }[]
  }
}
export type BackendTlsPolicy = {
  metadata: Meta
  spec: {
    targetRefs: readonly (Ref & { sectionName?: string })[]
    validation: {
      hostname: string
      caCertificateRefs?: readonly Ref[]
      wellKnownCACertificates?: string
      subjectAltNames?: readonly { type: string; hostname?: string }[]
    }
  }
}

export type ServicePort = { name?: string; port: number; protocol?: string; appProtocol?: string }
export type Service = { metadata: Meta; spec: { type?: string; ports?: readonly ServicePort[] } }
export type EndpointSlice = {
  metadata: Meta
  addressType?: string
  ports?: readonly { name?: string; port?: number; protocol?: string }[]
  endpoints?: readonly { addresses: readonly string[]; conditions?: { ready?: boolean } }[]
}
export type Namespace = { metadata: Meta }

/** Each kind that is read, with its objects. */
export type GatewayObjects = {
  gatewayClasses: readonly GatewayClass[]
  gateways: readonly Gateway[]
  listenerSets: readonly ListenerSet[]
  routes: readonly Route[]
  grants: readonly ReferenceGrant[]
  policies: readonly BackendTlsPolicy[]
  services: readonly Service[]
  slices: readonly EndpointSlice[]
  namespaces: readonly Namespace[]
}

const ROUTES: readonly string[] = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute'] satisfies RouteKind[]

/** @param manifests objects as a cluster hands them out. Kinds that no proxy reads are left out. */
export function gatewayObjects(manifests: readonly unknown[]): GatewayObjects {
  const of = <T>(...kinds: readonly string[]): T[] =>
    manifests.filter((each) => kinds.includes((each as { kind?: string } | null)?.kind ?? '')) as T[]
  return {
    gatewayClasses: of('GatewayClass'),
    gateways: of('Gateway'),
    listenerSets: of('ListenerSet'),
    routes: of(...ROUTES),
    grants: of('ReferenceGrant'),
    policies: of('BackendTLSPolicy'),
    services: of('Service'),
    slices: of('EndpointSlice'),
    namespaces: of('Namespace'),
  }
}

export const namespaceOf = ({ metadata }: { metadata: Meta }): string => metadata.namespace ?? 'default'

export const keyOf = (object: { metadata: Meta }): string => `${namespaceOf(object)}/${object.metadata.name}`

/** The oldest first, then by namespace and name: who wins where two objects want the same. */
export const byAge = (a: { metadata: Meta }, b: { metadata: Meta }): number =>
  compare(String(a.metadata.creationTimestamp ?? ''), String(b.metadata.creationTimestamp ?? '')) ||
  compare(keyOf(a), keyOf(b))

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Tells whether namespaces that a field allows include one. @param own the namespace of the object with the field. */
export function allowsNamespace(
  { namespaces }: GatewayObjects,
  allowed: Namespaces,
  own: string,
  namespace: string,
): boolean {
  switch (allowed.from) {
    case 'All':
      return true
    case 'Same':
      return own === namespace
    case 'Selector':
      return selects(allowed.selector ?? {}, {
        'kubernetes.io/metadata.name': namespace,
        ...namespaces.find(({ metadata }) => metadata.name === namespace)?.metadata.labels,
      })
    default:
      return false
  }
}

const OPERATORS: Readonly<Record<string, (value: string | undefined, values: readonly string[]) => boolean>> = {
  In: (value, values) => value !== undefined && values.includes(value),
  NotIn: (value, values) => value === undefined || !values.includes(value),
  Exists: (value) => value !== undefined,
  DoesNotExist: (value) => value === undefined,
}

const selects = ({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Readonly<Record<string, string>>) =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(({ key, operator, values = [] }) => OPERATORS[operator]?.(labels[key], values) ?? false)

/** Tells whether an object of one namespace may refer to one of another; within one it always may. */
export function isGranted(
  { grants }: GatewayObjects,
  from: { group: string; kind: string; namespace: string },
  to: { group: string; kind: string; namespace: string; name: string },
): boolean {
  return (
    from.namespace === to.namespace ||
    grants.some(
      (grant) =>
        namespaceOf(grant) === to.namespace &&
        grant.spec.from.some(
          ({ group, kind, namespace }) => group === from.group && kind === from.kind && namespace === from.namespace,
        ) &&
        grant.spec.to.some(
          ({ group, kind, name }) => group === to.group && kind === to.kind && (name === undefined || name === to.name),
        ),
    )
  )
}
