/** Unusual, and nothing is wrong. */
import { ingress, ingressClass, pod, service, slice, workload } from '../../../support/manifests.ts'
import { at, container, labelled, nginx, type ObjectFault, policy, ports, ready } from './parts.ts'

export const RIGHT_OBJECTS: readonly ObjectFault[] = [
  {
    name: 'a port over UDP that is declared without protocol',
    manifests: [
      service(ports({ port: 53, protocol: 'UDP', targetPort: 5353 })),
      pod('toad-9', container({ containerPort: 5353 })),
    ],
    codes: [],
  },
  {
    name: 'a port over both protocols that is declared over UDP alone',
    manifests: [
      service(
        ports(
          { name: 'dns-tcp', port: 53, targetPort: 5353 },
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 },
        ),
      ),
      pod('toad-9', container({ containerPort: 5353, protocol: 'UDP' })),
    ],
    codes: [],
  },
  {
    name: 'pods of a Rollout that is not read',
    manifests: [service({ selector: { 'rollouts-pod-template-hash': 'abc' } }), ready],
    codes: [],
  },
  {
    name: 'a Service of one pod of a StatefulSet',
    manifests: [
      service({ selector: { 'statefulset.kubernetes.io/pod-name': 'toad-0' } }),
      slice([at(9)]),
      workload('StatefulSet', 'toad', { app: 'toad' }),
    ],
    codes: [],
  },
  {
    name: 'ports of several containers',
    manifests: [
      service(ports({ name: 'a', port: 80, targetPort: 'web' }, { name: 'b', port: 81, targetPort: 'admin' })),
      slice([at(9)], {
        ports: [
          { name: 'a', port: 8080 },
          { name: 'b', port: 9090 },
        ],
      }),
      pod('toad-9', {
        containers: [
          { name: 'web', image: 'toad:1', ports: [{ name: 'web', containerPort: 8080 }] },
          { name: 'admin', image: 'toad:1', ports: [{ name: 'admin', containerPort: 9090 }] },
        ],
      }),
    ],
    codes: [],
  },
  {
    name: 'a port of an init container that stays',
    manifests: [
      service(ports({ port: 80, targetPort: 'proxy' })),
      slice([at(9)], { ports: [{ name: '', port: 15001 }] }),
      pod('toad-9', {
        initContainers: [
          { name: 'proxy', image: 'p:1', restartPolicy: 'Always', ports: [{ name: 'proxy', containerPort: 15001 }] },
        ],
      }),
    ],
    codes: [],
  },
  {
    name: 'a policy that lets a range of ports in',
    manifests: [service(), ready, pod('toad-9'), policy({ ingress: [{ ports: [{ port: 8000, endPort: 9000 }] }] })],
    codes: [],
  },
  {
    name: 'a policy for other pods',
    manifests: [
      service(),
      ready,
      pod('toad-9'),
      policy({ podSelector: { matchLabels: { app: 'frog' } }, ingress: [] }),
    ],
    codes: [],
  },
  {
    name: 'a policy about what goes out',
    manifests: [service(), ready, pod('toad-9'), policy({ policyTypes: ['Egress'], egress: [] })],
    codes: [],
  },
  {
    name: 'two Ingresses of one host with different paths',
    manifests: [
      service(),
      ready,
      ingress([{ path: '/a' }]),
      ingress([{ path: '/b', to: 'frog' }], {}, { name: 'other' }),
      service({ clusterIP: '10.96.0.8' }, { name: 'frog' }),
      nginx,
    ],
    codes: [],
  },
  {
    name: 'a default class',
    manifests: [
      service(),
      ready,
      ingress([{}], { ingressClassName: null }),
      ingressClass('nginx', 'k8s.io/ingress-nginx', true),
    ],
    codes: [],
  },
  {
    name: 'a wildcard of TLS that covers the host',
    manifests: [service(), ready, ingress([{}], { tls: [{ hosts: ['*.example.com'], secretName: 'cert' }] }), nginx],
    codes: [],
  },
  {
    name: 'a Service in a namespace of the same name as itself, pods of others beside',
    manifests: [service(), ready, pod('toad-9'), labelled('frog-1', { app: 'frog' }, { ip: '10.244.0.30' })],
    codes: [],
  },
]
