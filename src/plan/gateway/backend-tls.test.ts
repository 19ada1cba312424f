import { describe, expect, it } from 'vitest'
import { backendTls, gateway, httpRoute } from '../../../test/support/gateway-manifests.ts'
import { pod, service, slice } from '../../../test/support/manifests.ts'
import { pathOf } from '../../../test/support/plan-lines.ts'
import { planOf } from '../../../test/support/plan-text.ts'
import type { Check } from '../check.ts'

const toad = { target: { service: 'toad', namespace: 'pond' } }
const ca = { wellKnownCACertificates: undefined, caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'ca' }] }
const plan = (...objects: unknown[]) =>
  planOf([service(), slice([{ at: '10.244.0.9' }]), pod('toad-1'), ...objects], toad)
const tlsIn = (check: Check | undefined) => (check !== undefined && 'tls' in check ? check.tls : null)
const directTls = (...objects: unknown[]) => {
  const { scheme, serverName, checks } = pathOf(plan(...objects), 'ClusterIP')
  const { insecureSkipVerify, names = [] } = tlsIn(checks[0]) ?? {}
  return { scheme, serverName, trust: insecureSkipVerify === false, names }
}

describe('a BackendTLSPolicy', () => {
  it('makes paths past the Gateway speak TLS by its name, and those through it stay as they are', () => {
    const made = plan(backendTls(), gateway(), httpRoute())
    expect(
      made.paths.flatMap(({ kind, scheme, serverName }) =>
        ['ClusterIP', 'Endpoint', 'HTTPRoute'].includes(kind) ? [[kind, scheme, serverName]] : [],
      ),
    ).toEqual([
      ['ClusterIP', 'https', 'toad.internal'],
      ['HTTPRoute', 'http', null],
      ['Endpoint', 'https', 'toad.internal'],
    ])
    expect(pathOf(made, 'ClusterIP').because.at(-1)).toBe(
      'BackendTLSPolicy/toad-tls spec.validation.hostname=toad.internal: the pods speak TLS by this name',
    )
  })

  it('has the name judged, and trust where the authority is one that systems have', () => {
    const common = { scheme: 'https', serverName: 'toad.internal' }
    expect(directTls(backendTls())).toEqual({ ...common, trust: true, names: [] })
    expect(directTls(backendTls(ca))).toEqual({ ...common, trust: false, names: ['toad.internal'] })
    const subjectAltNames = [
      { type: 'Hostname', hostname: 'a.internal' },
      { type: 'URI', uri: 'spiffe://toad' },
    ]
    expect(directTls(backendTls({ subjectAltNames }))).toEqual({ ...common, trust: false, names: ['a.internal'] })
  })

  it('that names the port comes before one for the whole Service, and the older one before the newer', () => {
    const named = (name: string, hostname: string, createdAt: string, ref = {}) =>
      backendTls({ hostname }, { name, createdAt }, ref)
    const [old, late] = [
      named('z', 'old.internal', '2026-01-01T00:00:00Z'),
      named('a', 'late.internal', '2026-02-01T00:00:00Z'),
    ]
    expect(directTls(late, old).serverName).toBe('old.internal')
    const port = named('m', 'port.internal', '2026-03-01T00:00:00Z', { sectionName: 'http' })
    expect(directTls(old, late, port).serverName).toBe('port.internal')
    expect(directTls(named('m', 'x.internal', '2026-03-01T00:00:00Z', { sectionName: 'web' })).scheme).toBe('http')
    expect(directTls(backendTls({}, { namespace: 'lake' })).scheme).toBe('http')
  })

  it('makes a port that does not speak HTTP one of TLS', () => {
    const redis = service({ ports: [{ name: 'redis', port: 6379 }] })
    const path = pathOf(planOf([redis, backendTls()], toad), 'ClusterIP')
    expect([path.scheme, path.serverName, tlsIn(path.checks[0])?.serverName]).toEqual([
      'tcp',
      'toad.internal',
      'toad.internal',
    ])
  })
})
