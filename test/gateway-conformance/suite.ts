/**
 * The conformance suite of Gateway API as an oracle: its worlds as objects that are read here, and its rows.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { indexObjects, type ObjectIndex } from '../../src/kube/object-index.ts'
import type { KubeObjects, Service } from '../../src/kube/objects.ts'
import { parseManifests } from '../../src/kube/parse.ts'
import { backendOf, ruleField } from '../../src/plan/gateway/backends.ts'
import type { Contender } from '../../src/plan/gateway/contenders.ts'
import type { World } from '../../src/plan/gateway/types.ts'
import { namespaceOf } from '../../src/plan/gateway/world.ts'
import {
  after,
  type Case,
  FOLDER,
  isThere,
  type Manifest,
  manifestsOf,
  type Test as WithCases,
} from '../cluster/gateway/cases.ts'

export { type Case, FOLDER, isThere, type Manifest }

export type Named = { kind?: string; namespace: string; name: string }

/** What a test says of the status of an object. */
export type Stated = {
  object: Named & { kind: string }
  parent?: Named
  listener?: string
  type?: string
  status?: string
  reason?: string | null
  check: string
  attachedRoutes?: number
  attachedListenerSets?: number
  listeners?: readonly string[]
  after?: readonly string[]
}

export type Test = WithCases & {
  conditions: readonly Stated[]
  /** The test ends early where a feature is supported, or is not, against this. */
  assumes?: readonly { feature: string; supported: boolean }[]
}

export const readAll = (): Test[] =>
  (JSON.parse(readFileSync(join(FOLDER, 'cases.json'), 'utf8')) as { tests: Test[] }).tests

export type Read = { manifests: readonly Manifest[]; objects: KubeObjects; index: ObjectIndex }

/** The suite applies what a test begins with before what it makes later. */
const CREATED = '2026-01-01T00:00:00Z'

const made = new WeakMap<Test, Map<string, Read | null>>()

/**
 * The objects of a test after some changes, as a cluster would have them. Made once.
 *
 * @returns `null` where a change is not in the data.
 */
export function worldOf(test: Test, changes: readonly string[] = []): Read | null {
  const known = made.get(test) ?? new Map<string, Read | null>()
  made.set(test, known)
  const key = JSON.stringify(changes)
  const found = known.has(key) ? (known.get(key) ?? null) : makeWorld(test, changes)
  known.set(key, found)
  return found
}

function makeWorld(test: Test, changes: readonly string[]): Read | null {
  const now = after(manifestsOf(test), test, changes)
  if (now === null) {
    return null
  }
  const manifests = now.map((each) => ({ ...each, metadata: { creationTimestamp: CREATED, ...each.metadata } }))
  const { objects } = parseManifests(manifests, { pointer: '/target/manifests' })
  return { manifests, objects, index: indexObjects(objects) }
}

export const homeOf = ({ index }: Pick<Read, 'index'>, home: string): World => ({ index, home })

/** Services that a rule sends requests to, with their weights; those that do not resolve are left out. */
export function servicesOf(
  world: World,
  { way: { route, rule, ruleAt } }: Contender,
): { service: Service; weight: number }[] {
  return rule.backends.flatMap((backend) => {
    const namespace = backend.namespace ?? namespaceOf(route, world)
    const service = world.index.servicesAt(namespace, backend.name)[0] ?? null
    const isService = backend.group === '' && backend.kind === 'Service'
    const { refused } = backendOf(world, route, backend, ruleField(route, ruleAt), service)
    return isService && service !== null && refused === null ? [{ service, weight: backend.weight }] : []
  })
}

/**
 * Tells whether the pods that a row names are behind a Service: it has their name, selects their labels, or has no
 * selector, as the suite fills its EndpointSlices with them.
 */
export function isBehind({ manifests }: Read, service: Service, backend: string, namespace: string): boolean {
  if (service.meta.namespace !== namespace) {
    return false
  }
  if (service.meta.name === backend || service.selector === null || Object.keys(service.selector).length === 0) {
    return true
  }
  const deployment = manifests.find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === backend && metadata.namespace === namespace,
  )
  const template = deployment?.spec?.template as { metadata?: { labels?: Record<string, string> } } | undefined
  const labels = template?.metadata?.labels ?? {}
  return Object.entries(service.selector).every(([key, value]) => labels[key] === value)
}

/** One thing that was judged. */
export type Line = { kind: string; verdict: 'as stated' | 'differs' | 'unjudged'; why: string; text: string }
