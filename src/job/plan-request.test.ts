import { describe, expect, it } from 'vitest'
import { aRequest } from '../../test/support/request.ts'
import { createPolicy } from '../check/policy.ts'
import {
  manifestSource,
  type ObjectSource,
  type ObjectsRead,
  type Provenance,
  type Unread,
} from '../kube/object-source.ts'
import { parseManifests } from '../kube/parse.ts'
import { ProblemError, plainOf } from '../lib/problem.ts'
import { vantageAt } from '../plan/path.ts'
import { planBatch } from './accept-batch.ts'
import { type Asked, noCluster, type PlanDeps, planAsked, planRequest, readAndPlan } from './plan-request.ts'

const DEPS: PlanDeps = {
  place: { vantage: vantageAt('in-cluster'), namespace: null, environment: null, clusterDomain: null, nodeName: null },
  policy: createPolicy({ allow: [], deny: [] }),
  settings: { cluster: 'default', queueLimit: 10, dnsServers: [] },
}

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'pond' },
  spec: { clusterIP: '10.96.0.20', selector: { app: name }, ports: [{ port: 80 }] },
})
const MANIFESTS = parseManifests([service('toad'), service('newt')], { pointer: '' })
const request = aRequest({ target: { cluster: 'default', namespace: 'pond', service: 'toad' } })

const READ_NOW: Provenance = {
  source: 'cluster',
  readAtMs: 1_795_392_000_000,
  resourceVersions: { services: '4711' },
  stale: false,
  unread: [
    {
      kind: 'nodes',
      namespace: null,
      besides: [],
      part: 'all',
      reason: 'forbidden',
      detail: 'nodes is forbidden: list, cluster-wide',
      refused: { verb: 'list', group: '', resource: 'nodes', user: 'reader' },
    },
  ],
}

/** Holds these objects as a cluster would, and notes what is read. */
function aCluster(provenance = READ_NOW) {
  const reads: unknown[] = []
  const source: ObjectSource = {
    async read(target): Promise<ObjectsRead> {
      await Promise.resolve()
      reads.push(target)
      return { ...MANIFESTS, provenance }
    },
  }
  return { source, reads }
}

describe('planning what is asked for', () => {
  it('plans objects of a cluster as it plans the same objects sent as manifests, and says where they came from', async () => {
    const { source, reads } = aCluster()
    const fromManifests = await planRequest(DEPS, request, manifestSource(MANIFESTS))
    const live = await planAsked({ ...DEPS, clusterSource: source }, { request, objects: { source: 'cluster' } })
    expect(live).toEqual({ ...fromManifests, provenance: READ_NOW })
    expect(fromManifests.provenance).toEqual({
      source: 'manifests',
      readAtMs: null,
      resourceVersions: {},
      stale: false,
      unread: [],
    })
    expect(reads).toEqual([request.target])
  })

  it('plans the Service that the source took the target for, whatever others of its name it read', async () => {
    const { objects } = parseManifests([{ ...service('toad'), metadata: { name: 'toad', namespace: 'moor' } }], {
      pointer: '',
    })
    const services = [...MANIFESTS.objects.services, ...objects.services]
    const source: ObjectSource = {
      read: async () => ({
        objects: { ...MANIFESTS.objects, services },
        ignored: [],
        provenance: READ_NOW,
        found: { namespace: 'moor', service: 'toad' },
      }),
    }
    const asked = { ...request, target: { cluster: 'default', namespace: null, service: null } }
    const { plan } = await planAsked(
      { ...DEPS, clusterSource: source },
      { request: asked, objects: { source: 'cluster' } },
    )
    expect(plan.target).toEqual({ cluster: 'default', namespace: 'moor', service: 'toad' })
  })

  it('reads no cluster where manifests are sent', async () => {
    const { source, reads } = aCluster()
    await planAsked(
      { ...DEPS, clusterSource: source },
      { request, objects: { source: 'manifests', manifests: MANIFESTS } },
    )
    expect(reads).toEqual([])
  })

  it('reads the objects of a batch once for all its Services', async () => {
    const { source, reads } = aCluster()
    const planned = await planBatch(DEPS, request, { namespaces: ['pond'], selector: {} }, source)
    expect(planned.map(({ target, refusal }) => [target.service, refusal])).toEqual([
      ['newt', null],
      ['toad', null],
    ])
    expect(reads).toEqual([{ cluster: 'default', namespaces: ['pond'], selector: null }])
    const all = planBatch(DEPS, request, { namespaces: null, selector: { app: 'toad' } }, source)
    await expect(all).rejects.toThrow('with the labels app=toad')
    expect(reads[1]).toEqual({ cluster: 'default', namespaces: null, selector: 'app=toad' })
  })

  it('reads on what was wanted, once, and plans from all of it', async () => {
    const namesake = parseManifests([{ ...service('toad'), metadata: { name: 'toad', namespace: 'moor' } }], {
      pointer: '',
    }).objects
    const unasked: Unread = {
      kind: 'services',
      namespace: null,
      besides: ['pond'],
      part: 'all',
      reason: 'not_asked',
      detail: 'nobody asked',
      refused: null,
    }
    const asked: unknown[] = []
    const source: ObjectSource = {
      read: async () => ({ ...MANIFESTS, provenance: { ...READ_NOW, unread: [unasked] } }),
      readOn: async (_target, read, wanted) => {
        asked.push(wanted)
        const services = [...read.objects.services, ...namesake.services]
        return { ...read, objects: { ...read.objects, services }, provenance: READ_NOW }
      },
    }
    const names = await readAndPlan(source, request.target, { held: false }, (_read, index) => {
      index.unread('services', null)
      return index.servicesNamed('toad').map(({ meta }) => meta.namespace)
    })
    expect({ names, asked }).toEqual({
      names: ['moor', 'pond'],
      asked: [[{ kind: 'services', namespace: null, part: 'others' }]],
    })
  })

  it.each(['in-cluster', 'outside'] as const)(
    'tries no private address of another cluster than its own, seen from %s, unless the request names it',
    async (position) => {
      const node = (name: string, address: string) => ({
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name },
        status: { addresses: [{ type: 'InternalIP', address }] },
      })
      const open = { type: 'NodePort', clusterIP: '10.96.0.20', ports: [{ port: 80, nodePort: 30_080 }] }
      const toad = { ...service('toad'), spec: open, status: { loadBalancer: {} } }
      const balanced = {
        ...service('newt'),
        spec: { ...open, type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30_081 }] },
        status: { loadBalancer: { ingress: [{ ip: '10.0.9.9' }, { ip: '203.0.113.9' }] } },
      }
      const both = [node('node-1', '10.0.0.5'), node('node-2', '203.0.113.5'), toad, balanced]
      const parsed = parseManifests(both, { pointer: '' })
      const source: ObjectSource = { read: async () => ({ ...parsed, provenance: { ...READ_NOW, unread: [] } }) }
      const deps = { ...DEPS, place: { ...DEPS.place, vantage: vantageAt(position) } }
      const skips = async (cluster: string, name: string, addresses = request.addresses) => {
        const target = { cluster, namespace: 'pond', service: name }
        const { plan } = await planRequest(deps, { ...request, target, addresses }, source)
        const dialled = plan.paths.filter(({ kind }) => kind === 'NodePort' || kind === 'LoadBalancer')
        return dialled.map(({ address, skipped }) => `${address} ${skipped?.reason ?? 'tried'}`)
      }
      expect(await skips('default', 'toad')).toEqual(['10.0.0.5 tried', '203.0.113.5 tried'])
      expect(await skips('other', 'toad')).toEqual(['10.0.0.5 vantage', '203.0.113.5 tried'])
      expect(await skips('other', 'toad', { ...request.addresses, nodes: ['10.0.0.5'] })).toEqual(['10.0.0.5 tried'])
      expect(await skips('other', 'newt')).toEqual(
        expect.arrayContaining(['10.0.9.9 vantage', '203.0.113.9 tried', '10.0.0.5 vantage']),
      )
    },
  )

  it('refuses what its source refuses, and what was refused where the manifests were read', async () => {
    const deps = { ...DEPS, clusterSource: noCluster }
    await expect(planAsked(deps, { request, objects: { source: 'cluster' } })).rejects.toMatchObject({
      code: 'no_cluster',
      errors: [{ pointer: '/target/manifests' }],
    })
    const refused = plainOf(new ProblemError('service_not_found', 'There is none.'))
    const before: Asked = { request, objects: { source: 'manifests', planned: { refused } } }
    await expect(planAsked(deps, before)).rejects.toMatchObject(refused)
  })
})
