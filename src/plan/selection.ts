/**
 * The caller's choice among the paths: include, exclude, limits, and those that must not be reachable.
 *
 * @module
 */

import type { Service, ServicePort } from '../kube/objects.ts'
import { nearMiss } from '../lib/near.ts'
import { type ProblemDetail, ProblemError } from '../lib/problem.ts'
import { protocolsOf } from './check.ts'
import type { PlanContext } from './context.ts'
import { KINDS, PATH_KINDS, type PathKind } from './kinds.ts'
import { nodeAddresses } from './node-addresses.ts'
import type { PathSelector, PlannedPath, Skipped } from './path.ts'
import type { JobRequest, Limits } from './request.ts'
import { namesOf, namesPort, selects } from './selector.ts'
import { SOURCES } from './sources.ts'

/** A path with the group that stays together when a limit is met. */
export type GroupedPath = { path: PlannedPath; group: string | null }

export function choosePaths(request: JobRequest, paths: readonly GroupedPath[]): PlannedPath[] {
  const { include, exclude } = request.paths
  const { unreachable } = request.expect
  const chosen =
    include.length + exclude.length + unreachable.length === 0
      ? paths
      : paths.map(({ path, group }): GroupedPath => {
          const skipped = path.skipped ?? excluded(path, include, exclude)
          const forbidden = unreachable.some((selector) => selects(selector, path))
          return { path: { ...path, skipped, expected: forbidden ? 'unreachable' : path.expected }, group }
        })
  const dropped = sample(chosen, request.limits)
  return chosen.map(({ path }) => {
    const detail = dropped.get(path.id)
    return detail === undefined ? path : { ...path, skipped: { reason: 'sampled', detail } }
  })
}

function excluded(
  path: PlannedPath,
  include: readonly PathSelector[],
  exclude: readonly PathSelector[],
): Skipped | null {
  const position = exclude.findIndex((selector) => selects(selector, path))
  if (position !== -1) {
    return { reason: 'excluded', detail: `paths.exclude[${position}]` }
  }
  if (include.length === 0 || include.some((selector) => selects(selector, path))) {
    return null
  }
  return { reason: 'excluded', detail: 'not in paths.include' }
}

/**
 * Finds the paths over a limit: id → reason. The choice is by the hash that ids are, so that the same paths are tested
 * again next time; those that must work come first. Kinds that grow with the cluster are cut to their own limits, and first when all
 * paths together are too many.
 */
function sample(paths: readonly GroupedPath[], limits: Limits): ReadonlyMap<string, string> {
  const dropped = new Map<string, string>()
  const testable = paths.filter(({ path }) => path.skipped === null)
  for (const kind of PATH_KINDS) {
    const { limit } = KINDS[kind]
    if (limit === null) {
      continue
    }
    const own = testable.filter(({ path }) => path.kind === kind)
    const groups = [...Map.groupBy(own, ({ path, group }) => group ?? path.id).values()]
    if (groups.length <= limits[limit]) {
      continue
    }
    for (const { ids } of groups.map(rankOf).sort(byRank).slice(limits[limit])) {
      for (const id of ids) {
        dropped.set(id, `more than limits.${limit}=${limits[limit]}`)
      }
    }
  }
  if (testable.length - dropped.size <= limits.paths) {
    return dropped
  }
  const left = testable.filter(({ path }) => !dropped.has(path.id))
  const ranked = left.map((each) => ({ ...rankOf([each]), grows: KINDS[each.path.kind].limit !== null }))
  const inOrder = ranked.sort((a, b) => Number(a.grows) - Number(b.grows) || byRank(a, b))
  for (const { first } of inOrder.slice(limits.paths)) {
    dropped.set(first, `more than limits.paths=${limits.paths}`)
  }
  return dropped
}

type Rank = { ids: readonly string[]; first: string; must: boolean }

function rankOf(members: readonly GroupedPath[]): Rank {
  const ids = members.map(({ path }) => path.id)
  const first = ids.reduce((least, id) => (id < least ? id : least))
  return { ids, first, must: members.some(({ path }) => path.expected !== 'unknown') }
}

const byRank = (a: Rank, b: Rank): number => Number(b.must) - Number(a.must) || (a.first < b.first ? -1 : 1)

/**
 * Refuses a selector or a check that names a port, a node or a host which is not there. A mere kind that does not apply
 * is no mistake: the same request may be meant for Services of several types.
 *
 * @throws ProblemError `impossible_request`, with all of them
 */
export function refuseImpossible(context: PlanContext, planned: readonly GroupedPath[]): void {
  const paths = planned.map(({ path }) => path)
  const misnamed = [...impossibleChecks(context), ...impossibleSelectors(context, paths)]
  const errors = misnamed.length > 0 ? misnamed : nothingIncluded(context, paths)
  const [first] = errors
  if (first !== undefined) {
    throw new ProblemError('impossible_request', first.detail, { errors })
  }
}

function impossibleChecks({ request, service }: PlanContext): ProblemDetail[] {
  return request.checks.flatMap((check, position): ProblemDetail[] => {
    const { port: ref, type } = check
    if (ref === null) {
      return []
    }
    const pointer = `/checks/${position}/port`
    // One number may stand for several ports: 443/UDP beside 443/TCP for HTTP/3.
    const meant = portsNamed(service, ref)
    const [first] = meant
    if (first === undefined) {
      return [{ pointer, detail: noPort(service, ref) }]
    }
    const protocols = protocolsOf(check)
    if (meant.some(({ protocol }) => protocols.includes(protocol))) {
      return []
    }
    return [
      { pointer, detail: `Port ${ref} is ${first.protocol}: this ${type} check is for ${protocols.join(' and ')}.` },
    ]
  })
}

function impossibleSelectors(context: PlanContext, paths: readonly PlannedPath[]): ProblemDetail[] {
  const { paths: chosen, expect } = context.request
  const lists = [
    ['/paths/include', chosen.include],
    ['/paths/exclude', chosen.exclude],
    ['/expect/reachable', expect.reachable],
    ['/expect/unreachable', expect.unreachable],
  ] as const
  return lists.flatMap(([pointer, selectors]) =>
    selectors.flatMap((selector, position) => impossibleNames(context, paths, selector, `${pointer}/${position}`)),
  )
}

function impossibleNames(
  context: PlanContext,
  paths: readonly PlannedPath[],
  { port, node, host, parent }: PathSelector,
  at: string,
): ProblemDetail[] {
  const errors: ProblemDetail[] = []
  if (port !== undefined && portsNamed(context.service, port).length === 0) {
    errors.push({ pointer: `${at}/port`, detail: noPort(context.service, port) })
  }
  if (node !== undefined && !isNode(context, paths, node)) {
    errors.push({ pointer: `${at}/node`, detail: noNode(context, node) })
  }
  if (host !== undefined && !paths.some((path) => path.host === host) && !mayBeMore(context, PATH_KINDS)) {
    errors.push({ pointer: `${at}/host`, detail: noHost(paths, host) })
  }
  if (parent !== undefined && !paths.some((path) => isUnder(path, parent)) && !mayBeMore(context, PATH_KINDS)) {
    errors.push({ pointer: `${at}/parent`, detail: noParent(paths, parent) })
  }
  return errors
}

function nothingIncluded(context: PlanContext, paths: readonly PlannedPath[]): ProblemDetail[] {
  const { request, service } = context
  const { include } = request.paths
  if (include.length === 0 || paths.some((path) => include.some((selector) => selects(selector, path)))) {
    return []
  }
  if (
    mayBeMore(
      context,
      include.map(({ kind }) => kind),
    )
  ) {
    return []
  }
  const kinds = [...new Set(paths.map(({ kind }) => kind))].join(', ')
  const detail = `No path of Service/${service.meta.name} is among these. It has: ${kinds}.`
  return [{ pointer: '/paths/include', detail }]
}

/** Objects that were not read may make the path that is meant: the request is no mistake then, and the plan says so. */
const mayBeMore = (context: PlanContext, kinds: readonly PathKind[]): boolean =>
  kinds.some((kind) => (SOURCES[kind].unread?.(context) ?? null) !== null)

const portsNamed = ({ ports }: Service, ref: string | number): readonly ServicePort[] =>
  ports.filter(({ name, port }) => namesPort(ref, { name, number: port }))

function noPort({ meta, ports }: Service, ref: string | number): string {
  const known = ports.flatMap(({ name, port }) => (name === null ? [String(port)] : [name, String(port)]))
  const has = known.length === 0 ? 'It has none.' : `It has: ${some(known)}.`
  return `Service/${meta.name} has no port ${ref}. ${has}`
}

const isNode = ({ index }: PlanContext, paths: readonly PlannedPath[], node: string): boolean =>
  index.nodeNamed(node) !== null ||
  paths.some((path) => path.node === node || path.address === node) ||
  index.unread('nodes', null) !== null

function noNode(context: PlanContext, node: string): string {
  const known = [...new Set(nodeAddresses(context).map((each) => each.node?.meta.name ?? each.address))]
  return `There is no Node ${node}.${suggestion(node, known)}`
}

function noHost(paths: readonly PlannedPath[], host: string): string {
  const known = [
    ...new Set(paths.flatMap((path) => (KINDS[path.kind].routedBy !== null && path.host !== null ? [path.host] : []))),
  ]
  return `No path has the host ${host}.${suggestion(host, known)}`
}

const isUnder = ({ parent }: PlannedPath, name: string): boolean => parent !== null && namesOf(parent).includes(name)

function noParent(paths: readonly PlannedPath[], parent: string): string {
  const known = [...new Set(paths.flatMap((path) => (path.parent === null ? [] : (namesOf(path.parent).at(-1) ?? []))))]
  return `No path has the parent ${parent}.${suggestion(parent, known)}`
}

/** Lists names, as many as one can choose from. */
const some = (names: readonly string[]): string =>
  names.slice(0, 20).join(', ') + (names.length > 20 ? ` and ${names.length - 20} more` : '')

function suggestion(found: string, known: readonly string[]): string {
  const near = nearMiss(found, known)
  if (near !== null) {
    return ` Did you mean ${near}?`
  }
  return known.length === 0 ? '' : ` There are: ${some(known)}.`
}
