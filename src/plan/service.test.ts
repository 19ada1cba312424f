import { describe, expect, it } from 'vitest'
import { node, pod, service, slice } from '../../test/support/manifests.ts'
import { doubtsOf, linesOf, pathOf, reasonOf } from '../../test/support/plan-lines.ts'
import { planOf } from '../../test/support/plan-text.ts'

describe('ClusterIP (A1)', () => {
  it('is each of clusterIPs at each port', () => {
    const plan = planOf([
      service({
        clusterIP: '10.96.0.7',
        clusterIPs: ['10.96.0.7', 'fd00:96::7'],
        ipFamilies: ['IPv4', 'IPv6'],
        ports: [
          { name: 'http', port: 80 },
          { name: 'https', port: 443 },
        ],
      }),
    ])
    expect(plan.paths.filter(({ kind }) => kind === 'ClusterIP').map(({ url, family }) => [url, family])).toEqual([
      ['http://10.96.0.7/', 'IPv4'],
      ['http://[fd00:96::7]/', 'IPv6'],
      ['https://10.96.0.7/', 'IPv4'],
      ['https://[fd00:96::7]/', 'IPv6'],
    ])
  })

  it('says which fields it came from', () => {
    expect(pathOf(planOf([service()]), 'ClusterIP').because).toEqual([
      'Service/toad spec.clusterIPs[0]',
      'Service/toad spec.ports[0].port',
    ])
  })

  it('is pending in each family while the manifest has no address', () => {
    const plan = planOf([
      service({ clusterIP: null, ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' }),
    ])
    expect(linesOf(plan, 'ClusterIP')).toEqual(['- skipped pending', '- skipped pending'])
    expect(plan.paths.filter(({ kind }) => kind === 'ClusterIP').map(({ family }) => family)).toEqual(['IPv4', 'IPv6'])
  })

  it('does not apply to a headless Service', () => {
    expect(reasonOf(planOf([service({ clusterIP: 'None' })]), 'ClusterIP')).toBe(
      'spec.clusterIP is None: a headless Service has no address of its own',
    )
  })

  it('lists UDP and SCTP ports as unprobeable, where nothing can be asked', () => {
    const ports = [
      { name: 'syslog', port: 514, protocol: 'UDP' },
      { name: 'diameter', port: 3868, protocol: 'SCTP' },
    ]
    const plan = planOf([service({ ports })])
    expect(linesOf(plan, 'ClusterIP')).toEqual([
      '10.96.0.7:514 skipped unprobeable',
      '10.96.0.7:3868 skipped unprobeable',
    ])
  })

  it.each([
    ['outside', '10.96.0.7:80 skipped vantage'],
    ['edge', '10.96.0.7:80 skipped vantage'],
    ['in-cluster', '10.96.0.7:80'],
  ] as const)('from %s: %s', (vantage, line) => {
    expect(linesOf(planOf([service()], { vantage }), 'ClusterIP')).toEqual([line])
  })

  it.each(['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless'])(
    'is not promised under the label %s',
    (label) => {
      const plan = planOf([service({}, { labels: { [label]: 'other' } })])
      expect(doubtsOf(pathOf(plan, 'ClusterIP'))).toEqual([
        `Service/toad metadata.labels["${label}"]: kube-proxy leaves a Service with this label alone`,
      ])
    },
  )
})

describe('internalTrafficPolicy Local (A6)', () => {
  const local = service({ internalTrafficPolicy: 'Local' })
  const endpoints = slice([{ at: '10.244.1.5', node: 'node-1' }])

  it.each([
    [[local, endpoints], 'node-1', '10.96.0.7:80'],
    [[local, endpoints], 'node-2', '10.96.0.7:80 unknown'],
    [[local, endpoints], null, '10.96.0.7:80 unknown'],
    [[local], 'node-1', '10.96.0.7:80 unknown'],
  ])('%#: from node %s', (manifests, nodeName, line) => {
    expect(
      linesOf(planOf(manifests as unknown[], { prober: { nodeName: nodeName as string | null } }), 'ClusterIP'),
    ).toEqual([line])
  })

  it('is promised by name no more than by address', () => {
    const plan = planOf([local, endpoints], { prober: { nodeName: 'node-2' } })
    expect(linesOf(plan, 'DNS').at(-1)).toBe('toad.pond.svc.cluster.local:80 unknown')
  })

  it('takes an endpoint that still serves while terminating for a local one', () => {
    const draining = slice([{ at: '10.244.1.5', node: 'node-1', ready: false, serving: true, terminating: true }])
    expect(linesOf(planOf([local, draining], { prober: { nodeName: 'node-1' } }), 'ClusterIP')).toEqual([
      '10.96.0.7:80',
    ])
  })
})

describe('ExternalIP (A1)', () => {
  it('is each of externalIPs at each port, whatever the type', () => {
    const plan = planOf([service({ externalIPs: ['203.0.113.9', '2001:db8::9'] })])
    expect(linesOf(plan, 'ExternalIP')).toEqual(['203.0.113.9:80', '2001:db8::9:80'])
  })

  it('stays the same path when the cluster IP changes', () => {
    const id = (clusterIP: string) =>
      pathOf(planOf([service({ clusterIP, externalIPs: ['203.0.113.9'] })]), 'ExternalIP').id
    expect(id('10.96.0.8')).toBe(id('10.96.0.7'))
  })

  it('cannot be dialled from the edge where it is private', () => {
    const plan = planOf([service({ externalIPs: ['192.168.1.9'] })], { vantage: 'edge' })
    expect(linesOf(plan, 'ExternalIP')).toEqual(['192.168.1.9:80 skipped vantage'])
  })
})

describe('what a plan says of kinds that do not apply', () => {
  it('gives one reason for each', () => {
    expect(
      planOf([service(), node('node-1', { InternalIP: '10.0.0.11' }), pod('other', {}, { labels: { app: 'frog' } })])
        .notApplicable,
    ).toEqual([
      { kind: 'NodePort', reason: 'Service type is ClusterIP' },
      { kind: 'LoadBalancer', reason: 'Service type is ClusterIP' },
      { kind: 'Ingress', reason: 'no Ingress among the objects names the Service in its namespace' },
      ...['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'].map((kind) => ({
        kind,
        reason: `no ${kind} among the objects names the Service`,
      })),
      { kind: 'Route', reason: 'no Route of OpenShift among the objects names the Service' },
      {
        kind: 'Endpoint',
        reason:
          'no EndpointSlice, Endpoints or Pod of the Service is among the objects (kubectl get endpointslices,pods -o yaml)',
      },
      { kind: 'ExternalIP', reason: 'spec.externalIPs is empty' },
      { kind: 'ExternalName', reason: 'Service type is ClusterIP' },
    ])
  })
})
