/** Documents to draw maps from: plans of manifests, and what jobs and history would make of them. */
import { readFileSync } from 'node:fs'
import type { Finding, Job, PathState, Plan, ServiceHistory } from '../../src/client/index.ts'
import { diagnoseObjects } from '../../src/diagnose/diagnose.ts'
import { indexObjects } from '../../src/kube/object-index.ts'
import { parseManifests } from '../../src/kube/parse.ts'
import { planPaths } from '../../src/plan/plan.ts'
import type { JobRequest } from '../../src/plan/request.ts'
import { describePlan } from '../../src/report/describe-job.ts'
import { aPlace } from './place.ts'
import { aRequest } from './request.ts'

type Objects = string | readonly unknown[]

export const manifestsOf = (name: string): string =>
  readFileSync(new URL(`../../examples/manifests/${name}.yaml`, import.meta.url), 'utf8')

/** The document of a plan, as `POST /v1/plan` answers it. @param service by default the first that is there. */
export function planDocument(manifests: Objects, service?: string, over: Partial<JobRequest> = {}): Plan {
  const { objects, ignored } = parseManifests(manifests, { pointer: '' })
  const found = objects.services.find(({ meta }) => service === undefined || meta.name === service)
  if (found === undefined) {
    throw new Error(`no Service ${service} among the objects`)
  }
  const target = { cluster: 'default', namespace: found.meta.namespace, service: found.meta.name }
  const index = indexObjects(objects)
  const plan = planPaths({ request: aRequest({ target, ...over }), objects, ignored, place: aPlace() }, index)
  const used = { source: 'manifests', readAtMs: null, resourceVersions: {}, stale: false, forbidden: [] } as const
  return describePlan(plan, diagnoseObjects(plan, objects, index), used) as unknown as Plan
}

type JobParts = Pick<Job, 'target' | 'vantage' | 'paths' | 'notApplicable' | 'diagnosis'>
type Outcome = Job['paths'][number]['outcome']
type PlannedPath = Plan['paths'][number]

/** A job of the plan, of which each path ended so; a path that is not probed is skipped. */
export const jobDocument = (
  plan: Plan,
  outcomeOf: (path: PlannedPath, at: number) => Outcome = () => 'pass',
  findings?: readonly Finding[],
): JobParts => ({
  ...plan,
  paths: plan.paths.map((path, at) => ({
    ...path,
    outcome: path.skipped === null ? outcomeOf(path, at) : 'skipped',
    flaky: false,
    results: [],
  })),
  diagnosis: findings === undefined ? plan.diagnosis : { status: 'broken', findings: [...findings] },
})

type State = PathState['state']

/** A Service whose history knows the paths of the plan, each seen from these vantages in these states. */
export const serviceDocument = (
  plan: Plan,
  statesOf: (path: PlannedPath, at: number) => Readonly<Record<string, State>> = () => ({ 'in-cluster': 'pass' }),
  findings: readonly Finding[] = [],
): Pick<ServiceHistory, 'target' | 'paths' | 'diagnosis'> => ({
  target: plan.target,
  paths: plan.paths.map((path, at): PathState => {
    const { variable, dns: _dns, pathType: _type, ...shown } = path
    const states = path.skipped === null ? Object.entries(statesOf(path, at)) : []
    const failure = { at: SINCE, code: 'connection_refused' } as const
    return {
      ...shown,
      variable: variable === null ? null : { name: variable.name },
      state: states.some(([, state]) => state === 'fail') ? 'fail' : (states[0]?.[1] ?? null),
      sinceAt: SINCE,
      lastFailure: states.some(([, state]) => state === 'fail') ? failure : null,
      retiredAt: null,
      states: states.map(([vantage, state]) => ({
        ...{ check: 'default', vantage, state, sinceAt: SINCE, lastAt: SINCE },
        lastOutcome: state ?? 'skipped',
        lastFailure: state === 'fail' ? failure : null,
      })),
    }
  }),
  diagnosis: { status: findings.length === 0 ? 'healthy' : 'broken', findings: [...findings] },
})

const SINCE = '2026-11-23T04:00:09.000Z'

export const aFinding = (over: Partial<Finding> = {}): Finding => ({
  ...{ code: 'node_port_blocked', layer: 'node', confidence: 'likely', title: 'A node drops the port' },
  ...{ detail: 'detail', fix: 'fix', confirm: 'kubectl get nodes', evidence: [], explains: [] },
  docs: 'docs/diagnoses/node_port_blocked.md',
  ...over,
})
