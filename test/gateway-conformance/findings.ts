/** Findings held against the conditions that the conformance suite states of routes. */
import { diagnoseObjects } from '../../src/diagnose/diagnose.ts'
import type { Finding } from '../../src/diagnose/finding.ts'
import { indexObjects } from '../../src/kube/object-index.ts'
import { planPaths } from '../../src/plan/plan.ts'
import { planInput } from '../support/plan-text.ts'
import { type Line, type Read, type Stated, type Test, worldOf } from './suite.ts'

/** Reasons of conditions that objects tell by themselves, and the findings that say the same. */
const FINDINGS: Readonly<Record<string, readonly string[]>> = {
  NoMatchingParent: ['route_listener_missing', 'gateway_missing'],
  NotAllowedByListeners: ['route_namespace_not_allowed', 'route_kind_not_allowed'],
  NoMatchingListenerHostname: ['route_hostname_mismatch'],
  RefNotPermitted: ['route_reference_not_granted'],
}

/** Findings that say the opposite of a condition that is True. */
const AGAINST: Readonly<Record<string, (code: string) => boolean>> = {
  Accepted: (code) =>
    [...(FINDINGS.NoMatchingParent ?? []), ...(FINDINGS.NotAllowedByListeners ?? [])]
      .concat(FINDINGS.NoMatchingListenerHostname ?? [], 'listener_set_not_allowed', 'listener_conflict')
      .includes(code),
  ResolvedRefs: (code) => /^route_(reference|backend)_/.test(code) && code !== 'route_backend_weight_zero',
}

const found = new WeakMap<Read, Map<string, readonly Finding[]>>()

/** Finds what objects read from a cluster say of a Service. */
function findingsFor(read: Read, namespace: string, service: string): readonly Finding[] {
  const known = found.get(read) ?? new Map<string, readonly Finding[]>()
  found.set(read, known)
  const key = `${namespace}/${service}`
  const made = known.get(key) ?? diagnosed(read, namespace, service)
  known.set(key, made)
  return made
}

function diagnosed({ objects }: Read, namespace: string, service: string): readonly Finding[] {
  const index = indexObjects(objects, [], 'cluster')
  const plan = planPaths({ ...planInput([], { target: { namespace, service } }), objects }, index)
  return diagnoseObjects(plan, objects, index).findings.filter(({ layer }) => layer === 'gateway')
}

/** Codes of findings about a route, of the Services that it names. */
function codesAbout(read: Read, { object }: Stated): string[] | null {
  const route = read.objects.gatewayRoutes.find(
    ({ kind, meta }) => kind === object.kind && meta.name === object.name && meta.namespace === object.namespace,
  )
  const services = (route?.rules ?? []).flatMap(({ backends }) =>
    backends.flatMap(({ name, namespace }) =>
      read.index.servicesAt(namespace ?? object.namespace, name).length > 0
        ? [{ name, namespace: namespace ?? object.namespace }]
        : [],
    ),
  )
  if (services.length === 0) {
    return null
  }
  return services.flatMap(({ name, namespace }) =>
    findingsFor(read, namespace, name)
      .filter(({ title, evidence }) => `${title} ${JSON.stringify(evidence)}`.includes(`${object.kind}/${object.name}`))
      .map(({ code }) => code),
  )
}

/** Holds findings against what the suite says of the status of routes. */
export const judgeFindings = (tests: readonly Test[]): Line[] =>
  tests.flatMap((test) =>
    test.conditions
      .filter(({ object, check }) => object.kind.endsWith('Route') && check === 'condition')
      .map((stated) => judge(test, stated)),
  )

function judge(test: Test, stated: Stated): Line {
  const { object, type, status, reason } = stated
  const text = `${test.test}: ${object.kind}/${object.name} ${type}=${status} ${reason ?? ''}`
  const line = { kind: object.kind, text, why: '' }
  const read = worldOf(test, stated.after)
  const codes = read === null ? null : codesAbout(read, stated)
  if (codes === null) {
    return {
      ...line,
      verdict: 'unjudged',
      why: 'no Service of it is among the objects, or a change is not in the data',
    }
  }
  const wanted = FINDINGS[reason ?? '']
  if (status === 'False' && wanted === undefined) {
    return { ...line, verdict: 'unjudged', why: `objects do not tell of ${reason ?? 'any reason'}` }
  }
  const isAsStated =
    status === 'False'
      ? codes.some((code) => wanted?.includes(code))
      : !codes.some(AGAINST[type ?? ''] ?? (() => false))
  return { ...line, verdict: isAsStated ? 'as stated' : 'differs', text: `${text}: found ${codes}` }
}
