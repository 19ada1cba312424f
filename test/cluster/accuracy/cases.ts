/** Lists the cases: each fault once in both flavours, pairs, healthy set-ups, and draws by lot. */
import type { Network } from '../network.ts'
import { PROXY_MODES, type ProxyMode } from '../proxies.ts'
import { expectedOf, type Fault, type Scene } from './fault.ts'
import { FAULTS_OF_ANSWERS } from './faults/answers.ts'
import { FAULTS_BETWEEN_NODES } from './faults/between-nodes.ts'
import { FAULTS_OF_DNS } from './faults/dns.ts'
import { FAULTS_OF_INGRESSES } from './faults/ingresses.ts'
import { FAULTS_OF_LOAD_BALANCERS } from './faults/load-balancers.ts'
import { FAULTS_OF_NODES } from './faults/nodes.ts'
import { FAULTS_OF_PODS } from './faults/pods.ts'
import { FAULTS_OF_SERVICES } from './faults/services.ts'
import { HEALTHY } from './healthy.ts'
import { PAIRS } from './pairs.ts'
import { type ShapeName, shapeOf, type Vantage } from './shapes.ts'

/** Their order decides which cases a seed draws, and which network a case of the catalogue is on. */
export const FAULTS: readonly Fault[] = [
  ...FAULTS_OF_PODS,
  ...FAULTS_OF_ANSWERS,
  ...FAULTS_OF_SERVICES,
  ...FAULTS_OF_INGRESSES,
  ...FAULTS_OF_NODES,
  ...FAULTS_BETWEEN_NODES,
  ...FAULTS_OF_LOAD_BALANCERS,
  ...FAULTS_OF_DNS,
]

/** A case belongs to one of these sets, and the report counts each set on its own. */
export type Kind = 'fault' | 'pair' | 'healthy' | 'random'

/** Plain data: it is handed to a worker. */
export type Case = {
  kind: Kind
  /** These are one or two faults of the catalogue, or one healthy set-up. */
  names: readonly string[]
  shape: ShapeName
  vantage: Vantage
  mode: ProxyMode
  network: Network
  /** With `own` each pod answers its own name, with `same` all pods answer alike. */
  body: 'own' | 'same'
}

export const keyOf = ({ kind, names, shape, vantage, mode }: Case): string =>
  [kind, names.join(' + '), shape, vantage, mode].join(' | ')

export const faultsOf = ({ kind, names }: Case): Fault[] =>
  names.map((name) => {
    const found = (kind === 'healthy' ? HEALTHY : FAULTS).find((fault) => fault.name === name)
    if (found === undefined) {
      throw new Error(`there is no fault ${name}`)
    }
    return found
  })

export const sceneOfCase = ({ shape, vantage, network, mode }: Case): Scene => ({
  ...{ shapeName: shape, shape: shapeOf(shape), vantage, network, mode },
})

/** For each of its faults the findings that name it; none for one that does not show. */
export const expectedOfCase = (of: Case): (readonly string[])[] =>
  faultsOf(of).map((fault) => expectedOf(fault, sceneOfCase(of)))

/** Every fault, pair and healthy set-up, in both flavours. */
export function catalogue(): Case[] {
  const ofMode = (mode: ProxyMode): Case[] => {
    const common = { mode, body: 'own' } as const
    return [
      ...FAULTS.map(
        (fault, position): Case => ({
          ...common,
          kind: 'fault',
          names: [fault.name],
          shape: fault.shapes[0] ?? 'everything',
          vantage: fault.from ?? 'inside',
          network: fault.network ?? alternating(position),
        }),
      ),
      ...PAIRS.map(
        ({ names, shape, from }, position): Case => ({
          ...common,
          kind: 'pair',
          names,
          shape,
          vantage: from ?? 'inside',
          network: alternating(position),
        }),
      ),
      ...HEALTHY.flatMap(({ name, shapes }) =>
        shapes.flatMap((shape) =>
          (['inside', 'outside'] as const).map(
            (vantage, position): Case => ({
              ...{ ...common, kind: 'healthy', names: [name], shape, vantage, network: alternating(position) },
            }),
          ),
        ),
      ).filter(({ vantage, shape }) => vantage === 'inside' || isSeenOutside(shape)),
    ]
  }
  return PROXY_MODES.flatMap(ofMode)
}

const alternating = (position: number): Network => (position % 2 === 0 ? 'routed' : 'overlay')

/** From outside there is something to ask. */
const isSeenOutside = (shape: ShapeName): boolean =>
  shapeOf(shape).kinds.some((kind) => ['NodePort', 'LoadBalancer', 'Ingress'].includes(kind))

/** Draws by lot, the same for the same seed: fault × shape × vantage × flavour × network. */
export function drawn(count: number, seed: number): Case[] {
  const draw = lots(seed)
  const one = <Item>(list: readonly Item[]): Item => list[Math.floor(draw() * list.length)] as Item
  const cases = new Map<string, Case>()
  for (let left = count * 20; left > 0 && cases.size < count; left--) {
    const fault = one(FAULTS)
    const shape = one(fault.shapes)
    const vantage = isSeenOutside(shape) ? one(['inside', 'inside', 'outside'] as const) : 'inside'
    const of: Case = {
      ...{ kind: 'random', names: [fault.name], shape, vantage },
      mode: one(PROXY_MODES),
      network: fault.network ?? one(['routed', 'overlay'] as const),
      body: one(['own', 'same'] as const),
    }
    cases.set(keyOf(of), of)
  }
  return [...cases.values()]
}

/** mulberry32: a generator of 32 bits, good enough to draw lots. */
export function lots(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Some of them, by lot. */
export function sampleOf<Item>(list: readonly Item[], count: number, seed: number): Item[] {
  const draw = lots(seed)
  return list
    .map((item) => ({ item, lot: draw() }))
    .sort((a, b) => a.lot - b.lot)
    .slice(0, count)
    .map(({ item }) => item)
}
