import { describe, expect, it } from 'vitest'
import { read } from '../../test/support/read-manifests.ts'
import { indexObjects } from './object-index.ts'

const object = (kind: string, name: string, namespace: string | null, spec: unknown) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind,
  metadata: { name, ...(namespace === null ? {} : { namespace }) },
  spec,
})
const route = (name: string, namespace: string | null, parents: unknown[], backends: unknown[] = []) =>
  object('HTTPRoute', name, namespace, { parentRefs: parents, rules: [{ backendRefs: backends }] })
const listeners = [{ name: 'http', port: 80, protocol: 'HTTP' }]
const gateway = (namespace: string) => object('Gateway', 'gate', namespace, { gatewayClassName: 'c', listeners })
const toad = { name: 'toad', port: 80 }

const index = (...objects: readonly unknown[]) => indexObjects(read(objects).objects)
const names = (found: readonly { meta: { name: string } }[]) => found.map(({ meta }) => meta.name)

describe('objects of the Gateway API are found by what others call them', () => {
  it('finds routes to a Service from every namespace, those that mirror to it left out', () => {
    const mirror = { type: 'RequestMirror', requestMirror: { backendRef: toad } }
    const found = index(
      route('here', 'pond', [], [toad]),
      route('nothing', 'pond', [], [{ ...toad, weight: 0 }]),
      route('there', 'bog', [], [{ ...toad, namespace: 'pond' }]),
      route('unplaced', null, [], [toad]),
      route('other', 'bog', [], [toad]),
      route('bucket', 'pond', [], [{ ...toad, group: 'example.com', kind: 'Bucket' }]),
      object('HTTPRoute', 'mirror', 'pond', { rules: [{ filters: [mirror] }] }),
    )
    expect(names(found.routesOf('pond', 'toad'))).toEqual(['unplaced', 'there', 'here', 'nothing'])
  })

  it('finds what is attached to a Gateway or a ListenerSet, from every namespace', () => {
    const found = index(
      route('here', 'pond', [{ name: 'gate' }]),
      route('there', 'bog', [{ name: 'gate', namespace: 'pond' }]),
      route('other', 'bog', [{ name: 'gate' }]),
      route('mesh', 'pond', [{ group: '', kind: 'Service', name: 'gate' }]),
      route('set', 'pond', [{ kind: 'ListenerSet', name: 'gate' }]),
      route('trial', 'pond', [{ group: 'gateway.networking.x-k8s.io', kind: 'XListenerSet', name: 'gate' }]),
    )
    expect(names(found.routesAttachedTo('Gateway', 'pond', 'gate'))).toEqual(['there', 'here'])
    expect(names(found.routesAttachedTo('ListenerSet', 'pond', 'gate'))).toEqual(['set', 'trial'])
  })

  it('finds the Gateway of that namespace, its class, its ListenerSets', () => {
    const set = (name: string, namespace: string, parentRef: unknown) =>
      object('ListenerSet', name, namespace, { parentRef, listeners })
    const found = index(
      gateway('pond'),
      gateway('bog'),
      object('GatewayClass', 'c', null, { controllerName: 'example.com/c' }),
      set('here', 'pond', { name: 'gate' }),
      set('there', 'lake', { name: 'gate', namespace: 'pond' }),
      set('other', 'bog', { name: 'gate' }),
    )
    expect(found.gatewayNamed('pond', 'gate')?.meta.namespace).toBe('pond')
    expect(found.gatewayNamed('lake', 'gate')).toBeNull()
    expect(found.gatewayClassNamed('c')?.controllerName).toBe('example.com/c')
    expect(found.gatewayClassNamed('d')).toBeNull()
    expect(names(found.listenerSetsOf('pond', 'gate'))).toEqual(['there', 'here'])
    expect(found.listenerSetNamed('lake', 'there')?.meta.name).toBe('there')
  })

  it('finds the grants of a namespace, and the TLS policies of a Service', () => {
    const grant = (namespace: string) =>
      object('ReferenceGrant', 'grant', namespace, {
        from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'lake' }],
        to: [{ group: '', kind: 'Service' }],
      })
    const policy = (name: string, namespace: string, kind: string) =>
      object('BackendTLSPolicy', name, namespace, {
        targetRefs: [{ group: '', kind, name: 'toad' }],
        validation: { hostname: 'a.example', wellKnownCACertificates: 'System' },
      })
    const found = index(
      grant('pond'),
      grant('bog'),
      policy('here', 'pond', 'Service'),
      policy('other', 'bog', 'Service'),
      policy('import', 'pond', 'ServiceImport'),
    )
    expect(found.referenceGrantsIn('pond').map(({ meta }) => meta.namespace)).toEqual(['pond'])
    expect(names(found.backendTlsPoliciesOf('pond', 'toad'))).toEqual(['here'])
  })
})
