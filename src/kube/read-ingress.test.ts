import { describe, expect, it } from 'vitest'
import { type FieldMistake, HOST, ingress, read, refusalOf, toldOf } from '../../test/support/read-manifests.ts'

describe('an Ingress', () => {
  const v1 = 'networking.k8s.io/v1'
  const paths = (path: string) => `{rules: [{http: {paths: [${path}]}}]}`
  const at = (field: string) => `spec.rules[0].http.paths[0].${field}`

  it.each<[string, string, readonly FieldMistake[]]>([
    [
      'of v1 with the old shape',
      ingress(v1, paths('{path: /, pathType: Prefix, backend: {serviceName: toad, servicePort: 80}}')),
      [
        [
          at('backend'),
          'found serviceName and servicePort, the shape of extensions/v1beta1 and networking.k8s.io/v1beta1, expected that of networking.k8s.io/v1: service: {name: toad, port: {number: 80}}.',
        ],
      ],
    ],
    [
      'of v1 with the old shape, the port by name and with a remark',
      ingress(v1, paths('{path: /, pathType: Prefix, backend: {serviceName: toad // x, servicePort: http}}')),
      [
        [
          at('backend'),
          'found serviceName and servicePort, the shape of extensions/v1beta1 and networking.k8s.io/v1beta1, expected that of networking.k8s.io/v1: service: {name: toad, port: {name: http}}.',
        ],
      ],
    ],
    [
      'of v1beta1 with the new shape',
      ingress('extensions/v1beta1', paths('{path: /, backend: {service: {name: toad, port: {number: 80}}}}')),
      [
        [
          at('backend'),
          'found service, the shape of networking.k8s.io/v1, expected serviceName and servicePort, that of extensions/v1beta1. Set apiVersion: networking.k8s.io/v1 (and a pathType for each path).',
        ],
      ],
    ],
    [
      'of v1 with the old default backend',
      ingress(v1, '{backend: {serviceName: toad, servicePort: 80}}'),
      [
        ['spec.backend', 'found backend, expected defaultBackend: its name in networking.k8s.io/v1.'],
        ['spec.rules', 'missing, expected at least one rule, or spec.defaultBackend.'],
      ],
    ],
    [
      'of v1 without pathType, with a relative path',
      ingress(v1, paths('{path: toad, backend: {service: {name: toad, port: {number: 80}}}}')),
      [
        [
          at('pathType'),
          'missing, expected Prefix, Exact or ImplementationSpecific (networking.k8s.io/v1 has no default).',
        ],
        [at('path'), 'found "toad", expected a path that begins with "/".'],
      ],
    ],
    [
      'of v1 whose port is bare',
      ingress(v1, paths('{path: /, pathType: Prefix, backend: {service: {name: toad, port: 80}}}')),
      [[at('backend.service.port'), 'found the number 80, expected a mapping.']],
    ],
    [
      'of v1 whose port is a number and a name, or neither',
      ingress(
        v1,
        '{rules: [{http: {paths: [{pathType: Exact, path: /a, backend: {service: {name: a, port: {number: 80, name: http}}}}, {pathType: Exact, path: /b, backend: {service: {name: b, port: {}}}}]}}]}',
      ),
      [
        [at('backend.service.port'), 'found number and name, expected one of the two.'],
        ['spec.rules[0].http.paths[1].backend.service.port', 'found neither number nor name, expected one of the two.'],
      ],
    ],
    [
      'without a backend, without a port',
      ingress(
        v1,
        '{rules: [{http: {paths: [{pathType: Exact, path: /a}, {pathType: Exact, path: /b, backend: {service: {name: b}}}]}}]}',
      ),
      [
        [at('backend.service'), 'missing, expected the Service: {name: NAME, port: {number: 80}}.'],
        [
          'spec.rules[0].http.paths[1].backend.service.port',
          'missing, expected the port of the Service: {number: 80} or {name: http}.',
        ],
      ],
    ],
    [
      'of v1beta1 without a backend, with a port in quotes',
      ingress(
        'networking.k8s.io/v1beta1',
        '{rules: [{http: {paths: [{path: /a}, {path: /b, backend: {serviceName: b, servicePort: "80"}}]}}]}',
      ),
      [
        [at('backend'), 'missing, expected the Service: {serviceName: NAME, servicePort: 80}.'],
        [
          'spec.rules[0].http.paths[1].backend.servicePort',
          'found "80", expected a port\'s number, or its name. Kubernetes takes digits in quotes for a name, and a name needs a letter. Leave out the quotes: 80.',
        ],
      ],
    ],
    [
      'whose hosts are none',
      ingress(
        v1,
        '{rules: [{host: "http://Quay.example.com:80/x"}, {host: 192.0.2.1}, {host: "a.*.example.com"}], tls: [{hosts: [quay_1]}]}',
      ),
      [
        [
          'spec.rules[0].host',
          `found "http://Quay.example.com:80/x", expected ${HOST}. Did you mean "quay.example.com"?`,
        ],
        ['spec.rules[1].host', `found "192.0.2.1", expected ${HOST}.`],
        ['spec.rules[2].host', `found "a.*.example.com", expected ${HOST}.`],
        ['spec.tls[0].hosts[0]', `found "quay_1", expected ${HOST}.`],
      ],
    ],
    [
      'without rules',
      ingress(v1, '{}'),
      [['spec.rules', 'missing, expected at least one rule, or spec.defaultBackend.']],
    ],
    [
      'whose rule has no path',
      ingress(v1, '{rules: [{http: {paths: []}}]}'),
      [['spec.rules[0].http.paths', 'missing, expected a list with at least one path.']],
    ],
  ])('%s is refused', (_name, text, mistakes) => {
    expect(refusalOf(text).errors).toEqual(toldOf('Ingress/toad', mistakes))
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

describe('an Ingress is read', () => {
  it('alike in its three API versions', () => {
    const rest = 'ingressClassName: nginx, tls: [{hosts: [a.example.com, "*.b.example.com"], secretName: toad-tls}, {}]'
    const status = 'status: {loadBalancer: {ingress: [{ip: 203.0.113.80, ports: [{port: 443, protocol: TCP}]}]}}'
    const path = (backend: string) =>
      `{defaultBackend: ${backend}, ${rest}, rules: [{host: a.example.com, http: {paths: [{path: /a, pathType: Prefix, backend: ${backend}}]}}, {host: "*.b.example.com"}]}, ${status}`
    const old = path('{serviceName: toad, servicePort: http}').replace('defaultBackend', 'backend')
    const expected = {
      kind: 'Ingress',
      meta,
      ingressClassName: 'nginx',
      defaultBackend: { service: { name: 'toad', port: 'http' } },
      rules: [
        {
          host: 'a.example.com',
          paths: [{ path: '/a', pathType: 'Prefix', backend: { service: { name: 'toad', port: 'http' } } }],
        },
        { host: '*.b.example.com', paths: [] },
      ],
      tls: [
        { hosts: ['a.example.com', '*.b.example.com'], secretName: 'toad-tls' },
        { hosts: [], secretName: null },
      ],
      loadBalancerIngress: [
        { ip: '203.0.113.80', hostname: null, ipMode: null, ports: [{ port: 443, protocol: 'TCP', error: null }] },
      ],
    }
    const texts = {
      'networking.k8s.io/v1': path('{service: {name: toad, port: {name: http}}}'),
      'networking.k8s.io/v1beta1': old,
      'extensions/v1beta1': old,
    }
    for (const [apiVersion, spec] of Object.entries(texts)) {
      expect(read(ingress(apiVersion, spec)).objects.ingresses).toEqual([{ ...expected, apiVersion }])
    }
  })

  it.each<[string, string, unknown]>([
    [
      'a path without path or type, as old versions allow',
      ingress('extensions/v1beta1', '{rules: [{http: {paths: [{backend: {serviceName: toad, servicePort: 80}}]}}]}'),
      [
        {
          host: null,
          paths: [{ path: null, pathType: 'ImplementationSpecific', backend: { service: { name: 'toad', port: 80 } } }],
        },
      ],
    ],
    [
      'a backend that is no Service',
      ingress(
        'networking.k8s.io/v1',
        '{rules: [{host: "", http: {paths: [{path: "/(.*)", pathType: ImplementationSpecific, backend: {resource: {kind: Bucket, name: a}}}]}}]}',
      ),
      [{ host: null, paths: [{ path: '/(.*)', pathType: 'ImplementationSpecific', backend: { service: null } }] }],
    ],
  ])('with %s', (_name, text, rules) => {
    expect(read(text).objects.ingresses.map((each) => each.rules)).toEqual([rules])
  })

  it('with its class', () => {
    const text = `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata:
  name: nginx
  namespace: ignored
  annotations:
    ingressclass.kubernetes.io/is-default-class: "true"
spec:
  controller: k8s.io/ingress-nginx`
    expect(read(text).objects.ingressClasses).toEqual([
      {
        kind: 'IngressClass',
        meta: { ...meta, name: 'nginx', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
        controller: 'k8s.io/ingress-nginx',
        isDefault: true,
      },
    ])
  })
})
