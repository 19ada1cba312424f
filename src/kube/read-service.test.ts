import { describe, expect, it } from 'vitest'
import {
  type FieldMistake,
  LABEL,
  NODE_PORT,
  PORT,
  PORT_NAME,
  read,
  refusalOf,
  service,
  toldOf,
} from '../../test/support/read-manifests.ts'
import type { Service, ServicePort } from './objects.ts'

describe('a Service', () => {
  it.each<[string, string, readonly FieldMistake[]]>([
    [
      'no ports',
      '{selector: {app: toad}}',
      [['spec.ports', 'missing, expected a list with at least one port: [{port: 80, targetPort: 8080}].']],
    ],
    [
      'an empty list of ports',
      '{ports: []}',
      [['spec.ports', 'missing, expected a list with at least one port: [{port: 80, targetPort: 8080}].']],
    ],
    [
      'numbers in quotes',
      '{ports: [{port: "80", targetPort: "9376", nodePort: "30123"}]}',
      [
        ['spec.ports[0].port', `found "80", expected ${PORT}. Leave out the quotes: 80.`],
        [
          'spec.ports[0].targetPort',
          'found "9376", expected a port\'s number, or its name. Kubernetes takes digits in quotes for a name, and a name needs a letter. Leave out the quotes: 9376.',
        ],
        ['spec.ports[0].nodePort', `found "30123", expected ${NODE_PORT}. Leave out the quotes: 30123.`],
      ],
    ],
    [
      'ports out of range',
      '{ports: [{port: 0, targetPort: 65536, nodePort: -1}]}',
      [
        ['spec.ports[0].port', `found the number 0, expected ${PORT}.`],
        ['spec.ports[0].targetPort', `found the number 65536, expected ${PORT}.`],
        ['spec.ports[0].nodePort', `found the number -1, expected ${NODE_PORT}.`],
      ],
    ],
    [
      'a port with a fraction',
      '{ports: [{port: 80.5}]}',
      [['spec.ports[0].port', `found the number 80.5, expected ${PORT}.`]],
    ],
    [
      'a port without its number',
      '{ports: [{targetPort: 8080}]}',
      [['spec.ports[0].port', `missing, expected the port of the Service, ${PORT}.`]],
    ],
    [
      'several ports without names',
      '{ports: [{port: 80}, {port: 443}]}',
      [
        ['spec.ports[0].name', 'missing, expected a name, like http: with several ports each needs one.'],
        ['spec.ports[1].name', 'missing, expected a name, like http: with several ports each needs one.'],
      ],
    ],
    [
      'repetitions',
      '{type: NodePort, ports: [{name: a, port: 80, nodePort: 30080}, {name: a, port: 80, nodePort: 30080}, {name: b, port: 80, protocol: UDP}]}',
      [
        ['spec.ports[1].name', 'found "a" again, as in spec.ports[0].name, expected a name of its own for each port.'],
        ['spec.ports[1].port', 'found "80/TCP" again, as in spec.ports[0].port, expected each port and protocol once.'],
        [
          'spec.ports[1].nodePort',
          'found "30080/TCP" again, as in spec.ports[0].nodePort, expected each nodePort and protocol once.',
        ],
      ],
    ],
    [
      'names of ports that Kubernetes does not take',
      '{ports: [{name: Web_UI, port: 80, targetPort: web--ui}]}',
      [
        ['spec.ports[0].name', `found "Web_UI", expected ${LABEL}. Did you mean "web-ui"?`],
        ['spec.ports[0].targetPort', `found "web--ui", expected ${PORT_NAME}. Did you mean "web-ui"?`],
      ],
    ],
    [
      'a protocol in lower case',
      '{ports: [{port: 80, protocol: tcp}]}',
      [['spec.ports[0].protocol', 'found "tcp", expected TCP, UDP or SCTP. Did you mean TCP?']],
    ],
    [
      'words that are none of the known',
      '{type: Nodeport, ports: [{port: 80}], externalTrafficPolicy: Global, sessionAffinity: clientIP, publishNotReadyAddresses: "true"}',
      [
        [
          'spec.type',
          'found "Nodeport", expected ClusterIP, NodePort, LoadBalancer or ExternalName. Did you mean NodePort?',
        ],
        ['spec.externalTrafficPolicy', 'found "Global", expected Cluster or Local.'],
        ['spec.publishNotReadyAddresses', 'found "true", expected true or false. Leave out the quotes.'],
        ['spec.sessionAffinity', 'found "clientIP", expected None or ClientIP. Did you mean ClientIP?'],
      ],
    ],
    [
      'addresses that are none',
      '{type: LoadBalancer, clusterIP: 10.96.0.300, ports: [{port: 80}], externalIPs: [toad.example.com, 198.51.100.1], loadBalancerSourceRanges: [203.0.113.7]}',
      [
        ['spec.clusterIP', 'found "10.96.0.300", expected an IP address, or "None" for a headless Service.'],
        ['spec.loadBalancerSourceRanges[0]', 'found "203.0.113.7", expected a CIDR, like 203.0.113.0/24.'],
        ['spec.externalIPs[0]', 'found "toad.example.com", expected an IP address, like 10.0.0.11 or 2001:db8::11.'],
      ],
    ],
    [
      'two cluster IPs that contradict each other',
      '{clusterIP: 10.96.0.1, clusterIPs: [10.96.0.2], ports: [{port: 80}]}',
      [['spec.clusterIP', 'found 10.96.0.1, expected the same as spec.clusterIPs[0], 10.96.0.2.']],
    ],
    [
      'two cluster IPs of one family',
      '{clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7, 10.96.0.8], ports: [{port: 80}]}',
      [
        [
          'spec.clusterIPs[1]',
          'found "IPv4" again, as in spec.clusterIPs[0], expected at most one address of each family.',
        ],
      ],
    ],
    [
      'None beside a cluster IP',
      '{clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7, None], ports: [{port: 80}]}',
      [['spec.clusterIPs', 'found None beside an address, expected None alone, or addresses.']],
    ],
    [
      'families that are not those of the cluster IPs, or the same twice',
      '{clusterIP: 10.96.0.7, ipFamilies: [IPv6, IPv6], ports: [{port: 80}]}',
      [
        ['spec.ipFamilies[1]', 'found "IPv6" again, as in spec.ipFamilies[0], expected each family once.'],
        ['spec.ipFamilies[0]', 'found IPv6, expected IPv4, the family of the cluster IP 10.96.0.7.'],
      ],
    ],
    [
      'a headless NodePort',
      '{type: NodePort, clusterIP: None, ports: [{port: 80}]}',
      [
        [
          'spec.clusterIP',
          'found "None", expected an IP address, or nothing: a Service of type NodePort is never headless. Leave it out, or set spec.type to ClusterIP.',
        ],
      ],
    ],
    [
      'an ExternalName without a name, with a cluster IP',
      '{type: ExternalName, clusterIP: 10.96.0.1}',
      [
        [
          'spec.clusterIP',
          'found "10.96.0.1", expected nothing: a Service of type ExternalName has no cluster IP. Leave it out.',
        ],
        ['spec.externalName', 'missing, expected the DNS name that a Service of type ExternalName stands for.'],
      ],
    ],
    [
      'an ExternalName that is a URL',
      '{type: ExternalName, externalName: "https://api.example.com/v1"}',
      [
        [
          'spec.externalName',
          'found "https://api.example.com/v1", expected a DNS name, like api.example.com, without scheme, port or path. Did you mean "api.example.com"?',
        ],
      ],
    ],
    [
      'an ExternalName that is an IPv6 address',
      '{type: ExternalName, externalName: "2001:db8::1"}',
      [
        [
          'spec.externalName',
          'found "2001:db8::1", expected a DNS name, like api.example.com, without scheme, port or path.',
        ],
      ],
    ],
    [
      'a node port without type NodePort (trials row 11)',
      '{ports: [{port: 80, nodePort: 30080}]}',
      [
        [
          'spec.ports[0].nodePort',
          "may not be used when `type` is 'ClusterIP'. Set spec.type to NodePort or LoadBalancer, or leave it out.",
        ],
      ],
    ],
    [
      'what a load balancer alone has',
      '{type: NodePort, ports: [{port: 80}], loadBalancerSourceRanges: [203.0.113.0/24], allocateLoadBalancerNodePorts: false, loadBalancerClass: example.com/lb, healthCheckNodePort: 31000}',
      ['loadBalancerSourceRanges', 'allocateLoadBalancerNodePorts', 'loadBalancerClass', 'healthCheckNodePort'].map(
        (field): FieldMistake => [
          `spec.${field}`,
          field === 'healthCheckNodePort'
            ? "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'. Leave it out."
            : "may only be used when `type` is 'LoadBalancer'. Leave it out, or set spec.type to LoadBalancer.",
        ],
      ),
    ],
    [
      'a policy for traffic from outside, which has no way in',
      '{ports: [{port: 80}], externalTrafficPolicy: Local}',
      [
        [
          'spec.externalTrafficPolicy',
          'may only be set for externally-accessible services. Leave it out, or set spec.type to NodePort or LoadBalancer.',
        ],
      ],
    ],
    [
      'families of a name',
      '{type: ExternalName, externalName: api.example.com, ipFamilies: [IPv4], ipFamilyPolicy: SingleStack}',
      [
        ['spec.ipFamilies', 'may not be set for ExternalName services. Leave it out.'],
        ['spec.ipFamilyPolicy', 'may not be set for ExternalName services. Leave it out.'],
      ],
    ],
    [
      'the selector of a Deployment',
      '{selector: {matchLabels: {app: toad}}, ports: [{port: 80}]}',
      [
        [
          'spec.selector.matchLabels',
          'found a mapping, expected text. The selector of a Service holds the labels themselves: put them in place of matchLabels.',
        ],
      ],
    ],
  ])('with %s is refused', (_name, spec, mistakes) => {
    expect(refusalOf(service(spec)).errors).toEqual(toldOf('Service/toad', mistakes))
  })
})

const plainPort = (port: number): ServicePort => ({
  name: null,
  port,
  protocol: 'TCP',
  targetPort: port,
  nodePort: null,
  appProtocol: null,
})

/** The API server makes this of a Service with one port and no more. */
const plain: Service = {
  kind: 'Service',
  meta: {
    name: 'toad',
    namespace: null,
    labels: {},
    annotations: {},
    createdAt: null,
    generation: null,
    deletedAt: null,
    owner: null,
  },
  type: 'ClusterIP',
  clusterIP: null,
  clusterIPs: [],
  clusterIPField: 'spec.clusterIP',
  ipFamilies: [],
  ipFamilyPolicy: null,
  ports: [plainPort(80)],
  selector: null,
  externalName: null,
  externalIPs: [],
  externalTrafficPolicy: 'Cluster',
  internalTrafficPolicy: 'Cluster',
  healthCheckNodePort: null,
  allocateLoadBalancerNodePorts: true,
  loadBalancerClass: null,
  loadBalancerSourceRanges: [],
  publishNotReadyAddresses: false,
  sessionAffinity: 'None',
  loadBalancerIngress: [],
}

describe('a Service is read', () => {
  it.each<[string, string, Partial<Service>]>([
    ['with the defaults of the API server', '{ports: [{port: 80}]}', {}],
    [
      'with zeros and empty texts as absent',
      '{clusterIP: "", selector: {}, healthCheckNodePort: 0, ports: [{name: "", port: 80, targetPort: 0, nodePort: 0}]}',
      {},
    ],
    [
      'with ports by number and by name',
      '{type: NodePort, ports: [{name: http, port: 80, targetPort: web, nodePort: 30080, appProtocol: kubernetes.io/h2c}, {name: dns, port: 53, protocol: UDP, targetPort: 5353}]}',
      {
        type: 'NodePort',
        ports: [
          {
            name: 'http',
            port: 80,
            protocol: 'TCP',
            targetPort: 'web',
            nodePort: 30080,
            appProtocol: 'kubernetes.io/h2c',
          },
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353, nodePort: null, appProtocol: null },
        ],
      },
    ],
    [
      'with one port number for two protocols',
      '{ports: [{name: tcp, port: 53}, {name: udp, port: 53, protocol: UDP}]}',
      {
        ports: [
          { ...plainPort(53), name: 'tcp' },
          { ...plainPort(53), name: 'udp', protocol: 'UDP' },
        ],
      },
    ],
    [
      'with the cluster IP of before 1.20, its family told by the address',
      '{clusterIP: "2001:db8::1", ports: [{port: 80}]}',
      { clusterIP: '2001:db8::1', clusterIPs: ['2001:db8::1'], ipFamilies: ['IPv6'] },
    ],
    [
      'with both families',
      '{clusterIP: 10.96.0.9, clusterIPs: [10.96.0.9, "2001:db8::9"], ipFamilies: [IPv4, IPv6], ipFamilyPolicy: PreferDualStack, ports: [{port: 80}]}',
      {
        clusterIP: '10.96.0.9',
        clusterIPs: ['10.96.0.9', '2001:db8::9'],
        clusterIPField: 'spec.clusterIPs',
        ipFamilies: ['IPv4', 'IPv6'],
        ipFamilyPolicy: 'PreferDualStack',
      },
    ],
    [
      'headless, without ports',
      '{clusterIP: None, clusterIPs: [None], publishNotReadyAddresses: true, selector: {app: toad}}',
      {
        clusterIP: 'None',
        clusterIPs: ['None'],
        clusterIPField: 'spec.clusterIPs',
        ports: [],
        publishNotReadyAddresses: true,
        selector: { app: 'toad' },
      },
    ],
    [
      'as an ExternalName',
      '{type: ExternalName, externalName: api.example.com.}',
      { type: 'ExternalName', externalName: 'api.example.com.', ports: [] },
    ],
    [
      'with what is nothing to Kubernetes, where the type allows no more',
      '{externalTrafficPolicy: "", healthCheckNodePort: 0, loadBalancerSourceRanges: [], loadBalancerClass: null, externalName: "no name at all", ports: [{port: 80, nodePort: 0}]}',
      {},
    ],
    [
      'with white space around a range',
      '{type: LoadBalancer, loadBalancerSourceRanges: [" 203.0.113.0/24 ", " 010.0.0.0/8"], ports: [{port: 80}]}',
      { type: 'LoadBalancer', loadBalancerSourceRanges: ['203.0.113.0/24', '10.0.0.0/8'] },
    ],
    [
      'with a policy for its external IPs',
      '{externalIPs: [198.51.100.9], externalTrafficPolicy: Local, ports: [{port: 80}]}',
      { externalIPs: ['198.51.100.9'], externalTrafficPolicy: 'Local' },
    ],
    [
      'as a NodePort with policies',
      '{type: NodePort, externalTrafficPolicy: Local, internalTrafficPolicy: Local, sessionAffinity: ClientIP, externalIPs: [198.51.100.9], ports: [{port: 80}]}',
      {
        type: 'NodePort',
        externalTrafficPolicy: 'Local',
        internalTrafficPolicy: 'Local',
        sessionAffinity: 'ClientIP',
        externalIPs: ['198.51.100.9'],
      },
    ],
    [
      'as a LoadBalancer with all that its cloud says',
      `{type: LoadBalancer, externalTrafficPolicy: Local, allocateLoadBalancerNodePorts: false, loadBalancerClass: example.com/lb, healthCheckNodePort: 31000,
        loadBalancerSourceRanges: [203.0.113.0/24], ports: [{port: 80}]}, status: {loadBalancer: {ingress: [
          {ip: 203.0.113.7, ipMode: Proxy, ports: [{port: 80, protocol: TCP, error: example.com/NoQuota}]},
          {hostname: lb.example.com}]}}`,
      {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        allocateLoadBalancerNodePorts: false,
        loadBalancerClass: 'example.com/lb',
        healthCheckNodePort: 31000,
        loadBalancerSourceRanges: ['203.0.113.0/24'],
        loadBalancerIngress: [
          {
            ip: '203.0.113.7',
            hostname: null,
            ipMode: 'Proxy',
            ports: [{ port: 80, protocol: 'TCP', error: 'example.com/NoQuota' }],
          },
          { ip: null, hostname: 'lb.example.com', ipMode: null, ports: [] },
        ],
      },
    ],
  ])('%s', (_name, spec, differences) => {
    expect(read(service(spec)).objects.services).toEqual([{ ...plain, ...differences }])
  })

  it('with its metadata, less what nobody reads and what may hold secrets', () => {
    const text = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'toad',
        namespace: 'pond',
        uid: '4595568d',
        labels: { app: 'toad', 'app.kubernetes.io/part-of': 'pond', empty: '' },
        annotations: {
          'service.beta.kubernetes.io/load-balancer-source-ranges': '203.0.113.0/24, 198.51.100.0/24',
          'kubectl.kubernetes.io/last-applied-configuration': '{"password": "hunter2"}',
          'nginx.ingress.kubernetes.io/configuration-snippet': 'proxy_set_header Authorization hunter2;',
          'example.com/notes': 'hunter2',
        },
        creationTimestamp: '2026-05-30T12:00:00Z',
        deletionTimestamp: '2026-05-30T12:05:00Z',
        ownerReferences: [
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'a' },
          { apiVersion: 'example.com/v1', kind: 'Pond', name: 'pond', controller: true },
        ],
      },
      spec: { ports: [{ port: 80 }] },
    })
    expect(read(text).objects.services).toEqual([
      {
        ...plain,
        meta: {
          name: 'toad',
          namespace: 'pond',
          labels: { app: 'toad', 'app.kubernetes.io/part-of': 'pond', empty: '' },
          annotations: {
            'service.beta.kubernetes.io/load-balancer-source-ranges': '203.0.113.0/24, 198.51.100.0/24',
          },
          createdAt: '2026-05-30T12:00:00Z',
          generation: null,
          deletedAt: '2026-05-30T12:05:00Z',
          owner: { kind: 'Pond', name: 'pond' },
        },
        loadBalancerSourceRanges: ['203.0.113.0/24', '198.51.100.0/24'],
      },
    ])
  })
})
