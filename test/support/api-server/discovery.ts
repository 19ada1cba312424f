/**
 * Discovery, health and version: what the recorded server says, less the groups that are not served.
 *
 * `/api/v1` was not recorded: it is made of the table, by the shape of the recorded `/apis/discovery.k8s.io/v1`.
 *
 * @module
 */
import { recordedBody } from './recordings.ts'
import { CUSTOM_GROUPS, GATEWAY_GROUP, groupVersion, RESOURCES, versionsOfGroup } from './resources.ts'
import { noSuchResource, notServed, type Refusal, TEXT } from './status.ts'

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

type Version = { groupVersion: string; version: string }
type Group = { name: string; versions: Version[]; preferredVersion: Version }

/** `groups`: those of `CUSTOM_GROUPS` that are installed. */
export type Served = { hasGateway: boolean; groups: readonly string[] }

/** Answers a path that is no resource; `null`: it is none of these. */
export function discover(path: string, accept: string | undefined, served: Served): Refusal | null {
  const isAggregated = (accept ?? '').includes('as=APIGroupDiscoveryList')
  switch (path.replace(/(.)\/$/, '$1')) {
    case '/version':
      return json(recordedBody('discovery/version'))
    case '/livez':
    case '/readyz':
    case '/healthz':
      return { status: 200, body: 'ok', contentType: TEXT }
    case '/api':
      return isAggregated ? json(aggregatedCore(), AGGREGATED) : json(recordedBody('discovery/api'))
    case '/apis':
      return isAggregated ? json(aggregated(served), AGGREGATED) : json({ ...apis(), groups: groupsOf(served) })
    default:
      return path.startsWith('/api') ? ofGroup(path, served) : null
  }
}

const json = (body: unknown, contentType = 'application/json'): Refusal => ({
  status: 200,
  body: JSON.stringify(body),
  contentType,
})

const apis = () => recordedBody<{ groups: Group[] }>('discovery/apis')

const groupsOf = ({ hasGateway, groups }: Served): Group[] => [
  ...apis().groups.filter(({ name }) => name !== GATEWAY_GROUP),
  ...(hasGateway
    ? [recordedBody<Group>('gateway/discovery-group')].map(({ name, versions, preferredVersion }) => ({
        name,
        versions,
        preferredVersion,
      }))
    : []),
  ...groups.map(customGroup),
]

function customGroup(name: string): Group {
  const versions = versionsOfGroup(name).map((version) => ({ groupVersion: `${name}/${version}`, version }))
  const [preferredVersion] = versions
  if (preferredVersion === undefined) {
    throw new Error(`the test server has no group ${name}`)
  }
  return { name, versions, preferredVersion }
}

function aggregated({ hasGateway }: Served) {
  const body = recordedBody<{ items: { metadata: { name: string } }[] }>('discovery/apis-aggregated')
  return { ...body, items: body.items.filter(({ metadata }) => hasGateway || metadata.name !== GATEWAY_GROUP) }
}

const aggregatedCore = () => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  metadata: {},
  items: [
    {
      metadata: {},
      versions: [
        {
          version: 'v1',
          freshness: 'Current',
          resources: RESOURCES.filter(({ group }) => group === '').map(
            ({ resource, kind, isNamespaced, singular }) => ({
              resource,
              responseKind: { group: '', version: '', kind },
              scope: isNamespaced ? 'Namespaced' : 'Cluster',
              singularResource: singular,
              verbs: VERBS,
            }),
          ),
        },
      ],
    },
  ],
})

function ofGroup(path: string, served: Served): Refusal | null {
  const steps = path.split('/').filter((step) => step !== '')
  const [group = '', version] = steps[0] === 'api' ? ['', steps[1]] : [steps[1], steps[2]]
  const found = groupsOf(served).find(({ name }) => name === group)
  if (group !== '' && !found) {
    return notServed()
  }
  if (version === undefined) {
    return json({ kind: 'APIGroup', apiVersion: 'v1', ...found })
  }
  if (found && !found.versions.some((each) => each.version === version)) {
    return group === GATEWAY_GROUP || CUSTOM_GROUPS.includes(group) ? notServed() : noSuchResource()
  }
  return json({
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersion(group, version),
    resources: RESOURCES.filter((each) => each.group === group && each.versions.includes(version)).map(
      ({ resource, singular, isNamespaced, kind }) => ({
        name: resource,
        singularName: singular,
        namespaced: isNamespaced,
        kind,
        verbs: VERBS,
      }),
    ),
  })
}
