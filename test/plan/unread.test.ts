/** What was not read is not empty: nothing is planned or found from an absence that was not seen. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diagnoseObjects } from '../../src/diagnose/diagnose.ts'
import { gatherFacts } from '../../src/diagnose/facts.ts'
import { RULES } from '../../src/diagnose/rules.ts'
import { readAndPlan } from '../../src/job/plan-request.ts'
import { indexObjects, type ObjectIndex } from '../../src/kube/object-index.ts'
import type { ObjectKind } from '../../src/kube/object-source.ts'
import type { PlannedPath } from '../../src/plan/path.ts'
import { planPaths } from '../../src/plan/plan.ts'
import { WORLDS, type World } from '../support/live-worlds.ts'
import { planInput } from '../support/plan-text.ts'
import { type Cut, READ_KINDS, readInSteps, takeAway } from '../support/reading.ts'

const POSITIONS = ['in-cluster', 'outside'] as const

type At = (typeof POSITIONS)[number]

function seen({ target, addresses }: World, vantage: At, index: ObjectIndex) {
  const { objects } = index
  const plan = planPaths({ ...planInput([], { target, addresses, vantage }), objects }, index)
  return { plan, findings: diagnoseObjects(plan, objects, index).findings }
}

/** Everything that any rule finds in all of the objects, each by itself. */
function entailed(world: World, position: At) {
  const index = indexObjects(world.objects, [], 'cluster')
  const { plan } = seen(world, position, index)
  const facts = gatherFacts(plan, world.objects, index)
  const causes =
    facts === null ? [] : RULES.flatMap(({ code, when }) => (when?.(facts) ?? []).map((cause) => ({ code, cause })))
  return { plan, causes }
}

const wholes = new Map<string, ReturnType<typeof entailed>>()
function whole(world: World, position: At) {
  const key = `${world.name} ${position}`
  const found = wholes.get(key) ?? entailed(world, position)
  wholes.set(key, found)
  return found
}

const NOT_READ = / were not( all)? read \(/
const rests = ({ because }: PlannedPath): boolean => because.some(({ unread }) => unread === true)

/** What a path promises, as far as its result would be judged by it. */
const promise = ({ address, addressPort, expected, dns, host, serverName, url }: PlannedPath) => ({
  address,
  addressPort,
  expected,
  values: dns?.values ?? null,
  host,
  serverName,
  url,
})

/** Says of each claim that is made from a part of the objects which one the whole does not bear out. */
function unfounded(world: World, position: At, cuts: readonly Cut[]): string[] {
  const { plan: full, causes } = whole(world, position)
  const { objects, unread } = takeAway(world.objects, world.target, cuts)
  const { plan, findings } = seen(world, position, indexObjects(objects, unread, 'cluster'))
  const ids = new Map(full.paths.map((path) => [path.id, path]))
  const paths = plan.paths.flatMap((path) => {
    if (rests(path)) {
      return []
    }
    const same = ids.get(path.id)
    if (same === undefined) {
      return [`path ${path.kind} ${path.url} is not there`]
    }
    const [own, its] = [promise(path), promise(same)]
    // Whoever promises less is judged by less.
    const least = {
      ...its,
      expected: own.expected === 'unknown' ? own.expected : its.expected,
      values: own.values === null ? null : its.values,
    }
    return JSON.stringify(own) === JSON.stringify(least)
      ? []
      : [`path ${path.kind} promises ${JSON.stringify(own)}, not ${JSON.stringify(its)}`]
  })
  const told = findings.flatMap(({ code, confidence, detail, explains }) => {
    const same = causes.filter((each) => each.code === code)
    const isBorneOut = same.some(({ cause }) => confidence !== 'certain' || cause.confidence === 'certain')
    const isSaid = confidence !== 'certain' && NOT_READ.test(detail)
    const known = new Set(same.flatMap(({ cause }) => cause.explains))
    const more = explains.filter((id) => ids.has(id) && !known.has(id))
    return [
      ...(isBorneOut || isSaid ? [] : [`${code} is ${confidence}`]),
      ...(isSaid || more.length === 0 ? [] : [`${code} explains ${more.length} paths more`]),
    ]
  })
  const unreachable = plan.paths
    .filter(({ expected }) => expected === 'unreachable')
    .map(({ id }) => `${id} unreachable`)
  return [...paths, ...told, ...unreachable]
}

const OWNED: ReadonlySet<ObjectKind> = new Set(['services', 'endpointSlices', 'endpoints', 'pods', 'events'])
const nothing = () => false

/** Each way in which one kind may be left out. */
const cutsOf = (kind: ObjectKind, namespace: string): Cut[] => {
  const cut = { kind, namespace: null, besides: [], part: 'all', reason: 'forbidden', keeps: nothing } as const
  return [
    cut,
    { ...cut, reason: 'failed' },
    { ...cut, reason: 'not_served' },
    { ...cut, besides: [namespace] },
    { ...cut, reason: 'cut_short', keeps: (at) => at % 2 === 0 },
    { ...cut, reason: 'cut_short', keeps: (at) => at % 2 === 1 },
    ...(OWNED.has(kind) ? [{ ...cut, part: 'others' } as const] : []),
    ...(kind === 'nodes' || kind === 'ingressClasses' ? [] : [{ ...cut, namespace }]),
  ]
}

describe('a kind that was not read', () => {
  it.each(READ_KINDS)('%s: nothing is planned or found from its absence', (kind) => {
    const found = POSITIONS.flatMap((position) =>
      WORLDS.flatMap((world) =>
        cutsOf(kind, world.target.namespace).flatMap((cut) =>
          unfounded(world, position, [cut]).map(
            (each) => `${world.name} (${position}, ${cut.reason} ${cut.part} ${cut.namespace}): ${each}`,
          ),
        ),
      ),
    )
    expect(found).toEqual([])
  })

  it('together with others, in any namespace, in whole or in part', () => {
    const cuts = fc.array(
      fc.record({
        kind: fc.constantFrom(...READ_KINDS),
        at: fc.constantFrom('pond', null, 'elsewhere', 'lake'),
        part: fc.constantFrom('all', 'all', 'others' as const),
        reason: fc.constantFrom('forbidden', 'failed', 'not_served', 'cut_short', 'not_asked'),
        mask: fc.nat(),
      }),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(fc.constantFrom(...WORLDS), fc.constantFrom(...POSITIONS), cuts, (world, position, drawn) => {
        const { namespace: own } = world.target
        const all = drawn.map(
          ({ kind, at, part, reason, mask }): Cut => ({
            ...{ kind, reason, part: OWNED.has(kind) ? part : 'all' },
            namespace:
              at === 'elsewhere' || at === null || kind === 'nodes' || kind === 'ingressClasses'
                ? null
                : at === 'pond'
                  ? own
                  : at,
            besides: at === 'elsewhere' && kind !== 'nodes' && kind !== 'ingressClasses' ? [own] : [],
            keeps: (nth) => reason === 'cut_short' && ((mask >> (nth % 16)) & 1) === 1,
          }),
        )
        expect(unfounded(world, position, all)).toEqual([])
      }),
      { numRuns: 1_500, seed: 20261130 },
    )
  })
})

describe('what nobody has asked for yet', () => {
  it.each(WORLDS.map((world) => [world.name, world] as const))(
    'is read where a rule or a path asks for it, so that nothing is lost: %s',
    async (_name, world) => {
      for (const position of POSITIONS) {
        const source = readInSteps(world.objects, world.target)
        const target = { cluster: 'default', ...world.target }
        const stepwise = await readAndPlan(source, target, { held: false }, (_read, index) =>
          seen(world, position, index),
        )
        expect(stepwise).toEqual(seen(world, position, indexObjects(world.objects, [], 'cluster')))
      }
    },
  )
})
