/**
 * Bounds a plan before any path is made: each kind's source counts its factors in the objects. If their product is beyond
 * all use, the request is refused with the numbers. If it is merely large, each factor is cut, so that plan and answer
 * have a bound that no input moves.
 *
 * @module
 */

import type { ObjectIndex } from '../kube/object-index.ts'
import type { Service } from '../kube/objects.ts'
import { hashParts } from '../lib/hash.ts'
import { type ProblemDetail, ProblemError } from '../lib/problem.ts'
import type { PathKind } from './kinds.ts'
import type { NotApplicable, PathSelector, Plan } from './path.ts'
import type { JobRequest } from './request.ts'
import { namesPort } from './selector.ts'
import type { Factor, Take } from './take.ts'

/** Up to here a plan lists every path, those that are not tested too. */
export const LISTED_LIMIT = 2_000
/** Beyond this a request is refused: nobody has such a Service, and counting alone would take too long. */
const PLANNED_LIMIT = 1_000_000
/** So many paths of one kind are made if not all can be listed: as many as `limits.paths` may allow to be tested. */
const KIND_LIMIT = 500

const SINGULAR: Readonly<Record<Factor, string>> = {
  ports: 'port',
  nodes: 'node',
  endpoints: 'endpoint',
  addresses: 'address',
  rules: 'rule',
}

export type Counted = {
  factor: Factor
  count: number
  /** At most so many of them are made, as each is large by itself. */
  most?: number
  /** The field that holds them: `Service/toad spec.ports`. */
  field: string
  pointer: string
}

/** The number of paths of one kind, by its factors. */
export type Size = {
  kind: PathKind
  counted: readonly Counted[]
  /** Paths for each combination: forms of a variable, schemes of a rule. */
  each: number
  /** The number itself, if it is less than the product. */
  paths?: number
}

export type Bounds = {
  take: Take
  /** One entry for each kind that is cut, with its numbers. */
  unlisted: readonly NotApplicable[]
}

export type Sized = {
  target: Plan['target']
  service: Service
  index: ObjectIndex
  request: JobRequest
}

/** A request has its objects there. */
export const MANIFESTS = '/target/manifests'

/** Counts a factor that stands in the objects. */
export const counted = (factor: Factor, count: number, field: string): Counted => ({
  factor,
  count,
  field,
  pointer: MANIFESTS,
})

/** Counts a factor whose items the request names; `null` if it names none. */
export const given = (values: readonly string[], pointer: string, factor: Factor): Counted | null =>
  values.length === 0 ? null : { factor, count: values.length, field: pointer.slice(1).replace('/', '.'), pointer }

/** Counts the ports of the Service: paths of every kind are made of them. */
export const portsCounted = ({ service }: Pick<Sized, 'service'>): Counted =>
  counted('ports', service.ports.length, `Service/${service.meta.name} spec.ports`)

/** Counts one where there is none yet, as one path says so. */
export const oneAtLeast = (count: number): number => Math.max(1, count)

const pathsOf = ({ counted: factors, each, paths }: Size): number =>
  paths ?? factors.reduce((product, { count }) => product * count, each)

/**
 * Decides what is made of each factor.
 *
 * @param sizes are those of all kinds, in the order in which kinds are shown.
 * @throws ProblemError `impossible_request` where the product is beyond {@link PLANNED_LIMIT}
 */
export function boundsOf(sized: Sized, sizes: readonly Size[]): Bounds {
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

/** Adds numbers. */
export const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** Decides how many of each factor are kept: nodes and endpoints to their limits, then equal shares. */
function capsOf({ kind, counted: factors, each }: Size, { limits }: JobRequest): [string, number][] {
  const limited = factors.map(({ factor, count, most = count }) => {
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

const TOO_MANY = 'too many to list'

/** Tells whether a plan lists only some of the paths of the kind. */
export const isCutShort = ({ reason }: NotApplicable): boolean => reason.includes(`, ${TOO_MANY}: `)

const reasonOf = (size: Size): string =>
  `${timesOf(size)} make up to ${pathsOf(size)} paths, ${TOO_MANY}: some of each are chosen by a hash, always the ` +
  'same, those that the request names first'

/** `500 ports × 500 addresses`. */
const timesOf = ({ counted: factors, each }: Size): string =>
  [
    ...factors.map(({ count, factor }) => `${count} ${count === 1 ? SINGULAR[factor] : factor}`),
    ...(each === 1 ? [] : [`${each} each`]),
  ].join(' × ')

function tooMany({ service, index }: Sized, sizes: readonly Size[], total: number): ProblemError {
  const worst = sizes.reduce((most, size) => (pathsOf(size) > pathsOf(most) ? size : most))
  const sent = index.source === 'manifests'
  const errors = worst.counted.map(
    ({ field, count, factor, pointer }): ProblemDetail => ({
      pointer: pointer === MANIFESTS && !sent ? '/target' : pointer,
      detail: `${field}: ${count} ${factor}`,
    }),
  )
  const detail =
    `Service/${service.meta.name} would have ${total} paths, more than the ${PLANNED_LIMIT} of one plan. Most are of kind ` +
    `${worst.kind}: ${timesOf(worst)} = ${pathsOf(worst)}. ${sent ? 'Send fewer of these, or name' : 'Name'} those to test in addresses.`
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

/** Ports, nodes and hosts that the request names must be in the plan, or it could not be judged. */
function namedIn({ paths, expect, checks }: JobRequest): (factor: Factor, key: string) => boolean {
  const selectors: readonly PathSelector[] = [
    ...paths.include,
    ...paths.exclude,
    ...expect.reachable,
    ...expect.unreachable,
  ]
  const ports = [...selectors.flatMap(({ port }) => port ?? []), ...checks.flatMap(({ port }) => port ?? [])]
  const texts = new Set(
    selectors.flatMap(({ node, host, parent }) => [node, host, parent].filter((each) => each !== undefined)),
  )
  return (factor, key) => {
    if (factor !== 'ports') {
      return key.split('\n').some((part) => texts.has(part))
    }
    const [number = '', name = ''] = key.split(' ')
    return ports.some((ref) => namesPort(ref, { name, number: Number.parseInt(number, 10) }))
  }
}
