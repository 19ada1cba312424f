import { describe, expect, it } from 'vitest'
import { pod, service, slice } from '../../test/support/manifests.ts'
import { doubtsOf, linesOf, pathOf, reasonOf } from '../../test/support/plan-lines.ts'
import { planOf } from '../../test/support/plan-text.ts'

const legacy = (subsets: unknown[]) => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'toad', namespace: 'pond' },
  subsets,
})

describe('Endpoint (A1, A2)', () => {
  it('is each endpoint at the port of the slice, with its node', () => {
    const plan = planOf([service(), slice([{ at: '10.244.1.5', node: 'node-1' }, { at: '10.244.2.6' }])])
    expect(linesOf(plan, 'Endpoint')).toEqual(['10.244.1.5:8080', '10.244.2.6:8080'])
    expect(pathOf(plan, 'Endpoint')).toMatchObject({
      node: 'node-1',
      because: ['EndpointSlice/toad-abc endpoints[0].addresses[0]', 'EndpointSlice/toad-abc ports[0].port'],
    })
  })

  it('takes the first address only, as every consumer does', () => {
    const two = { ...slice([]), endpoints: [{ addresses: ['10.244.1.5', '10.244.1.6'], conditions: {} }] }
    expect(linesOf(planOf([service(), two]), 'Endpoint')).toEqual(['10.244.1.5:8080'])
  })

  it('counts an endpoint as ready when the condition is not set', () => {
    const unset = { ...slice([]), endpoints: [{ addresses: ['10.244.1.5'], conditions: {} }] }
    expect(linesOf(planOf([service(), unset]), 'Endpoint')).toEqual(['10.244.1.5:8080'])
  })

  it('matches ports by name and protocol, each number its own', () => {
    const ports = [
      { name: 'http', port: 80, targetPort: 'web' },
      { name: 'dns', port: 53, protocol: 'TCP', targetPort: 5353 },
    ]
    const manifests = [
      service({ ports }),
      slice([{ at: '10.244.1.5' }], {
        name: 'a',
        ports: [
          { name: 'http', port: 8080 },
          { name: 'dns', port: 5353, protocol: 'UDP' },
        ],
      }),
      slice([{ at: '10.244.1.6' }], {
        name: 'b',
        ports: [
          { name: 'http', port: 9090 },
          { name: 'dns', port: 5353, protocol: 'TCP' },
        ],
      }),
    ]
    expect(linesOf(planOf(manifests), 'Endpoint')).toEqual(['10.244.1.5:8080', '10.244.1.6:9090', '10.244.1.6:5353'])
  })

  it('merges an endpoint that stands in several slices', () => {
    const manifests = [
      service(),
      slice([{ at: '10.244.1.5' }], { name: 'a' }),
      slice([{ at: '10.244.1.5' }], { name: 'b' }),
    ]
    expect(linesOf(planOf(manifests), 'Endpoint')).toEqual(['10.244.1.5:8080'])
  })

  it('believes slices rather than Endpoints', () => {
    const manifests = [
      service(),
      slice([{ at: '10.244.1.5' }]),
      legacy([{ addresses: [{ ip: '10.244.9.9' }], ports: [{ name: 'http', port: 8080 }] }]),
    ]
    expect(linesOf(planOf(manifests), 'Endpoint')).toEqual(['10.244.1.5:8080'])
  })

  it('reads Endpoints where there is no slice', () => {
    const manifests = [
      service(),
      legacy([
        {
          addresses: [{ ip: '11.11.11.11' }],
          notReadyAddresses: [{ ip: '22.22.22.22' }],
          ports: [{ name: 'http', port: 8080 }],
        },
      ]),
    ]
    expect(linesOf(planOf(manifests), 'Endpoint')).toEqual(['11.11.11.11:8080', '22.22.22.22:8080 unknown'])
  })

  it('works endpoints out from the pods where nothing else tells, targetPort names pod by pod', () => {
    const manifests = [
      service({ ports: [{ name: 'http', port: 80, targetPort: 'web' }] }),
      pod('toad-1', {}, { ip: '10.244.1.5' }),
      pod(
        'toad-2',
        { containers: [{ name: 'web', ports: [{ name: 'web', containerPort: 9090 }] }] },
        { ip: '10.244.1.6' },
      ),
      pod('toad-3', {}, { ip: '10.244.1.7', ready: false }),
      pod('toad-4', {}, { ip: '10.244.1.8', phase: 'Succeeded' }),
      pod('frog-1', {}, { ip: '10.244.1.9', labels: { app: 'frog' } }),
    ]
    const plan = planOf(manifests)
    expect(linesOf(plan, 'Endpoint')).toEqual(['10.244.1.5:8080', '10.244.1.6:9090', '10.244.1.7:8080 unknown'])
    expect(pathOf(plan, 'Endpoint').because).toEqual([
      'Pod/toad-1 status.podIPs[0]',
      'Pod/toad-1 spec.containers[web].ports[0]',
    ])
  })

  it('finds a port name in a sidecar, and only with the same protocol', () => {
    const ports = [{ name: 'http', port: 80, targetPort: 'web' }]
    const sidecar = {
      containers: [{ name: 'app', ports: [{ name: 'web', containerPort: 7000, protocol: 'UDP' }] }],
      initContainers: [{ name: 'proxy', restartPolicy: 'Always', ports: [{ name: 'web', containerPort: 15001 }] }],
    }
    expect(linesOf(planOf([service({ ports }), pod('toad-1', sidecar)]), 'Endpoint')).toEqual(['10.244.0.9:15001'])
  })

  it('says that a Service has no endpoint, as opposed to that nothing tells', () => {
    expect(reasonOf(planOf([service(), slice([])]), 'Endpoint')).toBe('the Service has no endpoint')
  })

  it('does not promise an endpoint that is not ready', () => {
    const plan = planOf([service(), slice([{ at: '10.244.1.5' }, { at: '10.244.1.6', ready: false }])])
    expect(linesOf(plan, 'Endpoint')).toEqual(['10.244.1.5:8080', '10.244.1.6:8080 unknown'])
  })

  it('expects a terminating endpoint to answer only while no other is ready', () => {
    const draining = { at: '10.244.1.6', ready: false, serving: true, terminating: true }
    expect(linesOf(planOf([service(), slice([draining])]), 'Endpoint')).toEqual(['10.244.1.6:8080'])
    expect(linesOf(planOf([service(), slice([{ at: '10.244.1.5' }, draining])]), 'Endpoint')).toEqual([
      '10.244.1.5:8080',
      '10.244.1.6:8080 unknown',
    ])
  })

  it('decides that port by port, as kube-proxy does', () => {
    const ports = [
      { name: 'http', port: 80 },
      { name: 'db', port: 5432 },
    ]
    const draining = { at: '10.244.1.6', ready: false, serving: true, terminating: true }
    const manifests = [
      service({ ports }),
      slice([draining], { name: 'a', ports: [{ name: 'http', port: 8080 }] }),
      slice([{ at: '10.244.1.5' }], { name: 'b', ports: [{ name: 'db', port: 5432 }] }),
    ]
    expect(linesOf(planOf(manifests), 'Endpoint')).toEqual(['10.244.1.6:8080', '10.244.1.5:5432'])
  })

  it('does not promise a pod that publishNotReadyAddresses publishes unready', () => {
    const manifests = [
      service({ publishNotReadyAddresses: true }),
      slice([{ at: '10.244.1.5', pod: 'toad-1' }]),
      pod('toad-1', {}, { ready: false, ip: '10.244.1.5' }),
    ]
    expect(doubtsOf(pathOf(planOf(manifests), 'Endpoint'))).toEqual([
      'Pod/toad-1 status.conditions[Ready] is not True: published nevertheless (publishNotReadyAddresses)',
    ])
  })

  it('tells pods that share a hostname apart by address, others by hostname', () => {
    const ids = (endpoints: Parameters<typeof slice>[0]) =>
      planOf([service(), slice(endpoints)])
        .paths.filter(({ kind }) => kind === 'Endpoint')
        .map(({ id }) => id)
    expect(
      new Set(
        ids([
          { at: '10.244.1.5', hostname: 'web' },
          { at: '10.244.1.6', hostname: 'web' },
        ]),
      ).size,
    ).toBe(2)
    expect(ids([{ at: '10.244.1.5', hostname: 'toad-0' }])).toEqual(ids([{ at: '10.244.9.9', hostname: 'toad-0' }]))
  })
})
