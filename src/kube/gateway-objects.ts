/**
 * The parts of the objects of the Gateway API that Portolan reads, in that API's own spelling, with its defaults filled
 * in (https://gateway-api.sigs.k8s.io/reference/spec). A missing value is `null` or an empty list.
 *
 * @module
 */
import type { Condition, LabelSelector, Meta } from './meta.ts'

/** metav1.Condition. A condition is believed only if `observedGeneration` is the generation of its object. */
export type ObservedCondition = Condition & { observedGeneration: number | null }

/** Names an object by group and kind; the group of the core is empty. */
export type ObjectName = { group: string; kind: string; namespace: string | null; name: string }

export type RouteKind = 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute' | 'UDPRoute'

export type GatewayClass = {
  kind: 'GatewayClass'
  meta: Meta
  controllerName: string | null
  /** `null`: nobody wrote a status. */
  conditions: readonly ObservedCondition[] | null
}

/** `IPAddress`, `Hostname`, or a type of the implementation. */
export type GatewayAddress = { type: string; value: string | null }

/** Namespaces that are let in: `All`, `Same`, `Selector`, or `None`. */
export type NamespacesFrom = { from: string; selector: LabelSelector | null }

export type GroupKind = { group: string; kind: string }

export type GatewayListener = {
  name: string
  /** It is as written, maybe with a wildcard; `null`: every host. */
  hostname: string | null
  port: number | null
  /** `HTTP`, `HTTPS`, `TLS`, `TCP`, `UDP`, or a protocol of the implementation. */
  protocol: string
  tls: { mode: 'Terminate' | 'Passthrough'; certificateRefs: readonly ObjectName[] } | null
  allowedRoutes: { namespaces: NamespacesFrom /** Empty: those of the protocol. */; kinds: readonly GroupKind[] }
}

export type ListenerStatus = {
  name: string
  supportedKinds: readonly GroupKind[]
  attachedRoutes: number | null
  conditions: readonly ObservedCondition[]
}

/** `AllowValidOnly` demands a valid client certificate, `AllowInsecureFallback` does not. */
export type ClientValidation = { mode: string }

export type Gateway = {
  kind: 'Gateway'
  meta: Meta
  gatewayClassName: string | null
  /** Asked for; those that are given are in the status. */
  addresses: readonly GatewayAddress[]
  listeners: readonly GatewayListener[]
  /** Namespaces whose ListenerSets are taken; `None` by default. */
  allowedListeners: NamespacesFrom
  /** `spec.tls.frontend`. */
  frontend: {
    default: ClientValidation | null
    perPort: readonly { port: number; validation: ClientValidation | null }[]
  }
  /** `null`: nobody wrote a status, as in files from Git. */
  status: {
    addresses: readonly GatewayAddress[]
    conditions: readonly ObservedCondition[]
    listeners: readonly ListenerStatus[]
  } | null
}

export type ListenerSet = {
  kind: 'ListenerSet'
  meta: Meta
  parentRef: ObjectName
  listeners: readonly GatewayListener[]
  status: { conditions: readonly ObservedCondition[]; listeners: readonly ListenerStatus[] } | null
}

/** `kind` Service is a mesh's, which is no way in. */
export type ParentRef = ObjectName & { sectionName: string | null; port: number | null }

/** The type of a match is `Exact`, `PathPrefix`, `RegularExpression`, or one of the implementation. */
export type ValueMatch = { type: string; name: string; value: string }

/** A match of an HTTPRoute or of a GRPCRoute. A rule without matches has one that takes everything. */
export type RouteMatch = {
  /** HTTPRoute; `PathPrefix /` by default. `null` in a GRPCRoute. */
  path: { type: string; value: string } | null
  /** HTTPRoute. */
  method: string | null
  headers: readonly ValueMatch[]
  /** HTTPRoute: `queryParams`. */
  query: readonly ValueMatch[]
  /** GRPCRoute: `method`. */
  grpc: { type: string; service: string | null; method: string | null } | null
}

/** Replaces the whole path, or the prefix that the match took. */
export type PathModifier = { type: string; value: string }

export type HeaderFilter = {
  set: readonly { name: string; value: string }[]
  add: readonly { name: string; value: string }[]
  remove: readonly string[]
}

export type RouteFilter =
  | {
      type: 'RequestRedirect'
      scheme: string | null
      hostname: string | null
      path: PathModifier | null
      port: number | null
      statusCode: number
    }
  | { type: 'URLRewrite'; hostname: string | null; path: PathModifier | null }
  | ({ type: 'RequestHeaderModifier' } & HeaderFilter)
  | ({ type: 'ResponseHeaderModifier' } & HeaderFilter)
  | { type: 'RequestMirror'; backend: ObjectName & { port: number | null } }
  | {
      type: 'CORS'
      allowOrigins: readonly string[]
      allowMethods: readonly string[]
      allowHeaders: readonly string[]
      allowCredentials: boolean
    }
  | { type: 'ExtensionRef'; ref: ObjectName }
  /** Any other: what it does is not known. */
  | { type: 'Unknown'; written: string }

export type RouteBackend = ObjectName & {
  port: number | null
  /** 1 by default; 0 gets nothing. */
  weight: number
  filters: readonly RouteFilter[]
}

export type RouteRule = {
  name: string | null
  /** Never empty for an HTTPRoute or a GRPCRoute; always for the others. */
  matches: readonly RouteMatch[]
  filters: readonly RouteFilter[]
  backends: readonly RouteBackend[]
  /** Milliseconds; `null`: none, as 0 is. */
  timeouts: { requestMs: number | null; backendRequestMs: number | null }
}

export type RouteParentStatus = {
  parentRef: ParentRef
  controllerName: string | null
  conditions: readonly ObservedCondition[]
}

export type GatewayRoute = {
  kind: RouteKind
  meta: Meta
  parentRefs: readonly ParentRef[]
  /** Always empty for TCPRoute and UDPRoute. */
  hostnames: readonly string[]
  rules: readonly RouteRule[]
  /** One for each parent and controller; `null`: nobody wrote a status. */
  parents: readonly RouteParentStatus[] | null
}

export type ReferenceGrant = {
  kind: 'ReferenceGrant'
  meta: Meta
  from: readonly { group: string; kind: string; namespace: string }[]
  /** `name` `null`: every object of that kind. */
  to: readonly { group: string; kind: string; name: string | null }[]
}

export type BackendTLSPolicy = {
  kind: 'BackendTLSPolicy'
  meta: Meta
  targetRefs: readonly (GroupKind & { name: string; sectionName: string | null })[]
  /** SNI, and the name that certificates are judged by unless `subjectAltNames` are given. */
  hostname: string | null
  wellKnownCACertificates: string | null
  /** ConfigMaps, which are never read. */
  caCertificateRefs: readonly (GroupKind & { name: string })[]
  subjectAltNames: readonly { type: string; value: string }[]
  ancestors:
    | readonly { ancestorRef: ParentRef; controllerName: string | null; conditions: readonly ObservedCondition[] }[]
    | null
}
