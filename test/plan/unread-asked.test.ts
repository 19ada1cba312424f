/** Whoever looks objects up asks whether they were read: planning and rules that forget it fail here. */
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ObjectKind } from '../../src/kube/object-source.ts'

/** Ways to look up, by the kind of what is found. */
const LOOKUPS: Readonly<Partial<Record<ObjectKind, RegExp>>> = {
  services:
    /\b(servicesNamed|servicesAt|servicesIn|servicesMarked|servicesOnNodePort|serviceByClusterIP)\b|index\.services\b|collidingServices\(|objects\.services\b/,
  endpointSlices: /\bslicesOf\b|objects\.endpointSlices\b/,
  endpoints: /index\.endpointsOf\b|objects\.endpoints\b/,
  pods: /\b(podsMatching|podsIn|podNamed)\b|objects\.pods\b/,
  workloads: /\bworkloadsIn\b|objects\.workloads\b/,
  ingresses: /\b(ingressesOf|ingressesElsewhere|ingressesForHost)\b|objects\.ingresses\b/,
  ingressClasses: /index\.ingressClasses\b|\{ ingressClasses \} = index|\bingressClassOf\(index/,
  nodes: /index\.nodes\b|\b(nodeNamed|nodeByAddress)\b|\{ nodes \} = index/,
  networkPolicies: /objects\.networkPolicies\b/,
  events: /objects\.events\b|\beventsAbout\b/,
  gatewayRoutes: /index\.routesOf\b|\.routesOf\(context/,
}

/** Ways to ask, which are one in many places. */
const ASKS: Readonly<Partial<Record<ObjectKind, RegExp>>> = {
  services: /\bunreadServices\(/,
  endpointSlices: /\bendpoints\.unread\b/,
  endpoints: /\bendpoints\.unread\b|index\.unread\('endpoints'/,
  pods: /\bunread(Pods|PodLikes|Places)\(/,
  ingresses: /\bunread(Routes|Ways)\(/,
  ingressClasses: /\bunread(Routes|Ways)\(/,
  nodes: /\bunreadNodes\(/,
  events: /\bunreadEvents\(/,
}

/** Facts that rules are handed, where whoever looks them up does not know what will be concluded. */
const FACTS: readonly { fact: string; uses: RegExp; asks: RegExp }[] = [
  {
    fact: 'endpoints',
    uses: /\bendpoints\.(all|source)\b|targetNumbers\(/,
    asks: /\bendpoints\.unread\b|\bunreadPlaces\(/,
  },
  {
    fact: 'pods',
    uses: /[{,] (pods|endedPods)\b[^}]*\} = facts|when\(\{[^}]*\b(pods|endedPods)\b/,
    asks: /\bunread(Pods|PodLikes)\(/,
  },
]

const PRESENT = 'it tells of what is there alone'

const NAMES = 'it shows names of what is there, and nothing follows from what is not'
const BY_RULES = 'the rules that are handed them ask'
const BY_INGRESS = 'the source of Ingress paths asks, and marks all of them'
const ALLOWS = 'it lets be dialled what is there, so that what is not known is not dialled'
const OWN = 'it finds the Services in front of Portolan itself, as far as they are known'
const CONTROLS = 'it finds addresses for control probes, and nothing follows from one that is not known'

/** Files that look up and need not ask: `file kind` → the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'src/plan/gateway/backend-tls.ts gatewayRoutes': PRESENT,
  'src/plan/gateway/planned.ts gatewayRoutes': 'the source of the paths asks (gateway/source.ts)',
  'src/diagnose/rules/endpoint-address-invalid.ts endpoints': PRESENT,
  'src/diagnose/rules/publish-not-ready-exposes-pods.ts pods': PRESENT,
  'src/diagnose/rules/selector-too-broad.ts pods': PRESENT,
  'src/diagnose/rules/endpoint-is-cluster-ip.ts endpoints': PRESENT,
  'src/diagnose/rules/node-not-ready.ts nodes': PRESENT,
  'src/diagnose/rules/traffic-policy-local-no-endpoint.ts nodes': PRESENT,
  'src/diagnose/refused-routes.ts gatewayRoutes': PRESENT,
  'src/diagnose/rules/route-status.ts services': 'whoever judges a backend asks about one that is not there',
  'src/diagnose/facts.ts ingresses': BY_RULES,
  'src/diagnose/facts.ts pods': BY_RULES,
  'src/diagnose/facts.ts services': BY_RULES,
  'src/plan/controllers/table.ts ingressClasses': BY_INGRESS,
  'src/plan/ingress-address.ts nodes': BY_INGRESS,
  'src/plan/ingress-address.ts services': BY_INGRESS,
  'src/plan/ingress-fronts.ts ingressClasses': BY_INGRESS,
  'src/plan/ingress-fronts.ts services': BY_INGRESS,
  'src/plan/ingress-listeners.ts ingresses': BY_INGRESS,
  'src/plan/ingress-competition.ts ingresses': BY_INGRESS,
  'src/plan/ingress-rules.ts ingresses': BY_INGRESS,
  'src/plan/ingress-size.ts ingresses': BY_INGRESS,
  'src/plan/elsewhere.ts pods': NAMES,
  'src/plan/elsewhere.ts services': NAMES,
  'src/plan/keep-to-cluster.ts ingresses': ALLOWS,
  'src/plan/keep-to-cluster.ts services': ALLOWS,
  'src/plan/find-beside.ts services': CONTROLS,
  'src/plan/find-beside.ts workloads': CONTROLS,
  'src/plan/own-fronts.ts endpointSlices': OWN,
  'src/plan/own-fronts.ts services': OWN,
  'src/plan/own-objects.ts ingresses': PRESENT,
  'src/plan/own-objects.ts pods': PRESENT,
  'src/plan/own-objects.ts services': PRESENT,
}

const files = globSync(['src/plan/**/*.ts', 'src/diagnose/**/*.ts'])
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }))

const asksFor = (kind: ObjectKind, text: string): boolean =>
  new RegExp(`\\.unread\\(\\s*'${kind}'`).test(text) || (ASKS[kind]?.test(text) ?? false)

/** Each lookup of a file that never asks whether that kind was read. */
function unasked({ file, text }: { file: string; text: string }): string[] {
  const looked = Object.entries(LOOKUPS).flatMap(([kind, lookup]) =>
    lookup.test(text) && !asksFor(kind as ObjectKind, text) ? [`${file} ${kind}`] : [],
  )
  const used = file.startsWith('src/diagnose/rules/')
    ? FACTS.flatMap(({ fact, uses, asks }) => (uses.test(text) && !asks.test(text) ? [`${file} ${fact}`] : []))
    : []
  return [...new Set([...looked, ...used])]
}

describe('objects are looked up', () => {
  it('by who asks whether they were read, but for a few that have a reason', () => {
    expect(files.flatMap(unasked).toSorted()).toEqual(Object.keys(EXCEPTIONS).toSorted())
  })

  it.each([
    ['src/diagnose/rules/a.ts', 'index.workloadsIn(namespace).length === 0', ['workloads']],
    ['src/plan/a.ts', 'context.index.nodeByAddress(address)', ['nodes']],
    ['src/diagnose/rules/a.ts', 'when({ service, pods }) { return pods.length }', ['pods']],
    ['src/diagnose/rules/a.ts', 'if (endpoints.all.length === 0) {}', ['endpoints']],
    ['src/diagnose/rules/a.ts', "index.podsIn(a); index.unread('nodes', null)", ['pods']],
    ['src/diagnose/rules/a.ts', "index.podsIn(a); index.unread('pods', a)", []],
  ])('and one that does not is told: %s %s', (file, text, kinds) => {
    expect(unasked({ file, text })).toEqual(kinds.map((kind) => `${file} ${kind}`))
  })
})
