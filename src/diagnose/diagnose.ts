/**
 * Findings: what the objects alone say is wrong, and which failing paths that explains.
 *
 * @module
 */
import type { Outcome } from '../check/result.ts'
import type { ObjectIndex } from '../kube/object-index.ts'
import type { KubeObjects } from '../kube/objects.ts'
import type { Plan, PlannedPath } from '../plan/path.ts'
import { gatherFacts } from './facts.ts'
import type { Diagnosis, Finding } from './finding.ts'
import { applyRules } from './rule.ts'
import { RULES } from './rules.ts'

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
  const findings = facts === null ? [] : applyRules(RULES, facts)
  return { status: 'unknown', findings: ranked(findings) }
}

/** `outcome: null`: not decided. */
export type TestedPath = { path: PlannedPath; outcome: Outcome | null }

/**
 * The findings over a finished job: each explains those of its paths that failed; what explains a failure comes first.
 * What is not certain and was contradicted (its paths were tested and none failed) is dropped.
 *
 * @param found what {@link diagnoseObjects} said when the job was planned.
 */
export function diagnoseJob(found: Diagnosis, tested: readonly TestedPath[]): Diagnosis {
  const outcomes = new Map(tested.map(({ path, outcome }) => [path.id, outcome]))
  const findings = ranked(found.findings).flatMap((finding): Finding[] => {
    const explains = finding.explains.filter((id) => outcomes.get(id) === 'fail')
    const contradicted = explains.length === 0 && finding.explains.some((id) => outcomes.get(id) === 'pass')
    return contradicted && finding.confidence !== 'certain' ? [] : [{ ...finding, explains }]
  })
  return {
    status: statusOf(tested),
    findings: findings.toSorted((a, b) => Number(b.explains.length > 0) - Number(a.explains.length > 0)),
  }
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
