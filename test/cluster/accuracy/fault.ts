import type { Cluster } from '../cluster.ts'
import type { Network } from '../network.ts'
import type { Mode } from '../pod.ts'
import type { ProxyMode } from '../proxies.ts'
import { type Manifest, SHORE } from '../world.ts'
import { type Kind, type Shape, type ShapeName, seenFrom, type Vantage } from './shapes.ts'

/** A scene is the set-up in which a fault is looked at. */
export type Scene = { shapeName: ShapeName; shape: Shape; vantage: Vantage; network: Network; mode: ProxyMode }

export type Inject = (cluster: Cluster, scene: Scene) => Promise<unknown>
export type Change = (manifests: readonly Manifest[]) => Manifest[]

export type Fault = {
  name: string
  /** `old`: rules were written from it; `new`: thought of when the rules stood. */
  since: 'old' | 'new'
  /** Shapes that it can be in; the first is its own in the catalogue. */
  shapes: readonly ShapeName[]
  /** The catalogue looks at the fault from here; the default is `inside`. */
  from?: Vantage
  /** It is only possible there. */
  network?: Network
  /** Changes the objects: Portolan is told of the change, and the data plane follows it. */
  objects?: Change
  /** Changes the data plane alone, so that it differs from what Portolan is told. */
  plane?: Change
  inject?: Inject
  asked?: Manifest
  /** Kinds of paths on which it shows; or whether it does. */
  on: readonly Kind[] | ((scene: Scene) => boolean)
  /** First findings that name it. More than one: each is right, for the reason that stands beside them. */
  codes: readonly string[]
  /** The same, where it is seen from outside. */
  outside?: readonly string[]
  /** Other findings that are true while it lasts. */
  also?: readonly string[]
}

/** Empty: from there nothing shows, and nothing is to be told. */
export function expectedOf(fault: Fault, scene: Scene): readonly string[] {
  const { on } = fault
  const kinds = seenFrom(scene.vantage, scene.shape)
  const shows = typeof on === 'function' ? kinds.length > 0 && on(scene) : on.some((kind) => kinds.includes(kind))
  if (!shows) {
    return []
  }
  return scene.vantage === 'outside' ? (fault.outside ?? fault.codes) : fault.codes
}

type Editable = Manifest & { kind?: string; metadata?: { name?: string; namespace?: string } }

/** The manifests with those of a kind changed, of the Service that is tested. */
export const edit =
  (kind: string, change: (manifest: Manifest) => Manifest) =>
  (manifests: readonly Manifest[]): Manifest[] =>
    manifests.map((manifest) => {
      const { kind: is, metadata } = manifest as Editable
      return is === kind && metadata?.namespace === 'pond' ? change(manifest) : manifest
    })

export const editSpec = (kind: string, spec: Manifest) =>
  edit(kind, (manifest) => ({ ...manifest, spec: { ...(manifest.spec as Manifest), ...spec } }))

/** All endpoints of all slices. */
export const editEndpoints = (change: (endpoint: Manifest) => Manifest | null) =>
  edit('EndpointSlice', (manifest) => ({
    ...manifest,
    endpoints: (manifest.endpoints as Manifest[]).flatMap((each) => change(each) ?? []),
  }))

export const annotate = (kind: string, annotations: Readonly<Record<string, string>>) =>
  edit(kind, (manifest) => ({ ...manifest, metadata: { ...(manifest.metadata as Manifest), annotations } }))

export const named = (name: string, change: (manifest: Manifest) => Manifest) => (manifests: readonly Manifest[]) =>
  manifests.map((manifest) => ((manifest as Editable).metadata?.name === name ? change(manifest) : manifest))

/** Every pod of the shape. */
export const all =
  (mode: Mode): Inject =>
  ({ fault }, { shape }) =>
    fault.pods(shape.pods, mode)

/** The last of them. */
export const last =
  (mode: Mode): Inject =>
  ({ fault }, { shape }) =>
    fault.pods(shape.pods.slice(-1), mode)

/**
 * One of several pods fails: in the cluster each is asked, from outside every so manieth connection meets it, unless a
 * controller hides it by asking another.
 */
export const onePod: Pick<Fault, 'asked' | 'on' | 'outside'> = {
  asked: { samples: 8 },
  on: ({ vantage, shape: { kinds } }) => vantage === 'inside' || kinds.includes('NodePort'),
  outside: ['some_endpoints_fail', 'fails_now_and_then'],
}

/** Objects say that pods are not Ready, and slices leave them out. */
export const notReady = (manifests: readonly Manifest[]): Manifest[] =>
  editEndpoints((endpoint) => ({ ...endpoint, conditions: { ready: false, serving: false, terminating: false } }))(
    edit('Pod', (pod) => ({
      ...pod,
      status: { ...(pod.status as Manifest), conditions: [{ type: 'Ready', status: 'False' }] },
    }))(manifests),
  )

/** The endpoints of the Service have this port, and its name. */
export const portOf = (number: number) =>
  edit('EndpointSlice', (manifest) => ({ ...manifest, ports: [{ name: 'http', port: number, protocol: 'TCP' }] }))

/** A server that is not the Service's, with answers of its own kind. */
export const stranger = {
  body: '<html>Welcome to the other cluster</html>',
  headers: { server: 'lily/2', 'x-pod-name': 'lily' },
}
export const SHORE_WEB = `${SHORE.address}:${SHORE.ports.http}`

export const onNode =
  (node: string, ...rules: readonly string[]): Inject =>
  ({ fault }) =>
    fault.filter(node, 'prerouting', rules)

/** Everything that is asked from a pod, and nothing else, shows it. */
export const inside: Fault['on'] = ({ vantage }) => vantage === 'inside'

export const NODES = ['node-1', 'node-2', 'node-3'] as const
