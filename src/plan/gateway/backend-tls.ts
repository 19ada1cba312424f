/**
 * Tells what a BackendTLSPolicy says of the pods of a Service: that they speak TLS, and by which name.
 *
 * @see https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy
 * @module
 */
import { isTo } from '../../kube/gateway-index.ts'
import type { BackendTLSPolicy } from '../../kube/gateway-objects.ts'
import { refOf, type Service, type ServicePort } from '../../kube/objects.ts'
import { type Because, doubted, fieldOf, noted } from '../because.ts'
import type { PlanContext } from '../context.ts'
import type { PathDraft } from '../draft.ts'
import { KINDS } from '../kinds.ts'
import { schemesOf } from '../scheme.ts'
import { restingOn } from '../unread.ts'
import type { World } from './types.ts'
import { namespaceOf } from './world.ts'

export type BackendTls = {
  policy: BackendTLSPolicy
  /** SNI. */
  hostname: string
  /** The certificate has to be for one of these: the hostname, unless the policy says otherwise. */
  names: readonly string[]
  /** It is signed by an authority that systems trust. */
  isPublic: boolean
  because: Because
}

/**
 * Finds the policy that holds for a port: one for the port by its name before one for the whole Service, the older one
 * before the newer one, then by namespace and name.
 */
export function backendTlsOf(world: World, service: Service, port: ServicePort): BackendTls | null {
  const found = policiesFor(world, service, port)[0]
  const hostname = found?.policy.hostname ?? null
  if (found === undefined || hostname === null) {
    return null
  }
  const { policy } = found
  const names = policy.subjectAltNames.filter(({ type }) => type === 'Hostname').map(({ value }) => value)
  return {
    policy,
    hostname,
    names: policy.subjectAltNames.length === 0 ? [hostname] : names,
    isPublic: policy.wellKnownCACertificates === 'System' && policy.subjectAltNames.length === 0,
    because: noted(
      fieldOf(refOf(policy), 'spec.validation.hostname', `=${hostname}`),
      'the pods speak TLS by this name',
    ),
  }
}

/** Lists all policies for a port, the one that holds first: the others are in conflict with it. */
function policiesFor(
  world: World,
  service: Service,
  { name }: ServicePort,
): readonly { policy: BackendTLSPolicy; at: number; isForPort: boolean }[] {
  const namespace = service.meta.namespace ?? world.home
  const to = { group: '', kind: 'Service', namespace, name: service.meta.name }
  const age = ({ policy: { meta } }: { policy: BackendTLSPolicy }): string => meta.createdAt ?? '9999'
  const called = ({ policy }: { policy: BackendTLSPolicy }): string =>
    `${namespaceOf(policy, world)}/${policy.meta.name}`
  return world.index
    .backendTlsPoliciesOf(namespace, service.meta.name)
    .flatMap((policy) =>
      policy.targetRefs.flatMap((ref, at) => {
        const isIts = isTo({ ...ref, namespace: null }, namespace, to)
        return isIts && (ref.sectionName === null || ref.sectionName === name)
          ? [{ policy, at, isForPort: ref.sectionName !== null }]
          : []
      }),
    )
    .toSorted(
      (a, b) =>
        Number(b.isForPort) - Number(a.isForPort) ||
        (age(a) < age(b) ? -1 : age(a) > age(b) ? 1 : called(a) < called(b) ? -1 : 1),
    )
}

/**
 * A Gateway must take one ConfigMap as the authority of a backend; with nothing else it may answer 5xx
 * (BackendTLSPolicyValidation.caCertificateRefs).
 */
export function authorityDoubts(world: World, service: Service, port: ServicePort): readonly Because[] {
  const policy = backendTlsOf(world, service, port)?.policy
  const refs = policy?.caCertificateRefs ?? []
  if (
    policy === undefined ||
    refs.length === 0 ||
    refs.some(({ group, kind }) => group === '' && kind === 'ConfigMap')
  ) {
    return []
  }
  const kinds = [...new Set(refs.map(({ kind }) => kind))].join(', ')
  const field = fieldOf(refOf(policy), 'spec.validation.caCertificateRefs')
  return [doubted(field, `no ConfigMap but ${kinds}, which a Gateway need not take: it answers 5xx then`)]
}

/**
 * Makes a path that leads to the pods speak TLS as a policy says, wherever no load balancer ends it. Trust is judged where
 * the authority is known: a ConfigMap that holds one is never read, so that the name alone is judged then.
 */
export function byBackendTls(context: PlanContext, of: PathDraft): PathDraft {
  const { index, service, target } = context
  const { port } = of
  const isDirect = KINDS[of.kind].routedBy === null && KINDS[of.kind].between !== null
  if (port === null || port.protocol !== 'TCP' || of.dns !== null || of.variable !== null || !isDirect) {
    return of
  }
  const isEnded = !of.shortCut && KINDS[of.kind].between === 'machines' && schemesOf(service, port).endsTls
  if (isEnded) {
    return of
  }
  const told = backendTlsOf({ index, home: target.namespace }, service, port)
  // Nobody writes one for a Service that no route leads to: a live cluster is not asked for it then.
  const isRouted = index.routesOf(target.namespace, service.meta.name).length > 0
  const resting = isRouted ? restingOn(index.unread('backendTlsPolicies', target.namespace)) : []
  if (told === null) {
    return resting.length === 0 ? of : { ...of, because: [...of.because, ...resting] }
  }
  const isHttp = of.scheme === 'http' || of.scheme === 'https'
  return {
    ...of,
    scheme: isHttp ? 'https' : of.scheme,
    overTls: !isHttp,
    sni: told.hostname,
    judgesCertificate: told.isPublic,
    judgesName: told.isPublic ? [] : told.names,
    because: [...of.because, told.because, ...resting],
  }
}
