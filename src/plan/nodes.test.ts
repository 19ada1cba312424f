import { describe, expect, it } from 'vitest'
import { node, service, slice } from '../../test/support/manifests.ts'
import { doubtsOf, linesOf, pathOf, reasonOf } from '../../test/support/plan-lines.ts'
import { planOf } from '../../test/support/plan-text.ts'

const nodePort = (spec: Record<string, unknown> = {}) =>
  service({ type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30123 }], ...spec })

describe('NodePort (A3)', () => {
  it('is every InternalIP and ExternalIP of every node, and no name', () => {
    const addresses = {
      Hostname: 'node-1',
      InternalIP: '10.0.0.11',
      ExternalIP: '203.0.113.11',
      InternalDNS: 'node-1.internal',
    }
    const plan = planOf([nodePort(), node('node-1', addresses), node('node-2', { InternalIP: '10.0.0.12' })])
    expect(linesOf(plan, 'NodePort')).toEqual(['10.0.0.11:30123', '203.0.113.11:30123 unknown', '10.0.0.12:30123'])
    expect(pathOf(plan, 'NodePort')).toMatchObject({
      node: 'node-1',
      because: ['Service/toad spec.ports[0].nodePort', 'Node/node-1 status.addresses[1]'],
    })
  })

  it('leaves out addresses of a family that the Service does not have', () => {
    const both = node('node-1', [
      ['InternalIP', '10.0.0.11'],
      ['InternalIP', 'fd00::11'],
    ])
    expect(linesOf(planOf([nodePort({ ipFamilies: ['IPv4'] }), both]), 'NodePort')).toEqual(['10.0.0.11:30123'])
  })

  it('promises the primary address of a kind only', () => {
    const plan = planOf([
      nodePort(),
      node('node-1', [
        ['InternalIP', '10.0.0.11'],
        ['InternalIP', '10.1.0.11'],
      ]),
    ])
    expect(linesOf(plan, 'NodePort')).toEqual(['10.0.0.11:30123', '10.1.0.11:30123 unknown'])
  })

  it.each([
    [
      'NotReady',
      node('node-1', { InternalIP: '10.0.0.11' }, { ready: 'False' }),
      'Node/node-1 status.conditions[Ready]=False: a node that is not Ready may not answer',
    ],
    [
      'of unknown state',
      node('node-1', { InternalIP: '10.0.0.11' }, { ready: 'Unknown' }),
      'Node/node-1 status.conditions[Ready]=Unknown: a node that is not Ready may not answer',
    ],
    [
      'virtual',
      node('node-1', { InternalIP: '10.0.0.11' }, { labels: { type: 'virtual-kubelet' } }),
      'Node/node-1: a virtual node runs no kube-proxy',
    ],
    [
      'going away',
      node(
        'node-1',
        { InternalIP: '10.0.0.11' },
        { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] },
      ),
      'Node/node-1 spec.taints[ToBeDeletedByClusterAutoscaler]: the node is going away',
    ],
  ])('promises nothing of a node that is %s', (_state, manifest, doubt) => {
    expect(doubtsOf(pathOf(planOf([nodePort(), manifest]), 'NodePort'))).toEqual([doubt])
  })

  it('expects an answer from a node that is cordoned or kept from load balancers: kube-proxy runs there', () => {
    const labels = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
    const plan = planOf([nodePort(), node('node-1', { InternalIP: '10.0.0.11' }, { labels, unschedulable: true })])
    expect(linesOf(plan, 'NodePort')).toEqual(['10.0.0.11:30123'])
  })

  it('is pending while no Node is known, and while no nodePort is given out', () => {
    expect(linesOf(planOf([nodePort()]), 'NodePort')).toEqual(['- skipped pending'])
    const written = nodePort({ ports: [{ port: 80, targetPort: 8080 }] })
    expect(linesOf(planOf([written, node('node-1', { InternalIP: '10.0.0.11' })]), 'NodePort')).toEqual([
      '10.0.0.11:- skipped pending',
    ])
  })

  it('keeps the path of a node when its address and the nodePort change', () => {
    const id = (port: number, address: string) => {
      const ports = [{ name: 'http', port: 80, nodePort: port }]
      return pathOf(planOf([nodePort({ ports }), node('node-1', { InternalIP: address })]), 'NodePort').id
    }
    expect(id(30999, '10.0.0.99')).toBe(id(30123, '10.0.0.11'))
  })

  it('says of an external address that only its own side promises it', () => {
    const manifests = [nodePort(), node('node-1', { InternalIP: '10.0.0.11', ExternalIP: '203.0.113.11' })]
    expect(linesOf(planOf(manifests, { vantage: 'outside' }), 'NodePort')).toEqual([
      '10.0.0.11:30123 unknown',
      '203.0.113.11:30123',
    ])
    expect(linesOf(planOf(manifests, { vantage: 'edge' }), 'NodePort')).toEqual([
      '10.0.0.11:30123 unknown skipped vantage',
      '203.0.113.11:30123',
    ])
  })
})

describe('addresses.nodes', () => {
  it('takes the place of the Node objects, and keeps the paths of nodes that are known', () => {
    const manifests = [
      nodePort(),
      node('node-1', { InternalIP: '10.0.0.11' }),
      node('node-2', { InternalIP: '10.0.0.12' }),
    ]
    const plan = planOf(manifests, { vantage: 'outside', addresses: { nodes: ['10.0.0.11', '192.168.7.7'] } })
    expect(linesOf(plan, 'NodePort')).toEqual(['10.0.0.11:30123', '192.168.7.7:30123'])
    expect(pathOf(plan, 'NodePort')).toMatchObject({
      id: pathOf(planOf(manifests), 'NodePort').id,
      node: 'node-1',
      because: ['Service/toad spec.ports[0].nodePort', 'addresses.nodes[0]'],
    })
  })
})

describe('externalTrafficPolicy Local (A3)', () => {
  const nodes = [node('node-1', { InternalIP: '10.0.0.11' }), node('node-2', { InternalIP: '10.0.0.12' })]
  const local = nodePort({ externalTrafficPolicy: 'Local' })

  it('promises the nodes that have an endpoint', () => {
    const plan = planOf([local, ...nodes, slice([{ at: '10.244.1.5', node: 'node-1' }])])
    expect(linesOf(plan, 'NodePort')).toEqual(['10.0.0.11:30123', '10.0.0.12:30123 unknown'])
  })

  it('promises none while nothing tells where the endpoints are', () => {
    expect(linesOf(planOf([local, ...nodes]), 'NodePort')).toEqual([
      '10.0.0.11:30123 unknown',
      '10.0.0.12:30123 unknown',
    ])
  })

  it('does not know of an address that no Node has', () => {
    const plan = planOf([local, ...nodes, slice([{ at: '10.244.1.5', node: 'node-1' }])], {
      addresses: { nodes: ['192.168.7.7'] },
    })
    expect(linesOf(plan, 'NodePort')).toEqual(['192.168.7.7:30123 unknown'])
  })
})

describe('node ports of a LoadBalancer (A4)', () => {
  const nodes = [node('node-1', { InternalIP: '10.0.0.11' })]
  const balanced = (spec: Record<string, unknown>) => service({ type: 'LoadBalancer', ...spec })

  it('are paths too', () => {
    const plan = planOf([balanced({ ports: [{ port: 80, nodePort: 32143 }] }), ...nodes])
    expect(linesOf(plan, 'NodePort')).toEqual(['10.0.0.11:32143'])
  })

  it('are none where the Service declines them', () => {
    const plan = planOf([balanced({ allocateLoadBalancerNodePorts: false }), ...nodes])
    expect(linesOf(plan, 'NodePort')).toEqual([])
    expect(reasonOf(plan, 'NodePort')).toBe('spec.allocateLoadBalancerNodePorts is false')
  })

  it('are those that were asked for nevertheless', () => {
    const ports = [
      { name: 'http', port: 80, nodePort: 32143 },
      { name: 'https', port: 443 },
    ]
    const plan = planOf([balanced({ allocateLoadBalancerNodePorts: false, ports }), ...nodes])
    expect(linesOf(plan, 'NodePort')).toEqual(['10.0.0.11:32143'])
  })

  it('mention the port that says which nodes have an endpoint', () => {
    const spec = { externalTrafficPolicy: 'Local', healthCheckNodePort: 31999, ports: [{ port: 80, nodePort: 32143 }] }
    const plan = planOf([
      balanced(spec),
      ...nodes,
      slice([{ at: '10.244.1.5', node: 'node-1' }], { ports: [{ port: 8080 }] }),
    ])
    expect(pathOf(plan, 'NodePort').because).toContain(
      'Service/toad spec.healthCheckNodePort=31999: says 200 on nodes with an endpoint, 503 on others',
    )
  })
})
