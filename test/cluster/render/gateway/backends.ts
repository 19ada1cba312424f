/**
 * Where requests of a rule go: the servers behind each of its references.
 *
 * @module
 */
import { type GatewayFiles, isPassthrough, type Listener } from './listeners.ts'
import {
  type BackendRef,
  type BackendTlsPolicy,
  byAge,
  type GatewayObjects,
  GROUP,
  isGranted,
  namespaceOf,
  type Route,
  type Service,
  type ServicePort,
} from './objects.ts'

/** `null` servers: the reference leads nowhere, which is answered with 500; none of them is answered with 503. */
export type Backend = { ref: BackendRef; weight: number; servers: readonly string[] | null }

/** Resolves the references of a rule, each with the options of HAProxy's for its servers. */
export const backendsOf = (
  objects: GatewayObjects,
  listener: Listener,
  route: Route,
  refs: readonly BackendRef[],
  files: GatewayFiles,
): Backend[] =>
  refs.map((ref) => ({ ref, weight: ref.weight ?? 1, servers: serversOf(objects, listener, route, ref, files) }))

function serversOf(
  objects: GatewayObjects,
  listener: Listener,
  route: Route,
  { group = '', kind = 'Service', namespace = namespaceOf(route), name, port: number }: BackendRef,
  files: GatewayFiles,
): string[] | null {
  const from = { group: GROUP, kind: route.kind, namespace: namespaceOf(route) }
  const service = objects.services.find((each) => each.metadata.name === name && namespaceOf(each) === namespace)
  const port = service?.spec.ports?.find((each) => each.port === number && (each.protocol ?? 'TCP') === 'TCP')
  if (
    `${group}/${kind}` !== '/Service' ||
    service === undefined ||
    port === undefined ||
    service.spec.type === 'ExternalName' ||
    !isGranted(objects, from, { group, kind, namespace, name })
  ) {
    return null
  }
  const options = optionsOf(objects, listener, route, service, port, files)
  return options === null ? null : addressesOf(objects, service, port).map((address) => [address, ...options].join(' '))
}

/** Ready endpoints as `address:port`. */
const addressesOf = ({ slices }: GatewayObjects, service: Service, port: ServicePort): string[] =>
  slices
    .filter(
      (slice) =>
        namespaceOf(slice) === namespaceOf(service) &&
        slice.metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name &&
        (slice.addressType ?? 'IPv4') === 'IPv4',
    )
    .flatMap((slice) =>
      (slice.ports ?? [])
        .filter(({ name = '' }) => name === (port.name ?? ''))
        .flatMap(({ port: number }) =>
          (slice.endpoints ?? [])
            .filter(({ conditions }) => conditions?.ready ?? true)
            .flatMap(({ addresses }) => addresses.slice(0, 1).map((address) => `${address}:${number}`)),
        ),
    )

/** HTTP/2 without TLS. */
const isH2c = (route: Route, { appProtocol }: ServicePort): boolean =>
  route.kind === 'GRPCRoute' || (route.kind === 'HTTPRoute' && appProtocol === 'kubernetes.io/h2c')

/** `null`: the servers are to be asked over TLS in a way that is impossible, so that they are not asked at all. */
function optionsOf(
  objects: GatewayObjects,
  listener: Listener,
  route: Route,
  service: Service,
  port: ServicePort,
  files: GatewayFiles,
): string[] | null {
  const policy = policyOf(objects, service, port)
  if (policy === null || isPassthrough(listener)) {
    return isH2c(route, port) ? ['proto h2'] : []
  }
  const { hostname, caCertificateRefs = [], wellKnownCACertificates, subjectAltNames = [] } = policy.spec.validation
  const authority =
    wellKnownCACertificates === undefined
      ? caCertificateRefs
          .map(({ group = '', kind = 'ConfigMap', name }) =>
            `${group}/${kind}` === '/ConfigMap' ? files.authority(namespaceOf(policy), name) : null,
          )
          .at(0)
      : '@system-ca'
  // HAProxy judges a certificate by the name that it asks for, and by no other.
  const isJudged = subjectAltNames.every(({ type, hostname: name }) => type === 'Hostname' && name === hostname)
  if (authority === null || authority === undefined || !isJudged) {
    return null
  }
  const { gateway } = listener
  const own = gateway.spec.tls?.backend?.clientCertificateRef
  const certificate = own === undefined ? null : files.certificate(own.namespace ?? namespaceOf(gateway), own.name)
  return [
    `ssl verify required ca-file ${authority} sni str(${hostname})`,
    ...(certificate === null ? [] : [`crt ${certificate}`]),
    ...(route.kind === 'GRPCRoute' ? ['alpn h2'] : route.kind === 'HTTPRoute' ? ['alpn http/1.1'] : []),
  ]
}

/** What names the port comes before what means the whole Service, then the oldest wins. */
function policyOf({ policies }: GatewayObjects, service: Service, port: ServicePort): BackendTlsPolicy | null {
  const targeting = policies
    .filter((policy) => namespaceOf(policy) === namespaceOf(service))
    .toSorted(byAge)
    .flatMap((policy) =>
      policy.spec.targetRefs
        .filter(
          ({ group = '', kind = 'Service', name }) =>
            `${group}/${kind}/${name}` === `/Service/${service.metadata.name}`,
        )
        .map(({ sectionName }) => ({ policy, sectionName })),
    )
  const found =
    targeting.find(({ sectionName }) => sectionName !== undefined && sectionName === port.name) ??
    targeting.find(({ sectionName }) => sectionName === undefined)
  return found?.policy ?? null
}
