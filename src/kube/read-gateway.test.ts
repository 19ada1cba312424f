import { describe, expect, it } from 'vitest'
import { read, refusalOf, toldOf } from '../../test/support/read-manifests.ts'

const META = { labels: {}, annotations: {}, createdAt: null, generation: null, deletedAt: null, owner: null }
const metadata = 'metadata: {name: gate, namespace: pond}'
const gateway = (spec: string, more = '') =>
  `{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, ${metadata}, spec: ${spec}${more}}`
const http = '{name: http, port: 80, protocol: HTTP}'
const same = { from: 'Same', selector: null }

describe('a Gateway', () => {
  it('has the defaults of its CRD where it says nothing', () => {
    expect(read(gateway(`{gatewayClassName: c, listeners: [${http}]}`)).objects.gateways).toEqual([
      {
        kind: 'Gateway',
        meta: { name: 'gate', namespace: 'pond', ...META },
        gatewayClassName: 'c',
        addresses: [],
        listeners: [
          {
            name: 'http',
            hostname: null,
            port: 80,
            protocol: 'HTTP',
            tls: null,
            allowedRoutes: { namespaces: same, kinds: [] },
          },
        ],
        allowedListeners: { from: 'None', selector: null },
        frontend: { default: null, perPort: [] },
        status: null,
      },
    ])
  })

  it('keeps what it says', () => {
    const text = gateway(
      `{gatewayClassName: c, addresses: [{value: 192.0.2.1}, {type: Hostname, value: a.example}],
        allowedListeners: {namespaces: {from: Selector, selector: {matchLabels: {a: b}}}},
        tls: {frontend: {default: {validation: {mode: AllowInsecureFallback, caCertificateRefs: []}},
          perPort: [{port: 8443, tls: {validation: {caCertificateRefs: []}}}, {port: 9443, tls: {}}]}},
        listeners: [{name: https, port: 443, protocol: HTTPS, hostname: '*.a.example',
          tls: {certificateRefs: [{name: cert}, {name: other, namespace: bog}]},
          allowedRoutes: {namespaces: {from: All}, kinds: [{kind: HTTPRoute}]}},
          {name: tls, port: 8443, protocol: TLS, tls: {mode: Passthrough}}]}`,
      `, status: {addresses: [{type: IPAddress, value: 192.0.2.1}],
        conditions: [{type: Programmed, status: 'True', reason: Programmed, message: '', observedGeneration: 1}],
        listeners: [{name: https, attachedRoutes: 2, supportedKinds: [{kind: HTTPRoute}], conditions: []}]}`,
    )
    const kinds = [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }]
    expect(read(text).objects.gateways).toEqual([
      {
        kind: 'Gateway',
        meta: { name: 'gate', namespace: 'pond', ...META },
        gatewayClassName: 'c',
        addresses: [
          { type: 'IPAddress', value: '192.0.2.1' },
          { type: 'Hostname', value: 'a.example' },
        ],
        listeners: [
          {
            name: 'https',
            hostname: '*.a.example',
            port: 443,
            protocol: 'HTTPS',
            tls: {
              mode: 'Terminate',
              certificateRefs: [
                { group: '', kind: 'Secret', namespace: null, name: 'cert' },
                { group: '', kind: 'Secret', namespace: 'bog', name: 'other' },
              ],
            },
            allowedRoutes: { namespaces: { from: 'All', selector: null }, kinds },
          },
          {
            name: 'tls',
            hostname: null,
            port: 8443,
            protocol: 'TLS',
            tls: { mode: 'Passthrough', certificateRefs: [] },
            allowedRoutes: { namespaces: same, kinds: [] },
          },
        ],
        allowedListeners: { from: 'Selector', selector: { matchLabels: { a: 'b' }, matchExpressions: [] } },
        frontend: {
          default: { mode: 'AllowInsecureFallback' },
          perPort: [
            { port: 8443, validation: { mode: 'AllowValidOnly' } },
            { port: 9443, validation: null },
          ],
        },
        status: {
          addresses: [{ type: 'IPAddress', value: '192.0.2.1' }],
          conditions: [
            { type: 'Programmed', status: 'True', reason: 'Programmed', message: null, observedGeneration: 1 },
          ],
          listeners: [{ name: 'https', supportedKinds: kinds, attachedRoutes: 2, conditions: [] }],
        },
      },
    ])
  })

  it('demands certificates of clients on the port of a listener that does, as before release 1.4', () => {
    const text = gateway(
      `{gatewayClassName: c, listeners: [{name: a, port: 443, protocol: HTTPS, tls: {frontendValidation: {caCertificateRefs: [{group: '', kind: ConfigMap, name: ca}]}}}]}`,
    )
    expect(read(text).objects.gateways[0]?.frontend).toEqual({
      default: null,
      perPort: [{ port: 443, validation: { mode: 'AllowValidOnly' } }],
    })
  })

  it.each([
    ['{listeners: []}', 'listeners', 'missing, expected at least one listener.'],
    [`{gatewayClassName: c, listeners: [${http}, ${http}]}`, 'listeners[1].name', expect.stringContaining('again')],
    [
      '{gatewayClassName: c, listeners: [{name: a, port: 80, protocol: HTTP, tls: {}}]}',
      'listeners[0].tls',
      'must not be specified for protocol HTTP. Leave it out, or set protocol: HTTPS or TLS.',
    ],
    [
      '{gatewayClassName: c, listeners: [{name: a, port: 443, protocol: HTTPS, tls: {mode: Passthrough}}]}',
      'listeners[0].tls.mode',
      'must be Terminate for protocol HTTPS. Set protocol: TLS to pass it through.',
    ],
    [
      '{gatewayClassName: c, listeners: [{name: a, port: 443, protocol: TLS, allowedRoutes: {namespaces: {from: all}}}]}',
      'listeners[0].allowedRoutes.namespaces.from',
      'found "all", expected All, Same, Selector or None. Did you mean All?',
    ],
  ])('is refused as Kubernetes refuses it: %s', (spec, field, detail) => {
    expect(refusalOf(gateway(spec)).errors[0]).toEqual({
      ...toldOf('Gateway/gate', [[`spec.${field}`, '']])[0],
      detail,
    })
  })
})

describe('the other kinds of the Gateway API', () => {
  const v1 = 'apiVersion: gateway.networking.k8s.io/v1'

  it('reads a GatewayClass, which has no namespace', () => {
    const text = `{${v1}, kind: GatewayClass, ${metadata}, spec: {controllerName: example.com/a}}`
    expect(read(text).objects.gatewayClasses).toEqual([
      {
        kind: 'GatewayClass',
        meta: { name: 'gate', namespace: null, ...META },
        controllerName: 'example.com/a',
        conditions: null,
      },
    ])
  })

  it.each([`{${v1}, kind: ListenerSet`, '{apiVersion: gateway.networking.x-k8s.io/v1alpha1, kind: XListenerSet'])(
    'reads %s',
    (head) => {
      const text = `${head}, ${metadata}, spec: {parentRef: {name: gate, namespace: edge}, listeners: [${http}]}}`
      expect(read(text).objects.listenerSets).toEqual([
        {
          kind: 'ListenerSet',
          meta: { name: 'gate', namespace: 'pond', ...META },
          parentRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'edge', name: 'gate' },
          listeners: [expect.objectContaining({ name: 'http', port: 80 })],
          status: null,
        },
      ])
    },
  )

  it('reads a ReferenceGrant', () => {
    const text = `{${v1}, kind: ReferenceGrant, ${metadata}, spec: {
      from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: bog}], to: [{group: '', kind: Service}, {group: '', kind: Secret, name: cert}]}}`
    expect(read(text).objects.referenceGrants).toEqual([
      {
        kind: 'ReferenceGrant',
        meta: { name: 'gate', namespace: 'pond', ...META },
        from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'bog' }],
        to: [
          { group: '', kind: 'Service', name: null },
          { group: '', kind: 'Secret', name: 'cert' },
        ],
      },
    ])
  })

  it.each([
    [
      'v1',
      `{targetRefs: [{group: '', kind: Service, name: toad, sectionName: https}],
        validation: {hostname: a.example, caCertificateRefs: [{group: '', kind: ConfigMap, name: ca}],
          subjectAltNames: [{type: URI, uri: 'spiffe://a/b'}]}}`,
      {
        sectionName: 'https',
        wellKnownCACertificates: null,
        caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'ca' }],
        subjectAltNames: [{ type: 'URI', value: 'spiffe://a/b' }],
      },
    ],
    [
      'v1alpha3',
      `{targetRefs: [{group: '', kind: Service, name: toad}], validation: {hostname: a.example, wellKnownCACertificates: System}}`,
      {},
    ],
    [
      'v1alpha2',
      `{targetRef: {group: '', kind: Service, name: toad}, tls: {hostname: a.example, wellKnownCACerts: System}}`,
      {},
    ],
  ])('reads a BackendTLSPolicy of %s', (version, spec, differences) => {
    const { sectionName, ...more } = { sectionName: null, ...differences }
    const text = `{apiVersion: gateway.networking.k8s.io/${version}, kind: BackendTLSPolicy, ${metadata}, spec: ${spec}}`
    expect(read(text).objects.backendTlsPolicies).toEqual([
      {
        kind: 'BackendTLSPolicy',
        meta: { name: 'gate', namespace: 'pond', ...META },
        targetRefs: [{ group: '', kind: 'Service', name: 'toad', sectionName }],
        hostname: 'a.example',
        wellKnownCACertificates: 'System',
        caCertificateRefs: [],
        subjectAltNames: [],
        ancestors: null,
        ...more,
      },
    ])
  })
})
