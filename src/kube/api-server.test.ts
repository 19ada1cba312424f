import { describe, expect, it } from 'vitest'
import { ingress, read, refusalOf, service, slice } from '../../test/support/read-manifests.ts'

type Row = readonly [rule: string, refused: string, field: string, words: string, taken: string]

const V1 = 'networking.k8s.io/v1'
const PORTS = 'ports: [{port: 80}]'
const BACKEND = 'backend: {service: {name: toad, port: {number: 80}}}'
const rule = (text: string) => ingress(V1, `{rules: [${text}]}`)
const path = (text: string) => rule(`{http: {paths: [${text}]}}`)
const backend = (text: string) => ingress(V1, `{defaultBackend: ${text}}`)
const tls = (text: string) =>
  ingress(V1, `{tls: [${text}], defaultBackend: {service: {name: toad, port: {number: 80}}}}`)
const ingressClass = (spec: string) =>
  `{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: toad}, spec: ${spec}}`
const policy = (spec: string) =>
  `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: toad}, spec: ${spec}}`
const from = (peer: string) => policy(`{podSelector: {}, ingress: [{from: [${peer}]}]}`)
const portOf = (port: string) => policy(`{podSelector: {}, ingress: [{ports: [${port}]}]}`)
const endpoints = (subset: string) => `{apiVersion: v1, kind: Endpoints, metadata: {name: toad}, subsets: [${subset}]}`
const endpointsAt = (ip: string) => endpoints(`{addresses: [{ip: "${ip}"}], ports: [{port: 80}]}`)
const annotated = (annotations: string, spec: string, kind = 'Service', apiVersion = 'v1', more = '') =>
  `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: toad, ${more} annotations: {${annotations}}}, spec: ${spec}}`
const ranges = (value: string, type = 'LoadBalancer') =>
  annotated(`service.beta.kubernetes.io/load-balancer-source-ranges: "${value}"`, `{type: ${type}, ${PORTS}}`)
const classes = (annotation: string, more = '') =>
  annotated(
    `kubernetes.io/ingress.class: ${annotation}`,
    '{ingressClassName: nginx, defaultBackend: {service: {name: toad, port: {number: 80}}}}',
    'Ingress',
    V1,
    more,
  )
const many = (count: number, one: string) => `[${Array.from({ length: count }, () => one).join(', ')}]`

const RANGES = 'metadata.annotations["service.beta.kubernetes.io/load-balancer-source-ranges"]'
const ALONE = 'found "", expected text. Leave the field out.'
const ADDRESS = 'an IP address, like 10.0.0.11 or 2001:db8::11'

const SERVICES: readonly Row[] = [
  [
    'a time for an affinity that there is none of',
    service(`{${PORTS}, sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}}`),
    'spec.sessionAffinityConfig',
    'must not be set when session affinity is None. Leave it out, or set spec.sessionAffinity to ClientIP.',
    service(`{${PORTS}, sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 86400}}}`),
  ],
  [
    'an affinity beyond a day',
    service(`{${PORTS}, sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 86401}}}`),
    'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
    'must be greater than 0 and less than 86400.',
    service(`{${PORTS}, sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {}}}`),
  ],
  [
    'an affinity of no time',
    service(`{${PORTS}, sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}}`),
    'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
    'must be greater than 0 and less than 86400.',
    service(`{${PORTS}, sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 1}}}`),
  ],
  [
    'one stack with two families',
    service(`{${PORTS}, ipFamilyPolicy: SingleStack, ipFamilies: [IPv6, IPv4]}`),
    'spec.ipFamilyPolicy',
    "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified.",
    service(`{${PORTS}, ipFamilies: [IPv6, IPv4]}`),
  ],
  [
    'one stack with two cluster IPs',
    service(`{${PORTS}, ipFamilyPolicy: SingleStack, clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7, "fd00::7"]}`),
    'spec.ipFamilyPolicy',
    "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified.",
    service(`{${PORTS}, ipFamilyPolicy: SingleStack, clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7]}`),
  ],
  [
    'cluster IPs without the first by itself',
    service(`{${PORTS}, clusterIPs: [10.96.0.7]}`),
    'spec.clusterIPs',
    'must be empty when `clusterIP` is not specified. Set spec.clusterIP to 10.96.0.7 as well.',
    service(`{${PORTS}, clusterIP: 10.96.0.7, clusterIPs: []}`),
  ],
  [
    'None as the second cluster IP',
    service(`{${PORTS}, clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7, None]}`),
    'spec.clusterIPs',
    'found None beside an address, expected None alone, or addresses.',
    service(
      `{${PORTS}, clusterIP: None, clusterIPs: [None], ipFamilies: [IPv6, IPv4], ipFamilyPolicy: PreferDualStack}`,
    ),
  ],
  [
    'a range in the annotation that is none',
    ranges('203.0.113.0/24, 198.51.100.7'),
    RANGES,
    'found "198.51.100.7", expected a CIDR, like 203.0.113.0/24, or several with commas between.',
    ranges(' 203.0.113.0/24 , 198.51.100.7/32 '),
  ],
  [
    'ranges in the annotation where nothing balances',
    ranges('203.0.113.0/24', 'NodePort'),
    RANGES,
    "may only be used when `type` is 'LoadBalancer'. Leave it out, or set spec.type to LoadBalancer.",
    ranges('  '),
  ],
  [
    'an external IP that stands for all addresses',
    service(`{${PORTS}, externalIPs: [0.0.0.0]}`),
    'spec.externalIPs[0]',
    'may not be unspecified (0.0.0.0).',
    service(`{${PORTS}, externalIPs: [198.51.100.0]}`),
  ],
  [
    'an empty appProtocol',
    service('{ports: [{port: 80, appProtocol: ""}]}'),
    'spec.ports[0].appProtocol',
    ALONE,
    service('{ports: [{port: 80, appProtocol: null}]}'),
  ],
  [
    'an empty class of load balancers',
    service(`{type: LoadBalancer, ${PORTS}, loadBalancerClass: ""}`),
    'spec.loadBalancerClass',
    ALONE,
    service(`{type: LoadBalancer, ${PORTS}, loadBalancerClass: internal-vip}`),
  ],
  [
    'an empty policy for families',
    service(`{${PORTS}, ipFamilyPolicy: ""}`),
    'spec.ipFamilyPolicy',
    ALONE,
    service(`{${PORTS}, ipFamilyPolicy: null}`),
  ],
  [
    'an empty policy for traffic within',
    service(`{${PORTS}, internalTrafficPolicy: ""}`),
    'spec.internalTrafficPolicy',
    ALONE,
    service(`{${PORTS}, type: ExternalName, externalName: a.example.com, internalTrafficPolicy: Local}`),
  ],
  [
    "a port's name longer than a DNS label",
    service(`{ports: [{port: 80, name: ${'a'.repeat(64)}}]}`),
    'spec.ports[0].name',
    `found "${'a'.repeat(64)}", expected lower-case letters, digits and "-", at most 63 (RFC 1123 label).`,
    service(`{ports: [{port: 80, name: ${'a'.repeat(63)}}]}`),
  ],
  [
    'one node port for one protocol twice',
    service('{type: NodePort, ports: [{name: a, port: 80, nodePort: 30080}, {name: b, port: 81, nodePort: 30080}]}'),
    'spec.ports[1].nodePort',
    'found "30080/TCP" again, as in spec.ports[0].nodePort, expected each nodePort and protocol once.',
    service(
      '{type: NodePort, ports: [{name: a, port: 80, nodePort: 30080}, {name: b, port: 80, nodePort: 30080, protocol: UDP}]}',
    ),
  ],
  [
    'an address beyond 255',
    service(`{${PORTS}, externalIPs: [198.51.100.256]}`),
    'spec.externalIPs[0]',
    `found "198.51.100.256", expected ${ADDRESS}.`,
    service(`{${PORTS}, externalIPs: [198.051.100.025]}`),
  ],
]

const ENDPOINTS: readonly Row[] = [
  [
    'a subset without addresses',
    endpoints('{ports: [{port: 80}]}'),
    'subsets[0]',
    'must specify `addresses` or `notReadyAddresses`.',
    endpoints('{notReadyAddresses: [{ip: 192.0.2.1}]}'),
  ],
  [
    'an endpoint that stands for all addresses',
    endpointsAt('::'),
    'subsets[0].addresses[0].ip',
    'may not be unspecified (::).',
    endpointsAt('fd00::'),
  ],
  [
    'an endpoint of link-local multicast',
    endpointsAt('224.0.0.251'),
    'subsets[0].addresses[0].ip',
    'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10).',
    endpointsAt('224.0.1.1'),
  ],
  [
    'a slice of any addresses',
    slice('addressType: IP, endpoints: []'),
    'addressType',
    'found "IP", expected IPv4, IPv6 or FQDN.',
    slice('addressType: FQDN, endpoints: []'),
  ],
  [
    'more than 1,000 endpoints',
    slice(`addressType: IPv4, endpoints: ${many(1001, '{addresses: [192.0.2.1]}')}`),
    'endpoints',
    'must have at most 1000 items, found 1001.',
    slice(`addressType: IPv4, endpoints: ${many(1000, '{addresses: [192.0.2.1]}')}`),
  ],
  [
    'more than 100 addresses of an endpoint',
    slice(`addressType: IPv4, endpoints: [{addresses: ${many(101, '192.0.2.1')}}]`),
    'endpoints[0].addresses',
    'must have at most 100 items, found 101.',
    slice(`addressType: IPv4, endpoints: [{addresses: ${many(100, '192.0.2.1')}}]`),
  ],
  [
    'more than 100 ports',
    slice(`addressType: IPv4, endpoints: [], ports: [${Array.from({ length: 101 }, (_, at) => `{name: p${at}}`)}]`),
    'ports',
    'must have at most 100 items, found 101.',
    slice(`addressType: IPv4, endpoints: [], ports: [${Array.from({ length: 100 }, (_, at) => `{name: p${at}}`)}]`),
  ],
  [
    'two ports of a slice without a name',
    slice('addressType: IPv4, endpoints: [], ports: [{port: 80}, {port: 81}]'),
    'ports[1].name',
    'found "" again, as in ports[0].name, expected a name of its own for each port.',
    slice('addressType: IPv4, endpoints: [], ports: [{port: 80}, {name: a, port: 80}]'),
  ],
  [
    'an address of IPv4 in a slice of IPv6, written as one of IPv6',
    slice('addressType: IPv6, endpoints: [{addresses: ["::ffff:192.0.2.1"]}]'),
    'endpoints[0].addresses[0]',
    'found "::ffff:192.0.2.1", expected an IPv6 address.',
    slice('addressType: IPv4, endpoints: [{addresses: ["::ffff:192.0.2.1"]}]'),
  ],
  [
    'a name without a dot',
    slice('addressType: FQDN, endpoints: [{addresses: [db]}]'),
    'endpoints[0].addresses[0]',
    'found "db", expected a domain with at least two segments separated by dots, each of lower-case letters, digits and "-".',
    slice('addressType: FQDN, endpoints: [{addresses: [db.pond.]}]'),
  ],
]

const P0 = 'spec.rules[0].http.paths[0]'
const B = 'spec.defaultBackend'

const INGRESSES: readonly Row[] = [
  ...['//', '/./', '/../', '%2f', '%2F'].map(
    (sequence): Row => [
      `${sequence} in a path`,
      path(`{pathType: Prefix, path: "/a${sequence}b", ${BACKEND}}`),
      `${P0}.path`,
      `must not contain '${sequence}'.`,
      path(`{pathType: ImplementationSpecific, path: "/a${sequence}b", ${BACKEND}}`),
    ],
  ),
  ...['/..', '/.'].map(
    (suffix): Row => [
      `${suffix} at the end of a path`,
      path(`{pathType: Exact, path: "/a${suffix}", ${BACKEND}}`),
      `${P0}.path`,
      `cannot end with '${suffix}'.`,
      path(`{pathType: Exact, path: "/a${suffix}a", ${BACKEND}}`),
    ],
  ),
  [
    'a relative path, whatever reads it',
    path(`{pathType: ImplementationSpecific, path: "^/a b", ${BACKEND}}`),
    `${P0}.path`,
    'found "^/a b", expected a path that begins with "/".',
    path(`{pathType: ImplementationSpecific, path: "/a b$", ${BACKEND}}`),
  ],
  [
    'no path where it is compared',
    path(`{pathType: Prefix, ${BACKEND}}`),
    `${P0}.path`,
    'missing, expected a path that begins with "/".',
    path(`{pathType: ImplementationSpecific, ${BACKEND}}`),
  ],
  [
    'an address as the host',
    rule('{host: 010.0.0.1}'),
    'spec.rules[0].host',
    'found "010.0.0.1", expected a DNS name, like quay.example.com or *.example.com, without scheme, port or path.',
    rule('{host: 010.0.0.1.example.com}'),
  ],
  [
    'a wildcard that is not the first label by itself',
    rule('{host: "*foo.example.com"}'),
    'spec.rules[0].host',
    'found "*foo.example.com", expected a DNS name, like quay.example.com or *.example.com, without scheme, port or path.',
    rule('{host: "*.foo.example.com"}'),
  ],
  [
    'a wildcard of all',
    rule('{host: "*"}'),
    'spec.rules[0].host',
    'found "*", expected a DNS name, like quay.example.com or *.example.com, without scheme, port or path.',
    rule('{host: "*.com"}'),
  ],
  [
    'a host of TLS that is none',
    tls('{hosts: ["a.example.com:443"]}'),
    'spec.tls[0].hosts[0]',
    'found "a.example.com:443", expected a DNS name, like quay.example.com or *.example.com, without scheme, port or path. Did you mean "a.example.com"?',
    tls('{hosts: [192.0.2.1]}'),
  ],
  [
    'a Secret of another namespace',
    tls('{secretName: pond/tls}'),
    'spec.tls[0].secretName',
    'found "pond/tls", expected lower-case letters, digits, "-" and ".", at most 253 (RFC 1123 subdomain). Did you mean "pond-tls"?',
    tls('{secretName: pond.tls}'),
  ],
  [
    'an empty class',
    ingress(V1, '{ingressClassName: "", defaultBackend: {service: {name: toad, port: {number: 80}}}}'),
    'spec.ingressClassName',
    ALONE,
    ingress(V1, '{ingressClassName: null, defaultBackend: {service: {name: toad, port: {number: 80}}}}'),
  ],
  [
    'two classes that differ',
    classes('traefik'),
    'metadata.annotations["kubernetes.io/ingress.class"]',
    'must match `ingressClassName` when both are specified. Leave it out.',
    classes('nginx'),
  ],
  [
    'two classes that differ, of an Ingress that was never stored',
    classes('traefik', 'creationTimestamp: null,'),
    'metadata.annotations["kubernetes.io/ingress.class"]',
    'must match `ingressClassName` when both are specified. Leave it out.',
    classes('traefik', 'uid: 6a1b, resourceVersion: "7",'),
  ],
  [
    'a resource beside a Service',
    backend('{service: {name: toad, port: {number: 80}}, resource: {kind: Bucket, name: a}}'),
    B,
    'cannot set both resource and service backends. Leave one out.',
    backend('{service: null, resource: {apiGroup: example.com, kind: Bucket, name: a}}'),
  ],
  [
    'a resource without a kind',
    backend('{resource: {name: a}}'),
    `${B}.resource.kind`,
    'missing, expected the kind of the resource.',
    backend('{resource: {kind: Bucket, name: a}}'),
  ],
  [
    'a port by number and name',
    backend('{service: {name: toad, port: {number: 80, name: http}}}'),
    `${B}.service.port`,
    'found number and name, expected one of the two.',
    backend('{service: {name: toad, port: {number: 0, name: http}}}'),
  ],
  [
    'a port that is nothing',
    backend('{service: {name: toad, port: {number: 0, name: ""}}}'),
    `${B}.service.port`,
    'found neither number nor name, expected one of the two.',
    backend('{service: {name: toad, port: {number: 80, name: ""}}}'),
  ],
  [
    'a class without its controller',
    ingressClass('{}'),
    'spec.controller',
    'missing, expected a domain-prefixed path (such as "acme.io/foo").',
    ingressClass('{controller: example.com/toad}'),
  ],
  [
    'a controller without a domain',
    ingressClass('{controller: nginx}'),
    'spec.controller',
    'found "nginx", expected a domain-prefixed path (such as "acme.io/foo").',
    ingressClass('{controller: nginx/nginx}'),
  ],
]

const POLICIES: readonly Row[] = [
  ['a peer that is none', from('{}'), 'spec.ingress[0].from[0]', 'must specify a peer.', from('{podSelector: {}}')],
  [
    'a block beside a selector',
    from('{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}'),
    'spec.ingress[0].from[0]',
    'may not specify both ipBlock and another peer.',
    from('{podSelector: {}, namespaceSelector: {}}'),
  ],
  [
    'an exception as large as its block',
    from('{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}'),
    'spec.ingress[0].from[0].ipBlock.except[0]',
    'must be a strict subset of `cidr`.',
    from('{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/9]}}'),
  ],
  [
    'an exception of another family',
    from('{ipBlock: {cidr: "fd00::/8", except: [10.0.0.0/9]}}'),
    'spec.ingress[0].from[0].ipBlock.except[0]',
    'must be a strict subset of `cidr`.',
    from('{ipBlock: {cidr: "fd00::/8", except: ["fd00:1::/32"]}}'),
  ],
  [
    'a range of ports that ends before it begins',
    portOf('{port: 5000, endPort: 4999}'),
    'spec.ingress[0].ports[0].endPort',
    'must be greater than or equal to `port`.',
    portOf('{port: 5000, endPort: 5000}'),
  ],
  [
    'a range of ports that begins with a name',
    portOf('{port: http, endPort: 5000}'),
    'spec.ingress[0].ports[0].endPort',
    'may not be specified when `port` is non-numeric.',
    portOf('{port: http}'),
  ],
  [
    'a range of ports without a beginning',
    portOf('{endPort: 5000}'),
    'spec.ingress[0].ports[0].endPort',
    'may not be specified when `port` is not specified.',
    portOf('{protocol: UDP}'),
  ],
  [
    'three types',
    policy('{podSelector: {}, policyTypes: [Ingress, Egress, Ingress]}'),
    'spec.policyTypes',
    'may not specify more than two policyTypes.',
    policy('{podSelector: {}, policyTypes: [Ingress, Ingress]}'),
  ],
  [
    'a comparison with nothing',
    policy('{podSelector: {matchExpressions: [{key: app, operator: In, values: []}]}}'),
    'spec.podSelector.matchExpressions[0].values',
    "must be specified when `operator` is 'In' or 'NotIn'.",
    policy('{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [""]}]}}'),
  ],
  [
    'values of a label that need only exist',
    policy('{podSelector: {matchExpressions: [{key: app, operator: Exists, values: [a]}]}}'),
    'spec.podSelector.matchExpressions[0].values',
    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'.",
    policy('{podSelector: {matchExpressions: [{key: app, operator: Exists, values: []}]}}'),
  ],
]

describe.each<[string, readonly Row[]]>([
  ['a Service', SERVICES],
  ['endpoints', ENDPOINTS],
  ['an Ingress or its class', INGRESSES],
  ['a NetworkPolicy', POLICIES],
])('of %s, what every API server refuses is refused, and its nearest neighbour taken:', (_kind, rows) => {
  it.each(rows)('%s', (_rule, refused, field, words, taken) => {
    expect(refusalOf(refused).errors?.map(({ field, detail }) => [field, detail])).toEqual([[field, words]])
    expect(() => read(taken)).not.toThrow()
  })
})

describe('addresses are read as Kubernetes reads them', () => {
  it.each([
    ['zeros in front are no octal number', '010.096.0.007', '10.96.0.7'],
    ['an IPv4 address in the clothes of IPv6', '::ffff:10.96.0.7', '10.96.0.7'],
    ['an IPv6 address as it stands', 'FD00::07', 'FD00::07'],
  ])('%s', (_name, written, address) => {
    const { services } = read(service(`{${PORTS}, clusterIP: "${written}"}`)).objects
    expect(services.map(({ clusterIP, ipFamilies }) => [clusterIP, ipFamilies])).toEqual([
      [address, [address.includes(':') ? 'IPv6' : 'IPv4']],
    ])
  })

  it.each(['127.0.0.1', '::1', '169.254.20.10', 'fe80::1'])(
    'the endpoint %s is taken, which API servers refuse: local trials have no other',
    (address) => {
      const type = address.includes(':') ? 'IPv6' : 'IPv4'
      expect(() => read(endpointsAt(address))).not.toThrow()
      expect(() => read(slice(`addressType: ${type}, endpoints: [{addresses: ["${address}"]}]`))).not.toThrow()
      expect(() => read(service(`{${PORTS}, externalIPs: ["${address}"]}`))).not.toThrow()
    },
  )

  it('two ports of an Endpoints may have one name, as API servers let them', () => {
    const text = endpoints('{addresses: [{ip: 192.0.2.1}], ports: [{name: a, port: 53}, {name: a, port: 54}]}')
    expect(read(text).objects.endpoints[0]?.subsets[0]?.ports.map(({ port }) => port)).toEqual([53, 54])
  })
})
