/**
 * The table of what a job's read asks the API server for, and when: first what most plans rest on, as narrowly as the
 * API server can choose, then, when a rule or a path asks, the rest. `docs/reading-a-cluster.md` shows it.
 *
 * @module
 */
import type { ObjectKind, Part } from '../../../kube/object-source.ts'
import type { Labels } from '../../../kube/objects.ts'
import { RESOURCES, type Resource } from '../../../kube/resources.ts'
import type { ApiRequest } from './api-client.ts'

/** The objects of a kind that are read at first. Those `by_…` are the Service's own. */
export type First = 'by_name' | 'by_label' | 'by_selector' | 'namespace' | 'cluster' | 'nothing'

export type Row = {
  first: First
  /** `no_slices`: only where no slice was read, or the Service has no selector. */
  when: 'always' | 'has_selector' | 'no_slices' | 'wanted'
  /** Objects that were read at most this long before will do. */
  maxAgeMs: number
  /** The same where held objects will do, which are read often; a whole namespace is kept then. */
  maxAgeHeldMs: number
  /** The Service's own are read in this way where only these are wanted, and were not read at first. */
  own: 'by_name' | 'by_involved_name' | null
  /** At most this many objects of one list are read. */
  most: number
}

const row = (first: First, more: Partial<Row> = {}): Row => ({
  first,
  when: first === 'nothing' ? 'wanted' : 'always',
  maxAgeMs: 0,
  maxAgeHeldMs: 0,
  own: null,
  most: 20_000,
  ...more,
})

export const REQUESTS: Readonly<Record<ObjectKind, Row>> = {
  services: row('by_name'),
  endpointSlices: row('by_label'),
  endpoints: row('by_name', { when: 'no_slices', own: 'by_name' }),
  pods: row('by_selector', { when: 'has_selector' }),
  ingresses: row('namespace'),
  ingressClasses: row('cluster'),
  nodes: row('cluster', { maxAgeMs: 30_000 }),
  networkPolicies: row('namespace'),
  gatewayRoutes: row('namespace'),
  gateways: row('nothing'),
  gatewayClasses: row('nothing'),
  listenerSets: row('nothing'),
  referenceGrants: row('nothing'),
  backendTlsPolicies: row('nothing'),
  openShiftRoutes: row('namespace'),
  workloads: row('nothing'),
  namespaces: row('nothing'),
  events: row('nothing', { own: 'by_involved_name', most: 2_000, maxAgeHeldMs: 30_000 }),
}

/** Lists in the order of the table. */
export const READ_KINDS = Object.keys(REQUESTS) as ObjectKind[]

/** Tells whose objects of a kind the first step has read. */
export const readAtFirst = (kind: ObjectKind): Part | 'none' => {
  const { first } = REQUESTS[kind]
  return first === 'nothing' ? 'none' : first.startsWith('by_') ? 'own' : 'others'
}

/** The label by which slices belong to their Service (discovery/v1 LabelServiceName). */
const SERVICE_NAME = 'kubernetes.io/service-name'

/** The `Accept` of lists of which only names are wanted. */
export const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'

/** One list, or (with a name) one object. */
export type Asked = {
  resource: Resource
  version: string
  /** `null`: everywhere. */
  namespace: string | null
  name?: string
  query?: Readonly<Record<string, string>>
}

export function requestOf({ resource, version, namespace, name, query = {} }: Asked): ApiRequest {
  const root = resource.group === '' ? `/api/${version}` : `/apis/${resource.group}/${version}`
  const steps = [
    ...(namespace === null || !resource.namespaced ? [] : ['namespaces', namespace]),
    resource.resource,
    ...(name === undefined ? [] : [name]),
  ]
  return { path: [root, ...steps.map(encodeURIComponent)].join('/'), query, accept: 'application/json' }
}

export const resourcesOf = (kind: ObjectKind): readonly Resource[] => RESOURCES[kind]

export function resourceOf(kind: ObjectKind): Resource {
  const [resource] = RESOURCES[kind]
  if (resource === undefined) {
    throw new Error(`no resource of the API server holds ${kind}`)
  }
  return resource
}

/** Chooses among the objects of a namespace; `null`: all of them. */
export type Which = { name: string } | { labels: Labels } | { query: Readonly<Record<string, string>> } | null

/** The labels that each slice of a Service has. */
export const ofService = (service: string): Labels => ({ [SERVICE_NAME]: service })

export const selecting = (selector: Labels) => ({
  labelSelector: Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(','),
})

/** The query that chooses them. */
export const queryOf = (which: Which): Readonly<Record<string, string>> =>
  which === null || 'name' in which ? {} : 'labels' in which ? selecting(which.labels) : which.query

export const named = (name: string) => ({ fieldSelector: `metadata.name=${name}` })

export const about = (name: string) => ({ fieldSelector: `involvedObject.name=${name}` })
