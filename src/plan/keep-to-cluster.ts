/**
 * Keeps a job that discovery made, or a caller of some namespaces, to addresses that the cluster itself gave out. Whoever
 * may write an EndpointSlice, an external IP, an ExternalName or a host of an Ingress could else send the prober anywhere
 * (ADR 0042, ADR 0066). Pure.
 *
 * @module
 */
import type { ObjectIndex } from '../kube/object-index.ts'
import type { LoadBalancerIngress, Service } from '../kube/objects.ts'
import { familyOf } from '../lib/address.ts'
import type { Because } from './because.ts'
import { type Beyond, beyondOf, ownAddresses, type Told } from './behind-service.ts'
import type { At } from './beside.ts'
import { isHealthCheck } from './check.ts'
import { INGRESS_CONTROLLERS } from './controllers/table.ts'
import { type DiscoverEgress, EGRESS_SETTING, isNamed, mayBeNamed, NO_EGRESS } from './discover-egress.ts'
import { gatewaysOf, isProgrammed } from './gateway/programmed.ts'
import { sharedBy } from './ingress-shared-host.ts'
import { KINDS } from './kinds.ts'
import type { Dials, Plan, PlannedPath } from './path.ts'

/** On whose account a plan is kept, and what would let it go further. */
export type KeptFor = {
  /** Named at the end of each refusal. */
  lift: string
  /** Commands are not given: nobody has asked for them. */
  commands: boolean
  /** Another tenant's pod is no more to be reached than an address outside of the cluster. */
  amongTenants: boolean
}

export const FOR_DISCOVERY: KeptFor = { lift: EGRESS_SETTING, commands: false, amongTenants: false }

export const NOT_NARROWED_BY_ADDRESS = 'the token has no egressOnly'
export const FOR_NARROWED: KeptFor = { lift: NOT_NARROWED_BY_ADDRESS, commands: true, amongTenants: true }

/**
 * Skips every path that leads to an address that a user may have written, and says which addresses the rest may dial:
 * that is asked again before each dial, when names are resolved.
 *
 * @param index of the objects that the plan was made of.
 */
export function keepToCluster(
  plan: Plan,
  index: ObjectIndex,
  keptFor: KeptFor,
  egress: DiscoverEgress = NO_EGRESS,
): Plan {
  const { namespace, service: name } = plan.target
  const [service] = index.servicesAt(namespace, name)
  if (service === undefined) {
    return plan
  }
  const { lift, commands, amongTenants } = keptFor
  const own = ownAddresses(index, namespace, service, amongTenants)
  const told: Told = { index, namespace, service, egress, amongTenants, own }
  const statuses = statusesOf(told)
  const beyond = beyondOf(told)
  const paths = plan.paths.map((path): PlannedPath => {
    if (!isDialledLater(path, amongTenants)) {
      return path
    }
    const why = refusalOf(path, told, statuses, beyond) ?? (amongTenants ? sharedBy(index, namespace, path) : null)
    if (why !== null) {
      return { ...path, skipped: { reason: 'policy', detail: `${why} (${lift})` } }
    }
    const command = path.skipped === null && !commands ? commandOf(path) : null
    return command === null ? path : { ...path, skipped: { reason: 'policy', detail: command } }
  })
  return { ...plan, paths, dials: { ...dialsOf(plan, paths, told, statuses), ...(amongTenants && { lift }) } }
}

/** A comparison asks paths as well that a job leaves out by its limits and its choice. */
const isDialledLater = ({ skipped }: PlannedPath, amongTenants: boolean): boolean =>
  skipped === null || (amongTenants && (skipped.reason === 'sampled' || skipped.reason === 'excluded'))

/** Methods that ask and change nothing (RFC 9110, 9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Tells what a path's checks would command the application to do; `null`: nothing. A match of a route may want any method,
 * and whoever writes it must not have it called at every run of a schedule that nobody has asked for.
 */
function commandOf({ checks }: PlannedPath): string | null {
  for (const check of checks) {
    const asked = check.type === 'http' && !SAFE_METHODS.has(check.method) ? `method ${check.method}` : null
    const called =
      check.type === 'grpc' && check.call !== null && !isHealthCheck(check.call)
        ? `gRPC method ${check.call.service}/${check.call.method}`
        : null
    const command = asked ?? called
    if (command !== null) {
      return `its rule takes ${command}, which may change something: a schedule of your own may ask so, discovery does not`
    }
  }
  return null
}

type Statuses = { addresses: ReadonlySet<string>; ports: ReadonlySet<number> }

/** Users cannot write a status: the API server drops it from what they send (registry/core/service PrepareForUpdate). */
function statusesOf({ index, namespace, service }: Told): Statuses {
  const entries = [service, ...index.ingressesOf(namespace, service.meta.name)].flatMap(
    ({ loadBalancerIngress }): readonly LoadBalancerIngress[] => loadBalancerIngress,
  )
  const ofGateways = gatewaysOf({ index, home: namespace }, service.meta.name).flatMap(
    ({ status }) => status?.addresses ?? [],
  )
  return {
    addresses: new Set([
      ...entries.flatMap(({ ip, hostname }) => ip ?? hostname ?? []),
      ...ofGateways.flatMap(({ value }) => value ?? []),
    ]),
    ports: new Set(entries.flatMap(({ ports }) => ports.map(({ port }) => port))),
  }
}

/** Tells why a path is not dialled, or its name not asked for; `null`: it is. */
function refusalOf(path: PlannedPath, told: Told, statuses: Statuses, beyond: Beyond): string | null {
  const subject = path.dns?.name ?? path.address
  const { addressBy, role, between } = KINDS[path.kind]
  if (addressBy === null || subject === null) {
    return null
  }
  const own = {
    cluster: path.dns === null || !path.because.some(isOfIngress),
    status: statuses.addresses.has(subject),
    endpoints: !beyond.endpoints.has(subject),
    author: false,
  }
  if (!own[addressBy] && !mayBeNamed(told.egress, subject, path)) {
    const unknown = addressBy === 'status' ? 'is in no status that a controller wrote' : 'is what a user wrote'
    return beyond.endpoints.get(subject) ?? `${subject} ${unknown}`
  }
  if (between === 'router' && !isListener(path, told, statuses)) {
    return `port ${path.addressPort} of ${subject} is what a user wrote into an annotation or a listener`
  }
  return role === 'pod' ? null : beyond.behind(path)
}

/** The cluster has no record for the host of an Ingress: its author chose it. */
const isOfIngress = ({ ref }: Because): boolean => ref?.startsWith('Ingress/') ?? false

/**
 * Annotations of some classes, and listeners, name any port, also where the status has the addresses of nodes. What a
 * controller says that it serves is its own.
 */
const isListener = (
  { addressPort, parent }: PlannedPath,
  { index, namespace, amongTenants }: Told,
  { ports }: Statuses,
): boolean =>
  addressPort === null ||
  addressPort === 80 ||
  addressPort === 443 ||
  ports.has(addressPort) ||
  index
    .servicesOnNodePort(addressPort)
    .some((service) => !amongTenants || service.meta.namespace === namespace || isFront(index, service)) ||
  isProgrammed({ index, home: namespace }, parent)

/** The node port of another tenant's Service is as good as its pods. */
const isFront = (index: ObjectIndex, service: Service): boolean =>
  INGRESS_CONTROLLERS.some(({ fronts }) => fronts.some((labels) => index.servicesMarked(labels).includes(service)))

/** Everything that tries and control probes of the job dial by an address, and what names of the Service resolve to. */
function dialsOf(
  { beside }: Plan,
  paths: readonly PlannedPath[],
  { service, egress, own }: Told,
  statuses: Statuses,
): Dials {
  const dialled = paths.filter(({ skipped, address }) => skipped === null && address !== null)
  const isVouchedFor = ({ kind, address }: PlannedPath): boolean =>
    address !== null &&
    (isNamed(egress, address) || (KINDS[kind].addressBy === 'status' && statuses.addresses.has(address)))
  const isForName = ({ kind }: PlannedPath): boolean =>
    KINDS[kind].role === 'name' && service.externalName !== null && isNamed(egress, service.externalName)
  const names = dialled.filter(({ family }) => family === null)
  const literal = dialled.flatMap(({ address, addressPort, family, node }): At[] => {
    if (address === null || addressPort === null || family === null) {
      return []
    }
    const health = node === null || service.healthCheckNodePort === null ? [] : [service.healthCheckNodePort]
    return [addressPort, ...health].map((port) => ({ address, port }))
  })
  const others = [...(beside?.kubernetes ?? []), ...(beside?.dns ?? []), ...(beside?.dnsPods ?? [])]
  const addresses = new Set([...service.clusterIPs.filter((address) => familyOf(address) !== null), ...own])
  return {
    addresses: [...addresses].sort(),
    at: [...new Map([...literal, ...others].map((at) => [`${at.address} ${at.port}`, at])).values()],
    ranges: egress.ranges,
    byName: names.filter((path) => isVouchedFor(path) || isForName(path)).map(({ id }) => id),
  }
}
