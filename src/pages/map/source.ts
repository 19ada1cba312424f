/**
 * Reads what a map is drawn from out of a document of the API: its paths as ways with one state each. Pure.
 *
 * @module
 */
import type { Finding, Job, JobPath, NotApplicable, Path, PathState, Plan, ServiceHistory } from '../../client/index.ts'
import type { HistoryPath } from '../../history/types.ts'
import { KINDS } from '../../plan/kinds.ts'
import { kindOf, parentText, pathTitle, place, portOf } from '../../report/phrases.ts'
import { visible } from '../../report/visible.ts'

/** The document of a Service's history, of a job, or of a plan, of which nothing is measured. */
export type MapSource =
  | { service: Pick<ServiceHistory, 'target' | 'paths' | 'diagnosis'> }
  | { job: Pick<Job, 'target' | 'vantage' | 'paths' | 'notApplicable' | 'diagnosis'> }
  | { plan: Pick<Plan, 'target' | 'vantage' | 'paths' | 'notApplicable' | 'diagnosis'> }

/**
 * Lists the states of ways, worst first. `error` failed on our side; `skipped` was not tested, for a known reason;
 * `open` was not measured: only planned, not decided yet, or never tested.
 */
export const WAY_STATES = ['fail', 'error', 'pass', 'skipped', 'open'] as const
export type WayState = (typeof WAY_STATES)[number]

/** A path as the map has it. Its texts are safe to show. */
export type Way = {
  id: string
  kind: Path['kind']
  /** In one line of prose. */
  title: string
  state: WayState
  /** As seen from each vantage that looked, or would look. */
  seen: readonly { vantage: string; state: WayState }[]
  /** Why it is as it is, in words: a failure, or a reason for which it was not tested. */
  reason: string | null
  expected: Path['expected']
  path: WayPath
  parts: { kind: string; port: string; place: string; parent: string | null; node: string | null; pod: string | null }
}

export type WayPath = Pick<
  Path,
  | 'address'
  | 'addressPort'
  | 'family'
  | 'host'
  | 'node'
  | 'parent'
  | 'pod'
  | 'port'
  | 'shortCut'
  | 'trafficPolicy'
  | 'url'
> & { because: readonly string[]; variable: string | null }

export type MapFacts = {
  of: 'service' | 'job' | 'plan'
  target: Plan['target']
  vantages: readonly string[]
  /** The ways of now. */
  ways: readonly Way[]
  /** Planned no more. */
  retired: readonly Way[]
  /** One for all endpoints of a port and family, which history keeps besides each of them. */
  sums: readonly Way[]
  findings: readonly Finding[]
  notApplicable: readonly NotApplicable[]
}

/** The worst of them; `open` of none. */
export function worstOf(states: Iterable<WayState>): WayState {
  const found = new Set(states)
  return WAY_STATES.find((state) => found.has(state)) ?? 'open'
}

/** Reads a document. */
export function factsOf(source: MapSource): MapFacts {
  if ('service' in source) {
    return ofService(source.service)
  }
  const { target, vantage, paths, notApplicable, diagnosis } = 'job' in source ? source.job : source.plan
  const ways = (paths as readonly (Path | JobPath)[]).map((path) => {
    const state = stateOf(path)
    return wayOf(path, [{ vantage, state }], skipText(path) ?? failureOf(path, state))
  })
  const of = 'job' in source ? 'job' : 'plan'
  return {
    ...{ of, target, vantages: [visible(vantage)], ways, retired: [], sums: [] },
    ...{ findings: diagnosis.findings, notApplicable },
  }
}

const stateOf = (path: Path | JobPath): WayState =>
  ('outcome' in path ? path.outcome : null) ?? (path.skipped === null ? 'open' : 'skipped')

/** Returns the failure of the first try that ended as its path did; null for documents without tries. */
function failureOf(path: Path | JobPath, state: WayState): string | null {
  const tries = 'results' in path ? path.results : []
  const failure = tries.find(({ outcome, purpose }) => purpose === 'check' && outcome === state)?.failure ?? null
  return failure === null ? null : `${failure.code}: ${failure.message}`
}

const skipText = ({ skipped }: Pick<Path, 'skipped'>): string | null =>
  skipped === null ? null : `${skipped.reason}: ${skipped.detail}`

function ofService({ target, paths, diagnosis }: Extract<MapSource, { service: unknown }>['service']): MapFacts {
  const all = paths.map((path) => ({ path, way: wayOf(path, seenOf(path), reasonOf(path)) }))
  const isSum = ({ kind, address }: PathState): boolean => KINDS[kind].grouped && address === null
  const pick = (is: (path: PathState) => boolean): Way[] => all.flatMap(({ path, way }) => (is(path) ? way : []))
  const ways = pick((path) => path.retiredAt === null && !isSum(path))
  const vantages = [...new Set(ways.flatMap(({ seen }) => seen.map(({ vantage }) => vantage)))].sort()
  return {
    ...{ of: 'service', target, vantages, ways },
    retired: pick((path) => path.retiredAt !== null && !isSum(path)),
    sums: pick(isSum),
    ...{ findings: diagnosis?.findings ?? [], notApplicable: [] },
  }
}

function seenOf({ states }: PathState): Way['seen'] {
  const byVantage = Map.groupBy(states, ({ vantage }) => vantage)
  return [...byVantage].map(([vantage, own]) => ({
    vantage,
    state: worstOf(own.map(({ state, lastOutcome }) => state ?? (lastOutcome === 'pass' ? 'open' : lastOutcome))),
  }))
}

function reasonOf(path: PathState): string | null {
  if (path.state === 'fail') {
    const failing = path.states.find(({ state }) => state === 'fail')?.lastFailure ?? path.lastFailure
    return failing?.code ?? null
  }
  return path.state === null ? (skipText(path) ?? path.lastFailure?.code ?? null) : null
}

function wayOf(path: Path | PathState, seen: Way['seen'], reason: string | null): Way {
  const { id, kind, expected, because, parent, node, pod } = path
  const named = path.variable?.name ?? null
  // The names that the words of reports ask for are the same in both documents.
  const titled = { ...path, variable: named === null ? null : { name: named } } as HistoryPath
  return {
    ...{ id, kind, expected, title: pathTitle(titled) },
    state: seen.length === 0 && path.skipped !== null ? 'skipped' : worstOf(seen.map(({ state }) => state)),
    seen: seen.map(({ vantage, state }) => ({ vantage: visible(vantage), state })),
    reason: reason === null ? null : visible(reason),
    path: { ...path, because, variable: named },
    parts: {
      kind: kindOf(titled),
      port: portOf(titled),
      place: place(titled),
      parent: parentText(parent) === null ? null : visible(parentText(parent) ?? ''),
      node: node === null ? null : visible(node),
      pod: pod === null ? null : visible(pod),
    },
  }
}
