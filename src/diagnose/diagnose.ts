/**
 * Findings: what the objects alone say is wrong, and what comparing the paths of a finished job says.
 *
 * @module
 */
import type { FailureCode } from '../check/codes.ts'
import type { ObjectIndex } from '../kube/object-index.ts'
import type { KubeObjects } from '../kube/objects.ts'
import type { Plan, PlannedPath } from '../plan/path.ts'
import { gatherFacts } from './facts.ts'
import type { Diagnosis, Finding } from './finding.ts'
import { applyRules, type Target } from './rule.ts'
import { RULES } from './rules.ts'
import { lookAt, type TestedPath } from './seen.ts'

const RANK: Readonly<Record<Finding['confidence'], number>> = { certain: 0, likely: 1, possible: 2 }

/** The surest first; equally sure ones in the order of the rules: from the workload outwards. */
const ranked = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => RANK[a.confidence] - RANK[b.confidence])

/**
 * What can be told before anything is probed. `explains` holds the paths that the cause would break; the status is
 * `unknown`, as objects don't prove that anything works.
 *
 * @param index of `objects`, where many Services of the same objects are diagnosed.
 */
export function diagnoseObjects(plan: Plan, objects: KubeObjects, index?: ObjectIndex): Diagnosis {
  const facts = gatherFacts(plan, objects, index)
  const findings = facts === null ? [] : applyRules(RULES, (rule) => rule.when?.(facts) ?? [])
  return { status: 'unknown', findings: ranked(findings) }
}

/**
 * The findings over a finished job: those of the objects, each with the paths that failed as it would make them fail,
 * and those that come from comparing paths. What explains a failure comes first. Dropped: what the tests prove wrong,
 * and what only repeats what a certain finding explains.
 *
 * @param found what {@link diagnoseObjects} said when the job was planned.
 */
export function diagnoseJob(found: Diagnosis, tested: readonly TestedPath[], plan: Plan): Diagnosis {
  const byId = new Map(tested.map((each) => [each.path.id, each]))
  const byObjects = found.findings.filter((finding) => !isRefuted(finding, byId)).map((finding) => held(finding, byId))
  const explained = new Set(byObjects.flatMap(({ confidence, explains }) => (confidence === 'certain' ? explains : [])))
  const codes = new Set(byObjects.filter(({ explains }) => explains.length > 0).map(({ code }) => code))
  const seen = lookAt(tested)
  const target = targetOf(plan)
  const byResults = applyRules(RULES, (rule) => rule.after?.(seen, target) ?? [], codes).filter(
    ({ explains }) => explains.length === 0 || explains.some((id) => !explained.has(id)),
  )
  const isLast = new Set(RULES.flatMap((rule) => (rule.isLast ? rule.code : [])))
  const said = [...byObjects, ...byResults].filter(({ code }) => !isLast.has(code))
  const saidOf = new Set(said.flatMap(({ explains }) => explains))
  const last = byResults.filter(({ code, explains }) => isLast.has(code) && explains.some((id) => !saidOf.has(id)))
  return {
    status: statusOf(tested),
    findings: ranked([...said, ...last]).toSorted(
      (a, b) => Number(b.explains.length > 0) - Number(a.explains.length > 0),
    ),
  }
}

function targetOf({ target: { namespace, service }, vantage, paths }: Plan): Target {
  const whole = paths.find(({ kind, dns }) => kind === 'DNS' && dns?.how === 'resolve')
  return { namespace, service, vantage, fqdn: whole?.dns?.name ?? `${service}.${namespace}.svc` }
}

/**
 * A suspicion none of whose paths failed while some passed; a certainty that a path of its own kind belies, as it passes,
 * or fails only after a connection was made.
 */
function isRefuted({ code, confidence, explains }: Finding, byId: ReadonlyMap<string, TestedPath>): boolean {
  const tested = explains.flatMap((id) => byId.get(id) ?? [])
  const kind = RULES.find((rule) => rule.code === code)?.refutedBy
  if (kind !== undefined && tested.some((each) => each.path.kind === kind && isReached(each))) return true
  if (confidence === 'certain' || !tested.some(({ outcome }) => outcome === 'pass')) return false
  return !tested.some(({ outcome }) => outcome === 'fail')
}

const isReached = ({ outcome, deciding }: TestedPath): boolean =>
  outcome === 'pass' ||
  (outcome === 'fail' &&
    deciding.some(({ failure }) => failure && failure.phase !== 'dns' && failure.phase !== 'connect'))

/** With the failures that it explains, and as sure as these make it. */
function held(finding: Finding, byId: ReadonlyMap<string, TestedPath>): Finding {
  const failed = finding.explains.flatMap((id) => byId.get(id) ?? []).filter(isExplicable)
  const showsAs = RULES.find((rule) => rule.code === finding.code)?.showsAs
  const idsOf = (paths: readonly TestedPath[]) => paths.map(({ path }) => path.id)
  if (showsAs === undefined) return { ...finding, explains: idsOf(failed) }
  const isOfIngress = finding.explains.every((id) => byId.get(id)?.path.kind === 'Ingress')
  const direct = failed.filter(({ path }) => isOfIngress || path.kind !== 'Ingress')
  const shown = direct.filter(({ deciding }) => deciding.some(({ failure }) => failure && showsAs.has(failure.code)))
  // What a controller makes of it is its own; it goes with what is seen directly.
  const explained =
    direct.length === 0 || shown.length > 0
      ? failed.filter((each) => !direct.includes(each) || shown.includes(each))
      : []
  const isBorneOut = direct.length > 0 && shown.length === direct.length
  return {
    ...finding,
    confidence: isBorneOut && finding.confidence === 'possible' ? 'likely' : finding.confidence,
    explains: idsOf(explained),
  }
}

/** A resolver that does not answer is no consequence of what objects say. */
const RESOLVER_DOWN: ReadonlySet<FailureCode> = new Set(['dns_server_failure', 'dns_timeout', 'dns_refused'])

/** Whether objects can be what made it fail: not where the name was not resolved, unless the name is the path. */
function isExplicable(tested: TestedPath): boolean {
  if (tested.outcome !== 'fail') return false
  return tested.deciding.some(
    ({ failure }) =>
      failure !== null && !RESOLVER_DOWN.has(failure.code) && (failure.phase !== 'dns' || tested.path.dns !== null),
  )
}

/** An endpoint that answers is no way to the Service, nor is a name that resolves, nor a variable. */
const isWayIn = ({ kind, dns, variable }: PlannedPath): boolean =>
  kind !== 'Endpoint' && dns === null && variable === null

/** `broken`: none of the ways in that must work does. Paths that nothing promises count in nothing. */
function statusOf(tested: readonly TestedPath[]): Diagnosis['status'] {
  const counted = tested.filter(
    ({ path, outcome }) => path.expected !== 'unknown' && (outcome === 'pass' || outcome === 'fail'),
  )
  if (counted.length === 0) return 'unknown'
  if (counted.every(({ outcome }) => outcome === 'pass')) return 'healthy'
  const reachable = counted.filter(({ path }) => path.expected === 'reachable')
  const waysIn = reachable.filter(({ path }) => isWayIn(path))
  const deciding = waysIn.length > 0 ? waysIn : reachable
  const works = deciding.length === 0 || deciding.some(({ outcome }) => outcome === 'pass')
  return works ? 'degraded' : 'broken'
}
