/**
 * The roles of `deploy/` on the test API server, which evaluates them as a real one does: with all of their rights
 * nothing is refused, and without any one of them something is lost, which is named here.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { planRequest } from '../../src/job/plan-request.ts'
import type { ObjectKind, ObjectSource, Wanted } from '../../src/kube/object-source.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { createLog } from '../../src/lib/log.ts'
import { ProblemError } from '../../src/lib/problem.ts'
import { forbiddenOf } from '../../src/plan/forbidden.ts'
import type { Plan } from '../../src/plan/path.ts'
import type { ApiClient } from '../../src/runtime/node/cluster/api-client.ts'
import { createHeld } from '../../src/runtime/node/cluster/held.ts'
import { HELD_RESOURCES } from '../../src/runtime/node/cluster/held-kinds.ts'
import { REQUESTS } from '../../src/runtime/node/cluster/requests.ts'
import { reviewToken } from '../../src/runtime/node/cluster/token-review.ts'
import { type ApiServer, CUSTOM_GROUPS, type KubeObject } from '../support/api-server.ts'
import { kept, type Manifest, type Rule, rightsOf } from '../support/deploy.ts'
import { liveClusters, PLAN_DEPS } from '../support/live-cluster.ts'
import { ingress, node, pod, service, slice, workload } from '../support/manifests.ts'
import { aRequest } from '../support/request.ts'

const live = liveClusters()
let server: ApiServer
let plan: Plan

const IN_SHOP = { namespace: 'shop' }
const OBJECTS = [
  ...['portolan', 'shop', 'pond'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  service({}, IN_SHOP),
  slice([{ at: '10.244.0.9', node: 'node-1', pod: 'toad-1' }], IN_SHOP),
  pod('toad-1', { nodeName: 'node-1' }, IN_SHOP),
  ingress([{}], IN_SHOP),
  node('node-1', { InternalIP: '192.0.2.1' }),
  workload('Deployment', 'toad', { app: 'toad' }),
  service({ clusterIP: '10.96.0.8', selector: null }, { ...IN_SHOP, name: 'newt' }),
] as KubeObject[]
const TOAD = { cluster: 'default', namespace: 'shop', service: 'toad' }

beforeAll(async () => {
  const { server: started, source } = await live.of(OBJECTS, { hasGateway: true, groups: CUSTOM_GROUPS })
  server = started
  plan = (await planRequest(PLAN_DEPS, aRequest({ target: TOAD }), source)).plan
})
afterAll(live.closeAll)

const account = { kind: 'ServiceAccount', namespace: 'portolan' }
let accounts = 0

/** Somebody with these roles and no others. @returns the user as requests name it, and a token. */
function somebody(roles: readonly { rules: readonly Rule[]; namespace: string | null }[]) {
  const name = `reader-${accounts++}`
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  server.objects.applyAll(
    roles.flatMap(({ rules, namespace }) => {
      const kind = namespace === null ? 'ClusterRole' : 'Role'
      const metadata = { name, ...(namespace !== null && { namespace }) }
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name }
      return [
        { apiVersion, kind, metadata, rules: [...rules] },
        { apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects: [{ ...account, name }] },
      ]
    }),
  )
  const token = `token-of-${name}-0123456789`
  server.tokens.addServiceAccount(token, 'portolan', name)
  return { user: `system:serviceaccount:portolan:${name}`, token }
}

const KINDS = Object.keys(REQUESTS) as ObjectKind[]

/** All that rules and paths can ask about besides what is read at first. */
const everything = (namespace: string): Wanted[] => [
  ...KINDS.map((kind): Wanted => ({ kind, namespace, part: 'others' })),
  ...(['endpoints', 'events'] as const).map((kind): Wanted => ({ kind, namespace, part: 'own' })),
]

/** The sentence of the refusal, without the address of the server. */
const orRefusal = (act: Promise<string[]>): Promise<string[]> =>
  act.catch((error: unknown) => {
    if (error instanceof ProblemError && error.code === 'cluster_refused') {
      return [error.detail.replace(/ http:.*$/s, '')]
    }
    throw error
  })

/** A job on a Service: what its plan lacks, and why. */
const job = (source: ObjectSource): Promise<string[]> =>
  orRefusal(
    (async () => {
      const read = await source.read(TOAD, { held: false })
      const all = (await source.readOn?.(TOAD, read, everything('shop'))) ?? read
      return forbiddenOf(all.provenance, plan).map(({ verb, resource, effect }) => `${verb} ${resource}: ${effect}`)
    })(),
  )

/** A job on a Service without a selector, whose endpoints somebody writes. */
const byHand = (source: ObjectSource): Promise<string[]> =>
  orRefusal(
    source
      .read({ ...TOAD, service: 'newt' }, { held: false })
      .then(({ provenance }) => forbiddenOf(provenance, plan).map(({ verb, resource }) => `${verb} ${resource}`)),
  )

/** A job on a Service that is not there: which hints are missing from its problem. */
const absent = (source: ObjectSource): Promise<string[]> =>
  orRefusal(
    source.read({ ...TOAD, namespace: 'nowhere' }, { held: false }).then(
      () => [],
      (error: unknown) => {
        if (!(error instanceof ProblemError && error.code === 'service_not_found')) {
          throw error
        }
        const hints = ['There is no namespace nowhere.', 'Namespace shop has one of that name.']
        return hints.filter((hint) => !error.detail.includes(hint)).map((hint) => `not told: ${hint}`)
      },
    ),
  )

/** Discovery, and schedules that are many enough: the kinds that cannot be held by a watch. */
async function watches(client: ApiClient, user: string, namespaces: readonly string[]): Promise<string[]> {
  const held = createHeld({
    ...{ client, clock: systemClock, log: createLog('error', () => undefined, Date.now), random: () => 0 },
    ...{ cluster: 'default', namespaces, staleAfterMs: 300_000 },
  })
  try {
    held.pin(['services', 'namespaces'])
    for (const resource of HELD_RESOURCES.keys()) {
      for (let reads = 0; reads < 20; reads++) {
        void held.select(resource, { namespace: namespaces[0] ?? null })
      }
    }
    const refused = () => held.states().flatMap(({ resource, forbidden }) => (forbidden ? [resource] : []))
    await vi.waitFor(
      () => {
        const open = server.seen.requests.filter(
          (each) => each.verb === 'watch' && each.user === user && each.status === 200,
        )
        const known = new Set([...open.map(({ resource }) => resource), ...refused()])
        expect([...HELD_RESOURCES.keys()].filter((resource) => !known.has(resource))).toEqual([])
      },
      { timeout: 30_000, interval: 10 },
    )
    return refused().map((resource) => `${resource} cannot be watched`)
  } finally {
    await held.close()
  }
}

/** All that Portolan does with a cluster. @returns what of it is lost, and which rights were used. */
async function without(roles: Parameters<typeof somebody>[0], namespaces: readonly string[] = []) {
  const { user, token } = somebody(roles)
  const { client, source } = live.connect(server, { token, namespaces })
  const [ofJob, ofByHand, ofAbsent, ofWatches] = await Promise.all([
    job(source),
    byHand(source),
    absent(source),
    watches(client, user, namespaces),
  ])
  const lost = [
    ...ofJob,
    ...ofByHand.map((what) => `a Service without a selector: ${what}`),
    ...ofAbsent.map((what) => `a Service that is not there: ${what}`),
    ...ofWatches,
  ]
  const asked = server.seen.requests.filter((each) => each.user === user && each.resource !== undefined)
  const rights = (requests: typeof asked) =>
    [...new Set(requests.map(({ verb, resource, path }) => `${groupOf(path)}/${resource} ${verb}`))].toSorted()
  // Where only single namespaces may be read, all of them at once are asked for first.
  const narrow = asked.filter(({ namespace }) => namespaces.length === 0 || namespaces.includes(namespace ?? ''))
  return { lost, used: rights(narrow), refused: rights(narrow.filter(({ status }) => status === 403)) }
}

const groupOf = (path: string): string => /^\/apis\/([^/]+)/.exec(path)?.[1] ?? ''

const rulesOf = (overlay: 'cluster-wide' | 'namespaced' | 'reviewed', kind: string): Rule[] => {
  const role = kept(overlay).find((manifest) => manifest.kind === kind) as (Manifest & { rules: Rule[] }) | undefined
  return role?.rules ?? []
}

/** The rules that allow all of these, one each. */
const allowing = (rights: readonly string[]): Rule[] =>
  rights.map((right) => {
    const [, group = '', resource = '', verb = ''] = /^(.*)\/(\S+) (\S+)$/.exec(right) ?? []
    return { apiGroups: [group], resources: [resource], verbs: [verb] }
  })

describe('the ClusterRole', () => {
  const rights = rightsOf(rulesOf('cluster-wide', 'ClusterRole'))

  it('is enough: nothing is refused', async () => {
    const { lost, refused } = await without([{ rules: allowing(rights), namespace: null }])
    expect({ lost, refused }).toEqual({ lost: [], refused: [] })
  })

  it('is not more than is used', async () => {
    const { used } = await without([{ rules: rulesOf('cluster-wide', 'ClusterRole'), namespace: null }])
    expect(used).toEqual(rights)
  })

  it('loses something with each right that is taken away', async () => {
    const told: string[] = []
    for (const right of rights) {
      const { lost, refused } = await without([
        { rules: allowing(rights.filter((each) => each !== right)), namespace: null },
      ])
      expect([right, refused]).toEqual([right, [right]])
      expect([right, lost.length > 0]).toEqual([right, true])
      told.push(`${right}\n${lost.map((each) => `  ${each}\n`).join('')}`)
    }
    await expect(told.join('')).toMatchFileSnapshot('../fixtures/deploy/what-each-right-is-for.txt')
  })
})

describe('the right to ask about tokens', () => {
  const asked = { cluster: 'default', token: 'token-of-ci-0123456789', audiences: ['https://portolan.example'] }
  const review = (rules: Rule[]) => {
    const { client } = live.connect(server, { token: somebody([{ rules, namespace: null }]).token })
    return reviewToken(
      client,
      asked,
      createLog('error', () => undefined, Date.now),
    )
  }
  beforeAll(() => {
    server.tokens.addServiceAccount(asked.token, 'shop', 'ci', { audiences: asked.audiences })
  })

  it('comes by the component alone, and is enough', async () => {
    const rules = rulesOf('reviewed', 'ClusterRole')
    expect(rightsOf(rules)).toEqual(['authentication.k8s.io/tokenreviews create'])
    expect(await review(rules)).toEqual({ username: 'system:serviceaccount:shop:ci', audiences: asked.audiences })
  })

  it('is not given otherwise, and without it nothing is said of the token', async () => {
    const rules = rulesOf('cluster-wide', 'ClusterRole')
    expect(rightsOf([...rules, ...rulesOf('namespaced', 'Role')]).filter((right) => right.includes('review'))).toEqual(
      [],
    )
    await expect(review(rules)).rejects.toMatchObject({ code: 'unavailable', headers: { 'retry-after': '60' } })
  })
})

describe('the Role of one namespace', () => {
  it('is enough for what has a namespace, and not more than is used; the rest is told', async () => {
    const rules = rulesOf('namespaced', 'Role')
    const { lost, refused, used } = await without([{ rules, namespace: 'shop' }], ['shop'])
    expect({ refused, used }).toEqual({ refused: [], used: rightsOf(rules) })
    expect(lost.map((each) => each.replace(/: [A-Z].*/, ''))).toEqual([
      ...['list ingressclasses', 'list nodes', 'list namespaces', 'list gatewayclasses'],
      ...['a Service without a selector: list ingressclasses', 'a Service without a selector: list nodes'],
      'a Service that is not there',
      ...['namespaces cannot be watched', 'ingressclasses cannot be watched', 'nodes cannot be watched'],
      'gatewayclasses cannot be watched',
    ])
  })
})
