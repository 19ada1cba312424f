import { describe, expect, it } from 'vitest'
import { read, refusalOf, toldOf } from '../../test/support/read-manifests.ts'

const META = { labels: {}, annotations: {}, createdAt: null, generation: null, deletedAt: null, owner: null }
const route = (spec: string, more = '') =>
  `{apiVersion: route.openshift.io/v1, kind: Route, metadata: {name: toad, namespace: pond}, spec: ${spec}${more}}`

describe('a Route of OpenShift', () => {
  it('has the defaults of its API server where it says nothing', () => {
    expect(read(route('{to: {kind: Service, name: toad}}')).objects.openShiftRoutes).toEqual([
      {
        kind: 'Route',
        meta: { name: 'toad', namespace: 'pond', ...META },
        host: null,
        path: null,
        backends: [{ kind: 'Service', name: 'toad', weight: 100 }],
        targetPort: null,
        tls: null,
        wildcardPolicy: 'None',
        ingress: null,
      },
    ])
  })

  it('keeps what it says, and nothing of certificates and keys', () => {
    const text = route(
      `{host: toad.apps.example.com, path: /a, port: {targetPort: 8080}, wildcardPolicy: Subdomain,
        to: {kind: Service, name: toad, weight: 3}, alternateBackends: [{kind: Service, name: frog, weight: 1}],
        tls: {termination: edge, insecureEdgeTerminationPolicy: Redirect, key: hunter1, certificate: hunter2, caCertificate: hunter3}}`,
      `, status: {ingress: [{host: toad.apps.example.com, routerName: default, routerCanonicalHostname: router-default.apps.example.com,
        conditions: [{type: Admitted, status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z'}]}]}`,
    )
    const [found] = read(text).objects.openShiftRoutes
    expect(found).toEqual({
      kind: 'Route',
      meta: { name: 'toad', namespace: 'pond', ...META },
      host: 'toad.apps.example.com',
      path: '/a',
      backends: [
        { kind: 'Service', name: 'toad', weight: 3 },
        { kind: 'Service', name: 'frog', weight: 1 },
      ],
      targetPort: 8080,
      tls: { termination: 'edge', insecure: 'Redirect' },
      wildcardPolicy: 'Subdomain',
      ingress: [
        {
          host: 'toad.apps.example.com',
          routerName: 'default',
          routerCanonicalHostname: 'router-default.apps.example.com',
          conditions: [{ type: 'Admitted', status: 'True', reason: null, message: null }],
        },
      ],
    })
    expect(JSON.stringify(found)).not.toContain('hunter')
  })

  it.each([
    ['{host: toad.example.com}', 'to', 'missing, expected the Service: {kind: Service, name: NAME}.'],
    ['{to: {name: toad}, tls: {}}', 'tls.termination', 'missing, expected edge, passthrough or reencrypt.'],
    ['{to: {name: toad, weight: 300}}', 'to.weight', 'found the number 300, expected a whole number from 0 to 256.'],
  ])('is refused as OpenShift refuses it: %s', (spec, field, detail) => {
    expect(refusalOf(route(spec)).errors).toEqual(toldOf('Route/toad', [[`spec.${field}`, detail]]))
  })

  it('is not a Route of another group, nor one of another version', () => {
    const of = (apiVersion: string) => `{apiVersion: ${apiVersion}, kind: Route, metadata: {name: toad}}`
    expect(read(of('serving.knative.dev/v1')).ignored).toEqual([
      { object: 'Route/toad', reason: 'Route of serving.knative.dev/v1 is not read' },
    ])
    expect(read(of('route.openshift.io/v2')).ignored).toEqual([
      { object: 'Route/toad', reason: 'Route of route.openshift.io/v2 is not read; route.openshift.io/v1 is' },
    ])
  })
})
