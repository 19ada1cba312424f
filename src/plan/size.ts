/**
 * How many paths a plan would have, known before any is made: the factors of each kind are counted in the objects.
 * Where their product is beyond all use, the request is refused with the numbers. Where it is merely large, each factor
 * is cut, so that what is made, and what is answered, has a bound that no input moves.
 *
 * @module
 */

import type { ObjectIndex } from '../kube/object-index.ts'
import type { Ingress, Service } from '../kube/objects.ts'
import { hashParts } from '../lib/hash.ts'
import { type ProblemDetail, ProblemError } from '../lib/problem.ts'
import { askedOf } from './controllers/controller.ts'
import { controllerOf } from './controllers/table.ts'
import { aliasesOf } from './ingress-listeners.ts'
import { routesOf } from './ingress-rules.ts'
import type { NotApplicable, PathKind, PathSelector, Plan } from './path.ts'
import type { JobRequest } from './request.ts'
import { namesPort } from './selector.ts'
import { hasSelector } from './service-endpoints.ts'
import type { Factor, Take } from './take.ts'

/** Up to here a plan lists every path, those that are not tested too. */
export const LISTED_LIMIT = 2_000
/** Beyond, a request is refused: nobody has such a Service, and counting alone would take too long. */
export const PLANNED_LIMIT = 1_000_000
/** Paths made of one kind where not all can be listed: as many as `limits.paths` may allow to be tested. */
const KIND_LIMIT = 500
/** An SRV record of a headless Service tells every endpoint: so many values in all records together. */
const VALUES_LIMIT = 20_000

const SINGULAR: Readonly<Record<Factor, string>> = {
  ports: 'port',
  nodes: 'node',
  endpoints: 'endpoint',
  addresses: 'address',
  rules: 'rule',
}

type Counted = {
  factor: Factor
  count: number
  /** How many of them are made at most, where each is large by itself. */
  most?: number
  /** Where it stands: `Service/toad spec.ports`. */
  field: string
  pointer: string
}

type Size = {
  kind: PathKind
  counted: readonly Counted[]
  /** Paths for each combination: forms of a variable, schemes of a rule. */
  each: number
  /** Where it is less than the product. */
  paths?: number
}

export type Bounds = {
  take: Take
  /** Of each kind that is cut: how much of it is not listed. */
  unlisted: readonly NotApplicable[]
}

export type Sized = {
  target: Plan['target']
  service: Service
  index: ObjectIndex
  request: JobRequest
}

const MANIFESTS = '/target/manifests'

function sizesOf({ service, index, request, target }: Sized): Size[] {
  const { addresses } = request
  const ref = `Service/${service.meta.name}`
  const ports = of('ports', service.ports.length, `${ref} spec.ports`)
  const oneAtLeast = (count: number): number => Math.max(1, count)
  const given = (values: readonly string[], pointer: string, factor: Factor): Counted | null =>
    values.length === 0 ? null : { factor, count: values.length, field: pointer.slice(1).replace('/', '.'), pointer }

  const nodeAddresses = index.nodes.reduce((sum, node) => sum + node.addresses.length, 0)
  const nodes =
    given(addresses.nodes, '/addresses/nodes', 'nodes') ??
    of('nodes', oneAtLeast(nodeAddresses), 'Node status.addresses')
  const balancers =
    given(addresses.loadBalancer, '/addresses/loadBalancer', 'addresses') ??
    of('addresses', oneAtLeast(service.loadBalancerIngress.length), `${ref} status.loadBalancer.ingress`)
  const behind = endpointsCounted(index, target.namespace, service)
  const isHeadless = service.clusterIP === 'None'
  const sizes: Size[] = [
    {
      kind: 'DNS',
      counted: [isHeadless ? { ...ports, most: Math.ceil(VALUES_LIMIT / oneAtLeast(behind.count)) } : ports],
      each: 2,
    },
    ...(isHeadless ? [{ kind: 'DNS' as const, counted: [behind], each: 1 }] : []),
    { kind: 'ClusterIP', counted: [ports], each: 2 },
    { kind: 'Endpoint', counted: [ports, behind], each: 1 },
    {
      kind: 'ExternalIP',
      counted: [ports, of('addresses', service.externalIPs.length, `${ref} spec.externalIPs`)],
      each: 1,
    },
    { kind: 'ExternalName', counted: [ports], each: 1 },
    { kind: 'Environment', counted: [ports], each: 5 },
    ...ingressSizes({ service, index, request, target }),
  ]
  if (service.type === 'NodePort' || service.type === 'LoadBalancer') {
    sizes.push({ kind: 'NodePort', counted: [ports, nodes], each: 1 })
  }
  if (service.type === 'LoadBalancer') {
    sizes.push({ kind: 'LoadBalancer', counted: [ports, balancers], each: 1 })
  }
  return sizes
}

const of = (factor: Factor, count: number, field: string): Counted => ({ factor, count, field, pointer: MANIFESTS })

function endpointsCounted(index: ObjectIndex, namespace: string, service: Service): Counted {
  const { name } = service.meta
  const slices = index.slicesOf(namespace, name)
  if (slices.length > 0) {
    const count = slices.reduce((sum, { endpoints }) => sum + endpoints.length, 0)
    return of('endpoints', count, 'EndpointSlice endpoints')
  }
  const legacy = index.endpointsOf(namespace, name).flatMap(({ subsets }) => subsets)
  if (legacy.length > 0) {
    const count = legacy.reduce((sum, each) => sum + each.addresses.length + each.notReadyAddresses.length, 0)
    return of('endpoints', count, `Endpoints/${name} subsets`)
  }
  const pods = hasSelector(service) ? index.podsMatching(namespace, service.selector) : []
  return of('endpoints', pods.length, 'Pod')
}

/** The rules of an Ingress meet its own addresses alone: the sum over all of them is less than the product. */
function ingressSizes({ service, index, request, target }: Sized): Size[] {
  const given = request.addresses.ingressController.length
  const ingresses = index.ingressesOf(target.namespace, service.meta.name)
  const all = ingresses.map((ingress) => ({
    ref: `Ingress/${ingress.meta.name}`,
    rules: routesOf(ingress).filter(({ backend }) => backend.service?.name === service.meta.name).length,
    addresses: given > 0 ? given : Math.max(1, ingress.loadBalancerIngress.length),
    each: waysOf(index, ingress),
  }))
  const [largest] = all.toSorted((a, b) => b.rules * b.addresses * b.each - a.rules * a.addresses * a.each)
  if (largest === undefined) {
    return []
  }
  const pointer = given > 0 ? '/addresses/ingressController' : MANIFESTS
  const field = given > 0 ? 'addresses.ingressController' : `${largest.ref} status.loadBalancer.ingress`
  const count = all.reduce((most, { addresses }) => Math.max(most, addresses), 0)
  const rules = sum(all.map((each) => each.rules))
  const counted = [
    of('rules', rules, `${largest.ref} spec.rules`),
    { factor: 'addresses' as const, count, field, pointer },
  ]
  const paths = sum(all.map((each) => each.rules * each.addresses * each.each))
  return [{ kind: 'Ingress', counted, each: all.reduce((most, { each }) => Math.max(most, each), 0), paths }]
}

/** Listeners and hosts that one rule is asked at: annotations may name more than plain HTTP and HTTPS. */
function waysOf(index: ObjectIndex, ingress: Ingress): number {
  const asked = askedOf(ingress, ingress.tls.length > 0 ? 'spec.tls' : null)
  const listeners = controllerOf(index, ingress)?.listeners(asked).length ?? 0
  return Math.max(SCHEMES, listeners) * (1 + aliasesOf({ index }, ingress).length)
}

/** Plain HTTP and HTTPS. */
const SCHEMES = 2

const pathsOf = ({ counted, each, paths }: Size): number =>
  paths ?? counted.reduce((product, { count }) => product * count, each)

/**
 * @throws ProblemError `impossible_request` where the product is beyond {@link PLANNED_LIMIT}
 */
export function boundsOf(sized: Sized): Bounds {
  const sizes = sizesOf(sized)
  const total = sum(sizes.map(pathsOf))
  if (total > PLANNED_LIMIT) {
    throw tooMany(sized, sizes, total)
  }
  if (total <= LISTED_LIMIT) {
    return { take: (_kind, _factor, items) => items, unlisted: [] }
  }
  const large = sizes.filter((size) => pathsOf(size) > KIND_LIMIT)
  const caps = new Map(large.flatMap((size) => capsOf(size, sized.request)))
  const unlisted = large.map((size): NotApplicable => ({ kind: size.kind, reason: reasonOf(size) }))
  return { take: takeFor(sized, caps), unlisted }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** How many of each factor are kept: nodes and endpoints to their limits, then all to a share alike. */
function capsOf({ kind, counted, each }: Size, { limits }: JobRequest): [string, number][] {
  const limited = counted.map(({ factor, count, most = count }) => {
    const limit = factor === 'nodes' ? limits.nodes : factor === 'endpoints' ? limits.endpoints : most
    return { factor, count: Math.min(count, limit) }
  })
  let left = KIND_LIMIT / each
  return limited
    .toSorted((a, b) => a.count - b.count)
    .map(({ factor, count }, at, all) => {
      const share = Math.max(1, Math.floor(left ** (1 / (all.length - at))))
      const cap = Math.max(1, Math.min(count, share))
      left /= cap
      return [`${kind} ${factor}`, cap]
    })
}

const reasonOf = (size: Size): string =>
  `${timesOf(size)} make up to ${pathsOf(size)} paths, too many to list: some of each are chosen by a hash, always the ` +
  'same, those that the request names first'

/** `500 ports × 500 addresses`. */
const timesOf = ({ counted, each }: Size): string =>
  [
    ...counted.map(({ count, factor }) => `${count} ${count === 1 ? SINGULAR[factor] : factor}`),
    ...(each === 1 ? [] : [`${each} each`]),
  ].join(' × ')

function tooMany({ service }: Sized, sizes: readonly Size[], total: number): ProblemError {
  const worst = sizes.reduce((most, size) => (pathsOf(size) > pathsOf(most) ? size : most))
  const errors = worst.counted.map(
    ({ field, count, factor, pointer }): ProblemDetail => ({ pointer, detail: `${field}: ${count} ${factor}` }),
  )
  const detail =
    `Service/${service.meta.name} would have ${total} paths, more than the ${PLANNED_LIMIT} of one plan. Most are of kind ` +
    `${worst.kind}: ${timesOf(worst)} = ${pathsOf(worst)}. Send fewer of these, or name those to test in addresses.`
  return new ProblemError('impossible_request', detail, { errors })
}

function takeFor({ target, request }: Sized, caps: ReadonlyMap<string, number>): Take {
  const hashes = new Map<string, string>()
  const hashOf = (factor: Factor, key: string): string => {
    const name = `${factor} ${key}`
    const known = hashes.get(name)
    if (known !== undefined) {
      return known
    }
    const hash = hashParts([target.cluster, target.namespace, target.service, factor, key], 10)
    hashes.set(name, hash)
    return hash
  }
  const named = namedIn(request)
  return (kind, factor, items, keyOf, must = () => true) => {
    const cap = caps.get(`${kind} ${factor}`)
    if (cap === undefined || items.length <= cap) {
      return items
    }
    const ranked = items.map((item, at) => {
      const key = keyOf(item)
      return { item, at, first: named(factor, key) ? 0 : must(item) ? 1 : 2, hash: hashOf(factor, key) }
    })
    return ranked
      .sort((a, b) => a.first - b.first || (a.hash < b.hash ? -1 : 1))
      .slice(0, cap)
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item)
  }
}

/** What the request speaks of by name must be in the plan, or it could not be judged. */
function namedIn({ paths, expect, checks }: JobRequest): (factor: Factor, key: string) => boolean {
  const selectors: readonly PathSelector[] = [
    ...paths.include,
    ...paths.exclude,
    ...expect.reachable,
    ...expect.unreachable,
  ]
  const ports = [...selectors.flatMap(({ port }) => port ?? []), ...checks.flatMap(({ port }) => port ?? [])]
  const texts = new Set(selectors.flatMap(({ node, host }) => [node, host].filter((each) => each !== undefined)))
  return (factor, key) => {
    if (factor !== 'ports') {
      return key.split('\n').some((part) => texts.has(part))
    }
    const [number = '', name = ''] = key.split(' ')
    return ports.some((ref) => namesPort(ref, { name, number: Number.parseInt(number, 10) }))
  }
}
