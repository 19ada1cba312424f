/**
 * Findings: what the objects alone say is wrong, and what comparing the paths of a finished job says.
 *
 * @module
 */
import type { FailureCode } from '../check/codes.ts'
import { CONTROLS_MAX, type Control, shownOf } from '../check/control.ts'
import type { Telling } from '../check/result.ts'
import type { ObjectIndex } from '../kube/object-index.ts'
import type { Provenance } from '../kube/object-source.ts'
import type { KubeObjects } from '../kube/objects.ts'
import { NOTHING_BESIDE } from '../plan/beside.ts'
import type { Plan, PlannedPath } from '../plan/path.ts'
import { type Warning, warningsOf } from '../plan/warnings.ts'
import { type Claim, outOfDate, witnessesOf } from './belied.ts'
import { objectsOutOfDate } from './comparisons/out-of-date.ts'
import { gatherFacts } from './facts.ts'
import type { Diagnosis, Finding } from './finding.ts'
import { byBreadth, bySureness } from './rank.ts'
import { applyRules, findingOf, type Rule, type Target } from './rule.ts'
import { RULES } from './rules.ts'
import { isDirect, isEndpoint, isName, lookAt, type TestedPath } from './seen.ts'
import { explicable, type Shows } from './shows.ts'
import { withWarnings } from './warned.ts'

/**
 * Diagnoses the objects alone, before anything is probed. `explains` holds the paths that the cause would break; the
 * status is `unknown`, because objects don't prove that anything works.
 *
 * @param index of `objects`, where many Services of the same objects are diagnosed.
 */
export function diagnoseObjects(plan: Plan, objects: KubeObjects, index?: ObjectIndex): Diagnosis {
  const facts = gatherFacts(plan, objects, index)
  const found = facts === null ? [] : applyRules(RULES, (rule) => rule.when?.(facts) ?? [])
  const areWanted = found.some(({ code }) => ruleOf(code)?.warnings !== undefined)
  const warnings = facts === null || !areWanted ? [] : warningsOf(facts.index, facts.namespace, facts.service.meta.name)
  return { status: 'unknown', findings: bySureness(found.map((finding) => warned(finding, warnings))) }
}

const warned = (finding: Finding, warnings: readonly Warning[]): Finding =>
  withWarnings(finding, ruleOf(finding.code)?.warnings ?? [], warnings)

/**
 * The findings over a finished job: those of the objects, each with the paths that failed as it would make them fail,
 * and those that come from comparing paths. What a certain finding explains is left out of the comparison, so that
 * each failure of another kind stays open to the other rules. What the tests prove wrong is dropped, or is told as a
 * fault of the objects.
 *
 * @param found what {@link diagnoseObjects} said when the job was planned.
 * @param controls answers to what {@link wantedControls} asked.
 * @param source is where the objects came from.
 */
export function diagnoseJob(
  found: Diagnosis,
  tested: readonly TestedPath[],
  plan: Plan,
  controls: readonly Telling[] = [],
  source: Provenance['source'] = 'manifests',
): Diagnosis {
  const target = targetOf(plan, source)
  const { standing, belied } = weighed(found.findings, new Map(tested.map((each) => [each.path.id, each])))
  const old = outOfDate(belied, target).map((cause) => findingOf(objectsOutOfDate, cause))
  const explained = new Set(standing.flatMap(({ confidence, explains }) => (confidence === 'certain' ? explains : [])))
  const codes = new Set([...standing.filter(({ explains }) => explains.length > 0), ...old].map(({ code }) => code))
  const seen = lookAt(tested, explained, controls)
  const order = new Map(tested.map(({ path }, at) => [path.id, at]))
  const byResults = applyRules(RULES, (rule) => rule.after?.(seen, target) ?? [], codes).map((finding) => ({
    ...warned(finding, target.beside.warnings ?? []),
    explains: [...new Set(finding.explains)].toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)),
  }))
  const shown = new Set(byResults.map(({ code }) => code))
  const said = [...standing.filter(({ code }) => !shown.has(code)), ...old, ...byResults]
  const first = said.filter(({ code }) => ruleOf(code)?.isLast === undefined)
  const saidOf = new Set(first.flatMap(({ explains }) => explains))
  const last = said.filter(({ code, explains }) => {
    const isLast = ruleOf(code)?.isLast
    const open = explains.filter((id) => !saidOf.has(id))
    return isLast !== undefined && (isLast === 'alone' ? open.length === explains.length : open.length > 0)
  })
  const status = statusOf(tested)
  const degrades = said.some(({ code }) => ruleOf(code)?.degrades)
  return {
    status: status === 'healthy' && degrades ? 'degraded' : status,
    findings: byBreadth([...first, ...last], RULES),
  }
}

function targetOf(
  { target: { namespace, service }, vantage, paths, beside = NOTHING_BESIDE }: Plan,
  source: Provenance['source'] = 'manifests',
): Target {
  const whole = paths.find((path) => isName({ path }) && path.dns?.how === 'resolve')
  const fqdn = whole?.dns?.name ?? `${service}.${namespace}.svc`
  return { namespace, service, position: vantage.position, beside, fqdn, source }
}

/** The control probes that rules ask for before a finished job is diagnosed: a few, each once. */
export function wantedControls(tested: readonly TestedPath[], plan: Plan): Control[] {
  const seen = lookAt(tested)
  const target = targetOf(plan)
  const wanted = new Map<string, Control>()
  for (const control of RULES.flatMap((rule) => rule.asks?.(seen, target) ?? [])) {
    const { kind, to, nth } = shownOf(control)
    const key = `${kind} ${to} ${nth} ${JSON.stringify(control.ask)}`
    if (wanted.size < CONTROLS_MAX && !wanted.has(key)) {
      wanted.set(key, control)
    }
  }
  return [...wanted.values()]
}

const ruleOf = (code: string): Rule | undefined => RULES.find((rule) => rule.code === code)

/** The findings from objects that the tests do not refute, with the confidence that the tests leave them. */
function weighed(
  findings: readonly Finding[],
  byId: ReadonlyMap<string, TestedPath>,
): { standing: readonly Finding[]; belied: readonly Claim[] } {
  const claims = findings.map((finding) => {
    const claimed = finding.explains.flatMap((id) => byId.get(id) ?? [])
    const belied = ruleOf(finding.code)?.belied
    return { finding, claimed, belied, witnesses: belied === undefined ? [] : witnessesOf(belied, claimed) }
  })
  return {
    standing: claims
      .filter(({ finding, claimed, witnesses }) => witnesses.length === 0 && !isUnfounded(finding, claimed))
      .map(({ finding, claimed }) => held(finding, claimed)),
    belied: claims.filter(
      ({ finding, belied, witnesses }) =>
        witnesses.length > 0 && belied?.leaves === 'objects' && finding.confidence === 'certain',
    ),
  }
}

/** A suspicion none of whose paths failed while some passed. */
const isUnfounded = ({ confidence }: Finding, claimed: readonly TestedPath[]): boolean =>
  confidence !== 'certain' &&
  claimed.some(({ outcome }) => outcome === 'pass') &&
  !claimed.some(({ outcome }) => outcome === 'fail')

/** Gives a finding the failures that it explains, and the confidence that these leave it. */
function held(finding: Finding, claimed: readonly TestedPath[]): Finding {
  const showsAs = ruleOf(finding.code)?.showsAs
  const failed = claimed.filter(isExplicable)
  const shown = showsAs === undefined ? failed : explicable(showsAs, failed)
  const areRouted = !claimed.some(isDirect)
  const tellsOfIt = (each: TestedPath): boolean => areRouted || isDirect(each)
  const direct = failed.filter(tellsOfIt)
  // A router may answer in its own way, so its failures count only beside those that are seen directly.
  const explained = direct.length === 0 || shown.some(tellsOfIt) ? shown : []
  const isBorneOut = direct.length > 0 && direct.every((each) => shown.includes(each))
  const isUnseen =
    explained.length === 0 && claimed.some(isSettled) && !claimed.some((each) => isAsFeared(each, showsAs))
  return {
    ...finding,
    confidence: surenessOf(finding, isBorneOut, isUnseen),
    explains: explained.map(({ path }) => path.id),
  }
}

/** Nothing is promised there, and it failed as the cause would make it fail. */
const isAsFeared = ({ outcome, skipped, deciding }: TestedPath, showsAs: Shows | undefined): boolean =>
  outcome === 'skipped' &&
  skipped?.reason === 'not_expected' &&
  deciding.some(({ failure }) => failure !== null && (showsAs?.direct.has(failure.code) ?? false))

/** A finding is not certain when tests that would show it did not. */
function surenessOf({ confidence }: Finding, isBorneOut: boolean, isUnseen: boolean): Finding['confidence'] {
  if (isUnseen) {
    return 'possible'
  }
  return isBorneOut && confidence === 'possible' ? 'likely' : confidence
}

const isSettled = (tested: TestedPath): boolean => tested.outcome === 'pass' || isExplicable(tested)

/** A resolver that does not answer is no consequence of what objects say. */
const RESOLVER_DOWN: ReadonlySet<FailureCode> = new Set(['dns_server_failure', 'dns_timeout', 'dns_refused'])

/** Tells whether a fault in the objects can explain the failure. A name that was not resolved is none, unless the path is the name. */
function isExplicable(tested: TestedPath): boolean {
  if (tested.outcome !== 'fail') {
    return false
  }
  return tested.deciding.some(
    ({ failure }) =>
      failure !== null && !RESOLVER_DOWN.has(failure.code) && (failure.phase !== 'dns' || isName(tested)),
  )
}

/** An endpoint that answers is no way to the Service, nor is a name that resolves, nor a variable. */
const isWayIn = (path: PlannedPath): boolean => !isEndpoint({ path }) && path.dns === null && path.variable === null

/** `broken`: none of the ways in that must work does. Paths that nothing promises count in nothing. */
function statusOf(tested: readonly TestedPath[]): Diagnosis['status'] {
  const counted = tested.filter(
    ({ path, outcome }) => outcome === 'fail' || (outcome === 'pass' && path.expected !== 'unknown'),
  )
  if (counted.length === 0) {
    return 'unknown'
  }
  if (counted.every(({ outcome }) => outcome === 'pass')) {
    return 'healthy'
  }
  const reachable = counted.filter(({ path }) => path.expected === 'reachable')
  const waysIn = reachable.filter(({ path }) => isWayIn(path))
  const deciding = waysIn.length > 0 ? waysIn : reachable
  const works = deciding.length === 0 || deciding.some(({ outcome }) => outcome === 'pass')
  return works ? 'degraded' : 'broken'
}
