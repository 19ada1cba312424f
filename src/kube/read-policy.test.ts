import { describe, expect, it } from 'vitest'
import { read } from '../../test/support/read-manifests.ts'
import type { KubeEvent, NetworkPolicy } from './objects.ts'

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
const everything = { matchLabels: {}, matchExpressions: [] }

describe('a NetworkPolicy is read', () => {
  const policy = (spec: string) =>
    `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: toad}, spec: ${spec}}`

  it.each<[string, string, Partial<NetworkPolicy>]>([
    ['that denies all', '{podSelector: {}}', {}],
    ['that allows all', '{podSelector: {}, ingress: [{}]}', { ingress: [{ peers: [], ports: [] }] }],
    [
      'with rules for both directions, whose types follow from them',
      `{podSelector: {matchLabels: {app: toad}, matchExpressions: [{key: tier, operator: In, values: [a, b]}]},
        ingress: [{from: [{podSelector: {}}, {namespaceSelector: {matchLabels: {team: a}}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}],
                   ports: [{port: 8080}, {protocol: UDP, port: 5000, endPort: 5010}, {port: web}, {}]}],
        egress: [{to: []}]}`,
      {
        podSelector: {
          matchLabels: { app: 'toad' },
          matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }],
        },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          {
            peers: [
              { podSelector: everything, namespaceSelector: null, ipBlock: null },
              { podSelector: null, namespaceSelector: { ...everything, matchLabels: { team: 'a' } }, ipBlock: null },
              { podSelector: null, namespaceSelector: null, ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
            ],
            ports: [
              { protocol: 'TCP', port: 8080, endPort: null },
              { protocol: 'UDP', port: 5000, endPort: 5010 },
              { protocol: 'TCP', port: 'web', endPort: null },
              { protocol: 'TCP', port: null, endPort: null },
            ],
          },
        ],
        egress: [{ peers: [], ports: [] }],
      },
    ],
    ['with types of its own', '{podSelector: {}, policyTypes: [Egress]}', { policyTypes: ['Egress'] }],
  ])('%s', (_name, spec, differences) => {
    expect(read(policy(spec)).objects.networkPolicies).toEqual([
      {
        kind: 'NetworkPolicy',
        meta,
        podSelector: everything,
        policyTypes: ['Ingress'],
        ingress: [],
        egress: [],
        ...differences,
      },
    ])
  })
})

describe('an Event is read', () => {
  const expected: KubeEvent = {
    kind: 'Event',
    meta,
    involvedObject: { kind: 'Service', name: 'toad', namespace: 'pond' },
    type: 'Warning',
    reason: 'AllocationFailed',
    message: 'no available IPs',
    count: 3,
    lastAt: '2026-05-30T12:00:00Z',
  }
  const about = '{kind: Service, name: toad, namespace: pond}'

  it.each<[string, string, Partial<KubeEvent>]>([
    [
      'of v1',
      `{apiVersion: v1, kind: Event, metadata: {name: toad}, involvedObject: ${about}, type: Warning, reason: AllocationFailed, message: no available IPs, count: 3, firstTimestamp: "2026-05-30T11:00:00Z", lastTimestamp: "2026-05-30T12:00:00Z"}`,
      {},
    ],
    [
      'of events.k8s.io/v1, in a series',
      `{apiVersion: events.k8s.io/v1, kind: Event, metadata: {name: toad}, regarding: ${about}, type: Warning, reason: AllocationFailed, note: no available IPs, deprecatedCount: 1, eventTime: "2026-05-30T11:00:00.000000Z", series: {count: 3, lastObservedTime: "2026-05-30T12:00:00Z"}}`,
      {},
    ],
    [
      'whose name is not one of Kubernetes',
      `{apiVersion: v1, kind: Event, metadata: {name: "IP-10.EC2:1"}, involvedObject: ${about}}`,
      { meta: { ...meta, name: 'IP-10.EC2:1' }, type: null, reason: null, message: null, count: 1, lastAt: null },
    ],
    [
      'that happened once',
      `{apiVersion: events.k8s.io/v1, kind: Event, metadata: {name: toad}, regarding: ${about}, eventTime: "2026-05-30T12:00:00Z"}`,
      { type: null, reason: null, message: null, count: 1 },
    ],
  ])('%s', (_name, text, differences) => {
    expect(read(text).objects.events).toEqual([{ ...expected, ...differences }])
  })
})
