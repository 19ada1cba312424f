/**
 * Ways → the hops that they end at, in columns: names, addresses, nodes, endpoints. Pure.
 *
 * @module
 */
import { KINDS } from '../../plan/kinds.ts'
import { dialled, recordOf } from '../../report/phrases.ts'
import { visible } from '../../report/visible.ts'
import type { MapFacts, Way, WayState } from './source.ts'
import { worstOf } from './source.ts'

export const COLUMNS = ['from', 'name', 'address', 'node', 'endpoint'] as const
export type Column = (typeof COLUMNS)[number]

/** Hops of one zone share rows of the map; zones lie below each other. */
export const ZONES = ['service', 'routes', 'balancers', 'outside', 'nodes'] as const
export type Zone = (typeof ZONES)[number]

/** Ways that are told in one line of a hop. Its state is the worst of theirs. */
export type Line = { text: string; state: WayState; ways: readonly Way[] }

export type Hop = {
  key: string
  column: Column
  zone: Zone
  /** The kind of thing that it is, such as `ClusterIP` or `Node`. */
  kind: string
  title: string
  lines: readonly Line[]
  /** The ways that end here: each way ends at one hop. */
  ways: readonly Way[]
  /** The ways that go over it: those that end here, and of a host those that ask for it on their way. */
  over: readonly Way[]
  /** The worst of the ways that go over it, of every vantage. */
  state: WayState
  /** The hops that it stands for, if it is a group. */
  members: readonly Hop[]
  /** The objects that it is or comes from, as findings name them: `Node/node-1`. */
  objects: readonly string[]
  /** The node that it is, or is on. */
  node: string | null
}

/** A hop, and the hop that its ways take on the way there. */
export type Entry = { hop: string; by: string | null }

type Place = Pick<Hop, 'column' | 'zone' | 'kind' | 'title'> & {
  text: string
  /** Tells hops apart that have one kind and one title: parents of routes. */
  as?: string
  /** The title of the hop before it that the prober does not dial: the host that is asked for. */
  by?: string
  objects?: readonly string[]
  node?: string | null
}

/** Tells whether a hop is another name that the Service leads to: nothing of the cluster is behind it. */
export const isAlias = ({ ways }: Hop): boolean => ways.some(({ kind }) => KINDS[kind].endsAt === 'alias')

/** The service's own name is told apart from the names of its pods and of hosts. */
const OWN = 'own name'

const refOf = (kind: string, name: string | null): readonly string[] => (name === null ? [] : [`${kind}/${name}`])

/** The objects that a path comes from, but for those that all paths of a Service come from. */
function routesOf({ because }: Way['path']): string[] {
  const refs = because.flatMap((text) => /^([A-Z]\w+\/[^\s:]+)/.exec(text)?.[1] ?? [])
  return [...new Set(refs)].filter((ref) => !/^(Service|EndpointSlice|Endpoints|Node|Pod)\//.test(ref))
}

const portText = (way: Way): string => {
  const { addressPort, port } = way.path
  const number = addressPort ?? port?.number ?? null
  const words = [port?.name == null ? null : visible(port.name), protocolOf(way)]
  return [number === null ? null : `:${number}`, ...new Set(words)].filter((part) => part !== null).join(' ')
}

const protocolOf = ({ path: { port, url } }: Way): string | null => {
  const scheme = /^(https?):/.exec(url ?? '')?.[1] ?? null
  return scheme ?? (port === null || port.protocol === 'TCP' ? null : port.protocol)
}

function placeOf(way: Way, { target }: MapFacts): Place {
  const { kind, parts, path } = way
  const address = path.address === null ? null : visible(path.address)
  switch (KINDS[kind].endsAt) {
    case 'name':
      return namePlace(way, target)
    case 'variable':
      return {
        ...{ column: 'name', zone: 'service', kind: 'Variables', title: 'Environment' },
        text: visible(path.variable ?? parts.place),
      }
    case 'address':
      return {
        ...{ column: 'address', zone: 'service', kind, text: portText(way) },
        title: address ?? `not given out yet${path.family === null ? '' : ` (${path.family})`}`,
      }
    case 'alias':
      return { column: 'address', zone: 'service', kind, title: address ?? 'no name', text: portText(way) }
    case 'balancer':
      return { column: 'address', zone: 'balancers', kind, title: address ?? 'no address yet', text: portText(way) }
    case 'outside':
      return { column: 'address', zone: 'outside', kind, title: address ?? 'no address', text: portText(way) }
    case 'node': {
      const title = parts.node ?? address ?? 'no node'
      return {
        ...{ column: 'node', zone: 'nodes', kind: 'Node', title, node: path.node, objects: refOf('Node', path.node) },
        text: [dialled(path) ?? portText(way), path.port?.name == null ? null : visible(path.port.name)]
          .filter((part) => part !== null)
          .join(' '),
      }
    }
    case 'pod':
      return {
        ...{ column: 'endpoint', zone: 'service', kind: path.pod === null ? 'Endpoint' : 'Pod' },
        ...{ title: parts.pod ?? address ?? 'no address', node: path.node, objects: refOf('Pod', path.pod) },
        text: [dialled(path) ?? portText(way), path.port?.name == null ? null : visible(path.port.name)]
          .filter((part) => part !== null)
          .join(' '),
      }
    case 'route':
      return {
        ...{ column: 'address', zone: 'routes', kind: routerOf(way), title: address ?? 'no address yet' },
        as: parts.parent ?? '',
        ...{ text: parts.place, objects: [...routesOf(path), ...parentRef(path.parent)] },
        ...(path.host === null ? {} : { by: visible(path.host) }),
      }
  }
}

/** `Gateway edge https`, `Ingress nginx`: in few words what routes. */
function routerOf({ kind, path: { parent } }: Way): string {
  if (parent === null) {
    return kind
  }
  const what = parent.kind.replace(/Class$/, '')
  return visible([what, parent.name, parent.section].filter((part) => part !== null).join(' '))
}

const parentRef = (parent: Way['path']['parent']): string[] =>
  parent === null ? [] : [`${parent.kind}/${parent.name}`]

/** The names of a Service, of its pods, and of hosts that routes ask for. */
function namePlace(way: Way, { service, namespace }: MapFacts['target']): Place {
  const record = recordOf(way.path)
  const name = record ?? visible(way.path.host ?? way.path.address ?? '')
  const own = `${service}.${namespace}`
  const bare = name.replace(/^_[^.]+\._[^.]+\./, '')
  const type = way.parts.kind.replace(/^DNS /, '')
  // The whole name stands above its lines.
  const isWhole = bare.startsWith(`${own}.svc.`) && bare === name
  const text = record === null ? portText(way) : isWhole ? `${type} record` : `${type} ${name}`
  if (bare === service || bare === own || bare.startsWith(`${own}.svc`)) {
    return { column: 'name', zone: 'service', kind: 'DNS name', title: OWN, text }
  }
  if (bare.includes(`.${own}.svc`)) {
    return { column: 'name', zone: 'service', kind: 'DNS names', title: 'Names of pods', text }
  }
  return {
    ...{ column: 'name', zone: 'routes', kind: 'Host', title: name },
    ...{ text: record === null ? text : `${type} record`, objects: routesOf(way.path) },
  }
}

/** Makes a hop of the ways that end there, and of those that go by it. */
export function hopOf({ by = [], ...of }: Omit<Hop, 'state' | 'ways' | 'over'> & { by?: readonly Way[] }): Hop {
  const ways = of.lines.flatMap((line) => line.ways)
  const over = [...ways, ...by]
  return { ...of, ways, over, state: worstOf(over.map(({ state }) => state)) }
}

export type Hops = {
  hops: readonly Hop[]
  /** The hops that ways go by, by the way's id: that where it ends, and before it the host that is asked for. */
  entries: ReadonlyMap<string, Entry>
}

/** The hops of a document, one for each name, address, node and pod. */
export function hopsOf(facts: MapFacts): Hops {
  const places = facts.ways.map((way) => ({ way, place: placeOf(way, facts) }))
  const keyOf = ({ column, zone, kind, title, as = '' }: Omit<Place, 'text'>): string =>
    [column, zone, kind, title, as].join('\n')
  const byKey = new Map<string, { place: Omit<Place, 'text'>; found: { way: Way; text: string }[] }>()
  const entries = new Map<string, Entry>()
  const passing = new Map<string, Way[]>()
  for (const { way, place } of places) {
    const key = keyOf(place)
    let by: string | null = null
    if (place.by !== undefined) {
      const host = { column: 'name', zone: 'routes', kind: 'Host', title: place.by } as const
      by = keyOf(host)
      add(byKey, by, { ...host, objects: place.objects ?? [] }, [])
      passing.set(by, [...(passing.get(by) ?? []), way])
    }
    add(byKey, key, place, [{ way, text: place.text }])
    entries.set(way.id, { hop: key, by })
  }
  const hops = [...byKey].map(([key, { place, found }]) =>
    hopOf({
      ...{ key, column: place.column, zone: place.zone, kind: place.kind, members: [] },
      title: place.title === OWN ? ownName(facts, found) : place.title,
      ...{ objects: place.objects ?? [], node: place.node ?? null },
      lines: linesOf(found),
      by: passing.get(key) ?? [],
    }),
  )
  return { hops, entries }
}

/** The host that all of them ask for stands on the way there, and need not be told again. */
function linesOf(found: readonly { way: Way; text: string }[]): Line[] {
  const [host, ...others] = new Set(
    found.map(({ way: { kind, path } }) => (KINDS[kind].routedBy === null ? null : path.host)),
  )
  const own = host == null || others.length > 0 ? null : `://${visible(host)}`
  return found.map(({ way, text }) => ({
    text: own === null ? text : text.replace(own, () => ' '),
    state: way.state,
    ways: [way],
  }))
}

function add(
  byKey: Map<string, { place: Omit<Place, 'text'>; found: { way: Way; text: string }[] }>,
  key: string,
  place: Omit<Place, 'text'>,
  found: readonly { way: Way; text: string }[],
): void {
  const before = byKey.get(key)
  if (before === undefined) {
    byKey.set(key, { place, found: [...found] })
    return
  }
  before.found.push(...found)
  const objects = new Set([...(before.place.objects ?? []), ...(place.objects ?? [])])
  before.place = { ...before.place, objects: [...objects] }
}

/** The longest of its names that is no record of a port. */
function ownName({ target }: MapFacts, found: readonly { way: Way }[]): string {
  const names = found.flatMap(({ way }) => recordOf(way.path) ?? (way.path.host === null ? [] : visible(way.path.host)))
  const whole = names.filter((name) => !name.startsWith('_')).toSorted((a, b) => b.length - a.length)[0]
  return whole ?? visible(`${target.service}.${target.namespace}`)
}
