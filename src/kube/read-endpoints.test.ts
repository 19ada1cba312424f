import { describe, expect, it } from 'vitest'
import { type Mistake, read, refusalOf, slice, told } from '../../test/support/read-manifests.ts'
import type { Endpoint } from './objects.ts'

describe('endpoints that are wrong', () => {
  it.each<[string, string, readonly Mistake[]]>([
    [
      'an endpoint that is a name',
      '{apiVersion: v1, kind: Endpoints, metadata: {name: toad}, subsets: [{addresses: [{ip: db.example.com}, {}], ports: [{name: a}]}]}',
      [
        [
          'Endpoints/toad',
          'subsets[0].addresses[0].ip',
          'found "db.example.com", expected an IP address, like 10.0.0.11 or 2001:db8::11.',
        ],
        ['Endpoints/toad', 'subsets[0].addresses[1].ip', 'missing, expected an IP address.'],
        ['Endpoints/toad', 'subsets[0].ports[0].port', 'missing, expected a port, a whole number from 1 to 65535.'],
      ],
    ],
    [
      'two endpoint ports without a name',
      '{apiVersion: v1, kind: Endpoints, metadata: {name: toad}, subsets: [{addresses: [{ip: 192.0.2.1}], ports: [{port: 80}, {port: 81}]}]}',
      [
        ['Endpoints/toad', 'subsets[0].ports[0].name', 'missing, expected a name: with several ports each needs one.'],
        ['Endpoints/toad', 'subsets[0].ports[1].name', 'missing, expected a name: with several ports each needs one.'],
      ],
    ],
    [
      'a slice without addressType',
      slice('endpoints: []'),
      [['EndpointSlice/toad-1', 'addressType', 'missing, expected IPv4, IPv6 or FQDN.']],
    ],
    [
      'a slice with an address of the other family, and none',
      slice('addressType: IPv6, endpoints: [{addresses: [192.0.2.1]}, {addresses: []}]'),
      [
        ['EndpointSlice/toad-1', 'endpoints[0].addresses[0]', 'found "192.0.2.1", expected an IPv6 address.'],
        ['EndpointSlice/toad-1', 'endpoints[1].addresses', 'missing, expected a list with at least one address.'],
      ],
    ],
  ])('names %s', (_name, text, mistakes) => {
    expect(refusalOf(text).errors).toEqual(told(mistakes))
  })
})

const meta = {
  name: 'toad',
  namespace: null,
  labels: {},
  annotations: {},
  createdAt: null,
  generation: null,
  deletedAt: null,
  owner: null,
}

describe('an Endpoints is read', () => {
  it('with every subset, ready or not', () => {
    const text = `
apiVersion: v1
kind: Endpoints
metadata: {name: toad}
subsets:
  - addresses:
      - {ip: 10.244.1.1, hostname: toad-0, nodeName: node-1, targetRef: {kind: Pod, name: toad-0, namespace: pond, uid: x}}
    notReadyAddresses:
      - ip: "2001:db8::2"
    ports:
      - {name: http, port: 8080, appProtocol: http}
      - {name: dns, port: 53, protocol: UDP}
  - addresses: [{ip: 10.244.1.3}]
    ports: [{port: 9090}]
  - notReadyAddresses: [{ip: 10.244.1.4}]`
    expect(read(text).objects.endpoints).toEqual([
      {
        kind: 'Endpoints',
        meta,
        subsets: [
          {
            addresses: [
              {
                ip: '10.244.1.1',
                hostname: 'toad-0',
                nodeName: 'node-1',
                targetRef: { kind: 'Pod', name: 'toad-0', namespace: 'pond' },
              },
            ],
            notReadyAddresses: [{ ip: '2001:db8::2', hostname: null, nodeName: null, targetRef: null }],
            ports: [
              { name: 'http', port: 8080, protocol: 'TCP', appProtocol: 'http' },
              { name: 'dns', port: 53, protocol: 'UDP', appProtocol: null },
            ],
          },
          {
            addresses: [{ ip: '10.244.1.3', hostname: null, nodeName: null, targetRef: null }],
            notReadyAddresses: [],
            ports: [{ name: null, port: 9090, protocol: 'TCP', appProtocol: null }],
          },
          {
            addresses: [],
            notReadyAddresses: [{ ip: '10.244.1.4', hostname: null, nodeName: null, targetRef: null }],
            ports: [],
          },
        ],
      },
    ])
  })

  it('without subsets', () => {
    expect(read('{apiVersion: v1, kind: Endpoints, metadata: {name: toad}}').objects.endpoints).toEqual([
      { kind: 'Endpoints', meta, subsets: [] },
    ])
  })
})

describe('an EndpointSlice is read', () => {
  const endpoint = {
    addresses: ['10.244.1.1'],
    ready: true,
    serving: true,
    terminating: false,
    hostname: null,
    nodeName: null,
    zone: null,
    targetRef: null,
  }

  it.each<[string, string, Partial<Endpoint>]>([
    ['without conditions: ready', '{addresses: [10.244.1.1]}', {}],
    [
      'with conditions unknown: ready',
      '{addresses: [10.244.1.1], conditions: {ready: null, serving: null, terminating: null}}',
      {},
    ],
    [
      'not ready: not serving either, unless it says so',
      '{addresses: [10.244.1.1], conditions: {ready: false}}',
      { ready: false, serving: false },
    ],
    [
      'on its way out',
      '{addresses: [10.244.1.1], conditions: {ready: false, serving: true, terminating: true}}',
      { ready: false, serving: true, terminating: true },
    ],
    [
      'with its place',
      '{addresses: [10.244.1.1], hostname: toad-0, nodeName: node-1, zone: east, targetRef: {kind: Pod, name: toad-0}}',
      {
        hostname: 'toad-0',
        nodeName: 'node-1',
        zone: 'east',
        targetRef: { kind: 'Pod', name: 'toad-0', namespace: null },
      },
    ],
    [
      'with its place as v1beta1 tells it',
      '{addresses: [10.244.1.1], topology: {kubernetes.io/hostname: node-1, topology.kubernetes.io/zone: east}}',
      { nodeName: 'node-1', zone: 'east' },
    ],
    [
      'with its place as v1 keeps it from v1beta1',
      '{addresses: [10.244.1.1], deprecatedTopology: {topology.kubernetes.io/zone: east}}',
      { zone: 'east' },
    ],
  ])('whose endpoint is %s', (_name, text, differences) => {
    for (const version of ['v1', 'v1beta1']) {
      const manifest = slice(`addressType: IPv4, endpoints: [${text}]`).replace('io/v1', `io/${version}`)
      expect(read(manifest).objects.endpointSlices.map(({ endpoints }) => endpoints)).toEqual([
        [{ ...endpoint, ...differences }],
      ])
    }
  })

  it('with the Service it belongs to, and ports without a name or number', () => {
    const text = `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: toad, labels: {kubernetes.io/service-name: toad-svc}}
addressType: FQDN
endpoints: [{addresses: [db.example.com]}, {addresses: [db.example.com.]}]
ports: [{name: "", port: 8080}, {name: any}]`
    expect(read(text).objects.endpointSlices).toEqual([
      {
        kind: 'EndpointSlice',
        meta: { ...meta, labels: { 'kubernetes.io/service-name': 'toad-svc' } },
        serviceName: 'toad-svc',
        addressType: 'FQDN',
        endpoints: [
          { ...endpoint, addresses: ['db.example.com'] },
          { ...endpoint, addresses: ['db.example.com.'] },
        ],
        ports: [
          { name: null, port: 8080, protocol: 'TCP', appProtocol: null },
          { name: 'any', port: null, protocol: 'TCP', appProtocol: null },
        ],
      },
    ])
  })

  it('without endpoints or ports, as the controller leaves a placeholder', () => {
    expect(read(slice('addressType: IPv4, endpoints: null, ports: null')).objects.endpointSlices).toEqual([
      {
        kind: 'EndpointSlice',
        meta: { ...meta, name: 'toad-1' },
        serviceName: null,
        addressType: 'IPv4',
        endpoints: [],
        ports: [],
      },
    ])
  })
})
