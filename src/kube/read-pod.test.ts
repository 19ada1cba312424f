import { describe, expect, it } from 'vitest'
import { BOOLEAN, type Mistake, PORT, read, refusalOf, told } from '../../test/support/read-manifests.ts'
import type { Workload, WorkloadKind } from './objects.ts'

describe('pods and nodes that are wrong', () => {
  it.each<[string, string, readonly Mistake[]]>([
    [
      'a node address that is none, a condition without quotes',
      '{apiVersion: v1, kind: Node, metadata: {name: a}, status: {addresses: [{type: InternalIP, address: a.example.com}], conditions: [{type: Ready, status: True}]}}',
      [
        [
          'Node/a',
          'status.addresses[0].address',
          'found "a.example.com", expected an IP address, like 10.0.0.11 or 2001:db8::11.',
        ],
        ['Node/a', 'status.conditions[0].status', `found the boolean true, expected text. ${BOOLEAN}`],
      ],
    ],
    [
      'a Pod without containers',
      '{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostNetwork: "no"}}',
      [
        ['Pod/a', 'spec.containers', 'missing, expected a list with at least one container.'],
        ['Pod/a', 'spec.hostNetwork', 'found "no", expected true or false.'],
      ],
    ],
    [
      'containers whose ports are wrong',
      '{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: web, ports: [{name: http, containerPort: 80}, {name: http, containerPort: 99999}, {name: 8080}]}]}}',
      [
        ['Pod/a', 'spec.containers[0].ports[1].containerPort', `found the number 99999, expected ${PORT}.`],
        [
          'Pod/a',
          'spec.containers[0].ports[2].name',
          'found the number 8080, expected text. Put it in quotes to make it text.',
        ],
        ['Pod/a', 'spec.containers[0].ports[2].containerPort', `missing, expected a port, ${PORT}.`],
        [
          'Pod/a',
          'spec.containers[0].ports[1].name',
          'found "http" again, as in spec.containers[0].ports[0].name, expected a name of its own for each port.',
        ],
      ],
    ],
    [
      'a Deployment without a template',
      '{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: -1}}',
      [
        ['Deployment/a', 'spec.template', 'missing, expected the template of the pods.'],
        ['Deployment/a', 'spec.replicas', 'found the number -1, expected a whole number from 0 to 2147483647.'],
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
const container = { name: 'web', image: null, ports: [], sidecar: false, hasReadinessProbe: false, status: null }
const podSpec = {
  containers: [container],
  hostNetwork: false,
  hostname: null,
  subdomain: null,
  nodeName: null,
  enableServiceLinks: true,
  dnsPolicy: 'ClusterFirst',
}

describe('a Pod is read', () => {
  it('with the defaults of the API server', () => {
    const text =
      '{apiVersion: v1, kind: Pod, metadata: {name: toad}, spec: {containers: [{name: web}]}, status: {podIP: 10.244.1.1}}'
    expect(read(text).objects.pods).toEqual([
      { kind: 'Pod', meta, spec: podSpec, phase: null, podIPs: ['10.244.1.1'], hostIP: null, conditions: [] },
    ])
  })

  it('with containers, sidecars and how they are; other init containers and environments are left out', () => {
    const text = `
apiVersion: v1
kind: Pod
metadata: {name: toad}
spec:
  initContainers:
    - {name: setup, image: example/setup, ports: [{containerPort: 1}]}
    - {name: mesh, image: example/mesh, restartPolicy: Always, ports: [{name: proxy, containerPort: 15001}]}
  containers:
    - name: web
      image: example/toad:1
      env: [{name: PASSWORD, value: hunter2}]
      ports: [{name: http, containerPort: 8080, hostPort: 80}, {name: dns, containerPort: 53, protocol: UDP}]
      readinessProbe: {tcpSocket: {port: 8080}}
    - name: other
  hostNetwork: true
  hostname: toad-0
  subdomain: toads
  nodeName: node-1
  enableServiceLinks: false
  dnsPolicy: Default
status:
  phase: Running
  hostIP: 10.0.0.11
  podIP: 10.244.1.1
  podIPs: [{ip: 10.244.1.1}, {ip: "2001:db8::1"}]
  conditions: [{type: Ready, status: "False", reason: ContainersNotReady, message: "containers with unready status: [web]"}]
  containerStatuses:
    - {name: web, ready: false, restartCount: 7, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {reason: OOMKilled}}}
  initContainerStatuses:
    - {name: mesh, ready: true, restartCount: 0, state: {running: {}}}`
    const { pods } = read(text).objects
    expect(pods).toEqual([
      {
        kind: 'Pod',
        meta,
        spec: {
          containers: [
            {
              ...container,
              image: 'example/toad:1',
              ports: [
                { name: 'http', containerPort: 8080, protocol: 'TCP', hostPort: 80 },
                { name: 'dns', containerPort: 53, protocol: 'UDP', hostPort: null },
              ],
              hasReadinessProbe: true,
              status: {
                ready: false,
                restartCount: 7,
                waitingReason: 'CrashLoopBackOff',
                terminatedReason: 'OOMKilled',
              },
            },
            { ...container, name: 'other' },
            {
              ...container,
              name: 'mesh',
              image: 'example/mesh',
              ports: [{ name: 'proxy', containerPort: 15001, protocol: 'TCP', hostPort: null }],
              sidecar: true,
              status: { ready: true, restartCount: 0, waitingReason: null, terminatedReason: null },
            },
          ],
          hostNetwork: true,
          hostname: 'toad-0',
          subdomain: 'toads',
          nodeName: 'node-1',
          enableServiceLinks: false,
          dnsPolicy: 'Default',
        },
        phase: 'Running',
        podIPs: ['10.244.1.1', '2001:db8::1'],
        hostIP: '10.0.0.11',
        conditions: [
          {
            type: 'Ready',
            status: 'False',
            reason: 'ContainersNotReady',
            message: 'containers with unready status: [web]',
          },
        ],
      },
    ])
    expect(JSON.stringify(pods)).not.toContain('hunter2')
  })
})

describe('a pod template is read', () => {
  const text = (kind: string, spec: string, apiVersion = 'apps/v1') =>
    `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: toad}, spec: {${spec} template: {metadata: {labels: {app: toad}}, spec: {containers: [{name: web}]}}}}`
  const template = { labels: { app: 'toad' }, spec: podSpec }

  it.each<[WorkloadKind, string, Partial<Workload>]>([
    ['Deployment', text('Deployment', ''), { replicas: 1 }],
    ['Deployment', text('Deployment', 'replicas: 4,', 'extensions/v1beta1'), { replicas: 4 }],
    ['ReplicaSet', text('ReplicaSet', 'replicas: 0,'), { replicas: 0 }],
    ['StatefulSet', text('StatefulSet', 'serviceName: toads,'), { replicas: 1, serviceName: 'toads' }],
    ['DaemonSet', text('DaemonSet', ''), { replicas: null }],
  ])('of a %s', (kind, manifest, differences) => {
    expect(read(manifest).objects.workloads).toEqual([{ kind, meta, serviceName: null, template, ...differences }])
  })
})

describe('a Node is read', () => {
  it('with what is known of its addresses', () => {
    const manifest = `
apiVersion: v1
kind: Node
metadata: {name: toad, namespace: none}
spec:
  podCIDR: 10.244.1.0/24
  providerID: aws:///i-1
  unschedulable: true
  taints: [{key: node.kubernetes.io/unreachable, effect: NoExecute}, {key: a, value: b}]
status:
  addresses:
    - {type: InternalIP, address: 10.0.0.11}
    - {type: ExternalIP, address: "2001:db8::11"}
    - {type: Hostname, address: toad}
    - {type: InternalDNS, address: toad.internal}
    - {type: SomethingNew, address: "?"}
    - {type: ExternalIP, address: ""}
  conditions: [{type: Ready, status: Unknown, reason: NodeStatusUnknown}]`
    expect(read(manifest).objects.nodes).toEqual([
      {
        kind: 'Node',
        meta,
        addresses: [
          { type: 'InternalIP', address: '10.0.0.11' },
          { type: 'ExternalIP', address: '2001:db8::11' },
          { type: 'Hostname', address: 'toad' },
          { type: 'InternalDNS', address: 'toad.internal' },
        ],
        conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: null }],
        taints: [
          { key: 'node.kubernetes.io/unreachable', value: null, effect: 'NoExecute' },
          { key: 'a', value: 'b', effect: null },
        ],
        unschedulable: true,
        podCIDRs: ['10.244.1.0/24'],
        providerID: 'aws:///i-1',
      },
    ])
  })
})
