/**
 * Marks, in the texts of a plan and of findings, what is known from objects of other namespaces: a rival Ingress, whose
 * node port it is, where a pod was found instead. Who may not see these is told of one in another namespace. Pure.
 *
 * It goes by words, not by the rules that made the texts, so that a new rule cannot forget it: whatever string an object
 * of another namespace has is marked wherever it turns up, unless the Service's own objects, or those that its plan stands
 * on, have it as well (ADR 0067).
 *
 * @module
 */
import type { ObjectIndex } from '../kube/object-index.ts'
import type { Provenance } from '../kube/object-source.ts'
import type { KubeObjects } from '../kube/objects.ts'
import { marked } from '../lib/marked.ts'
import { INGRESS_CONTROLLERS } from './controllers/table.ts'
import { parentsOf } from './gateway/attach.ts'
import { KINDS } from './kinds.ts'

type Named = { kind: string; meta: { name: string; namespace: string | null } }

/** Words of objects of other namespaces, each with its namespace. `names`: those that objects are called by. */
type Foreign = { words: ReadonlyMap<string, string>; names: ReadonlySet<string> }

/** IPv6 addresses, and whatever stands between separators: names, hosts, values. */
const WORD = /(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}|[\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}])?/giu

/** Values under these keys are of a closed list, or the same everywhere. */
const CLOSED = new Set([
  'kind',
  'type',
  'protocol',
  'apiVersion',
  'pathType',
  'group',
  'status',
  'operator',
  'families',
  'policyTypes',
  'externalTrafficPolicy',
  'internalTrafficPolicy',
  'sessionAffinity',
  'ipFamilyPolicy',
  'addressType',
])

/** They are words of sentences, unless they stand where a name does. */
const PROSE = new Set(
  (
    'a all an and any are as at be but by can does else exact for from has have here how if in is it its list may name named ' +
    'names no none not object objects of on one only or other path paths pod pods port ports rule rules service services so ' +
    'takes than that the there these this to true false type up was what where which who with without'
  ).split(' '),
)

/** Kinds of paths are named in every text, and no object of Kubernetes may be called so: names have no capitals. */
const isKind = (word: string): boolean => Object.hasOwn(KINDS, word)

const wordsOf = (text: string): readonly string[] => text.match(WORD) ?? []

const known = new WeakMap<object, readonly string[]>()

/** All words of an object's strings; worked out once. */
function wordsIn(object: object): readonly string[] {
  const before = known.get(object)
  if (before !== undefined) {
    return before
  }
  const found = new Set<string>()
  const walk = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (!CLOSED.has(key)) {
        for (const word of wordsOf(value)) {
          found.add(word)
        }
      }
    } else if (Array.isArray(value)) {
      for (const each of value) {
        walk(each, key)
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, each] of Object.entries(value)) {
        walk(name, key)
        walk(each, name)
      }
    }
  }
  for (const [key, value] of Object.entries(object)) {
    walk(value, key)
  }
  const words = [...found]
  known.set(object, words)
  return words
}

/** The namespace whose object it is; `null`: it is nobody's, as a Node. */
const homeOf = ({ kind, meta }: Named): string | null => (kind === 'Namespace' ? meta.name : meta.namespace)

/** Everybody in the cluster knows these. */
const isCommon = ({ meta: { namespace, name } }: Named): boolean =>
  namespace === 'kube-system' || (namespace === 'default' && name === 'kubernetes')

/** Gives plain data back with its marks. */
export type Marker = <T>(value: T) => T

export type Texts = { objects: KubeObjects; index: ObjectIndex; provenance: Provenance }

/**
 * Marks what a text says of other namespaces than that of the target.
 *
 * @param own words that are the caller's, or the server's own, as well.
 */
export function marker(
  { objects, index, provenance }: Texts,
  target: { namespace: string; service: string },
  own: object,
): Marker {
  const all = Object.values(objects).flat() as readonly Named[]
  const isForeign = (object: Named): boolean => {
    const home = homeOf(object)
    return home !== null && home !== target.namespace && !isCommon(object)
  }
  const unread = provenance.unread.flatMap(({ namespace, besides }) => [
    ...(namespace === null ? [] : [namespace]),
    ...besides,
  ])
  const others = all.filter(isForeign)
  if (others.length === 0 && unread.every((namespace) => namespace === target.namespace)) {
    return (value) => value
  }
  const stoodOn = standsOn(index, target)
  const foreign = foreignOf(
    others.filter((object) => !stoodOn.has(object)),
    unread,
    [...all.filter((object) => !isForeign(object)), ...stoodOn, own, target],
  )
  return (value) => markedIn(value, foreign)
}

function foreignOf(others: readonly Named[], unread: readonly string[], own: readonly object[]): Foreign {
  const words = new Map<string, string>()
  const names = new Set<string>()
  for (const object of others) {
    const home = homeOf(object) ?? ''
    for (const word of wordsIn(object)) {
      words.set(word, home)
    }
    for (const name of [home, object.meta.name]) {
      words.set(name, home)
      names.add(name)
    }
  }
  for (const namespace of unread) {
    words.set(namespace, namespace)
    names.add(namespace)
  }
  for (const object of own) {
    for (const word of wordsIn(object)) {
      words.delete(word)
      names.delete(word)
    }
  }
  return { words, names }
}

/**
 * Objects of other namespaces that the Service's own plan stands on: Gateways that routes to it name, with the Services
 * before them; those of Ingress controllers; routes that its own namespace lets lead to it.
 */
function standsOn(index: ObjectIndex, { namespace, service }: { namespace: string; service: string }): Set<Named> {
  const found = new Set<Named>()
  const world = { index, home: namespace }
  const granted = new Set(index.referenceGrantsIn(namespace).flatMap(({ from }) => from.map((each) => each.namespace)))
  const routes = index
    .routesOf(namespace, service)
    .filter(({ meta }) => (meta.namespace ?? namespace) === namespace || granted.has(meta.namespace ?? ''))
  for (const route of routes) {
    found.add(route)
    for (const { gateway } of parentsOf(world, route)) {
      if (gateway === null) {
        continue
      }
      found.add(gateway)
      for (const front of index.servicesMarked({ 'gateway.networking.k8s.io/gateway-name': gateway.meta.name })) {
        addFront(index, front, found)
      }
    }
  }
  for (const front of INGRESS_CONTROLLERS.flatMap(({ fronts }) => fronts.flatMap(index.servicesMarked))) {
    addFront(index, front, found)
  }
  return found
}

function addFront(index: ObjectIndex, front: ObjectIndex['services'][number], found: Set<Named>): void {
  found.add(front)
  for (const pod of index.podsMatching(front.meta.namespace ?? '', front.selector ?? {})) {
    found.add(pod)
  }
}

function markedIn<T>(value: T, foreign: Foreign): T {
  if (typeof value === 'string') {
    return markedText(value, foreign) as T
  }
  if (Array.isArray(value)) {
    return value.map((each) => markedIn(each, foreign)) as T
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      // The fields of objects have the same names in every namespace
      Object.entries(value).map(([key, each]) => [key, key === 'field' ? each : markedIn(each, foreign)]),
    ) as T
  }
  return value
}

/** Numbers, and fields of objects. */
const SCHEMA = /^(?:\d{1,5}|(?:metadata|spec|status)\..*)$/

/** A name stands there, whatever it is. */
const NAME_BEFORE = /(?:[/]|\bnamespaces? |-n )$/

function markedText(text: string, { words, names }: Foreign): string {
  return text.replace(WORD, (word, at: number) => {
    const home = words.get(word) ?? homeOfName(word, words, names)
    if (
      home === undefined ||
      SCHEMA.test(word) ||
      isKind(word) ||
      (PROSE.has(word.toLowerCase()) && !NAME_BEFORE.test(text.slice(0, at)))
    ) {
      return word
    }
    return marked(home, word)
  })
}

/** `web.pond.svc.cluster.local` is made of names. */
function homeOfName(word: string, words: Foreign['words'], names: Foreign['names']): string | undefined {
  if (!word.includes('.')) {
    return undefined
  }
  const label = word.split('.').find((each) => names.has(each) && !PROSE.has(each))
  return label === undefined ? undefined : words.get(label)
}
