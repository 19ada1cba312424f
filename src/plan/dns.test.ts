import { describe, expect, it } from 'vitest'
import { pod, service, slice } from '../../test/support/manifests.ts'
import { doubtsOf, linesOf, pathOf } from '../../test/support/plan-lines.ts'
import { planOf } from '../../test/support/plan-text.ts'

const FQDN = 'toad.pond.svc.cluster.local'
const recordsOf = (manifests: unknown[], asked: Parameters<typeof planOf>[1] = {}) =>
  planOf(manifests, asked).paths.flatMap(({ dns }) =>
    dns === null ? [] : [`${dns.how} ${dns.name} ${dns.type} ${dns.values?.join(' ') ?? 'anything'}`],
  )

describe('DNS of a Service with a cluster IP (A1, A9)', () => {
  it('is the record of each family, the short forms, SRV of named ports, and the name dialled', () => {
    const ports = [
      { name: 'http', port: 80 },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ]
    const clusterIPs = ['10.96.0.7', 'fd00:96::7']
    const plan = planOf([service({ clusterIPs, ports })])
    expect(linesOf(plan, 'DNS')).toEqual([
      `dns:${FQDN}?type=A`,
      `dns:${FQDN}?type=AAAA`,
      'dns:toad.pond?type=A',
      'dns:toad.pond.svc?type=A',
      `dns:_http._tcp.${FQDN}?type=SRV`,
      `dns:_dns._udp.${FQDN}?type=SRV`,
      `${FQDN}:80`,
      `${FQDN}:53`,
    ])
    expect(recordsOf([service({ clusterIPs, ports })])).toEqual([
      `resolve ${FQDN} A 10.96.0.7`,
      `resolve ${FQDN} AAAA fd00:96::7`,
      'lookup toad.pond A 10.96.0.7 fd00:96::7',
      'lookup toad.pond.svc A 10.96.0.7 fd00:96::7',
      `resolve _http._tcp.${FQDN} SRV 80 ${FQDN}`,
      `resolve _dns._udp.${FQDN} SRV 53 ${FQDN}`,
    ])
  })

  it('has no SRV for a port without a name', () => {
    expect(recordsOf([service({ ports: [{ port: 80 }] })]).some((record) => record.includes('SRV'))).toBe(false)
  })

  it('asks for the bare name only from within the namespace', () => {
    const bare = (namespace: string | null) =>
      recordsOf([service()], { prober: { namespace } }).includes('lookup toad A 10.96.0.7')
    expect([bare('pond'), bare('other'), bare(null)]).toEqual([true, false, false])
  })

  it('takes any answer while no address is given out, and does not promise the family', () => {
    const plan = planOf([service({ clusterIP: null })])
    expect(linesOf(plan, 'DNS').slice(0, 2)).toEqual([`dns:${FQDN}?type=A unknown`, 'dns:toad.pond?type=A'])
    expect(pathOf(plan, 'DNS').dns?.values).toBeNull()
  })

  it.each([
    [{ addresses: { clusterDomain: 'k8s.example' } }, 'toad.pond.svc.k8s.example', 'addresses.clusterDomain'],
    [
      { prober: { clusterDomain: 'corp.local' } },
      'toad.pond.svc.corp.local',
      "cluster domain of the prober's resolv.conf or settings",
    ],
    [{}, FQDN, 'cluster domain: the default, as nothing says otherwise'],
  ])('%#: the cluster domain is that of %s', (asked, name, because) => {
    const path = pathOf(planOf([service()], asked), 'DNS')
    expect([path.host, path.because[1]]).toEqual([name, because])
  })

  it('is asked from outside only where the caller names DNS servers; the addresses behind it are not dialled', () => {
    expect(
      linesOf(
        planOf([service({ ports: [{ port: 80 }] })], { vantage: 'outside', addresses: { dnsServers: ['10.96.0.10'] } }),
        'DNS',
      ),
    ).toEqual([`dns:${FQDN}?type=A`, 'dns:toad.pond?type=A', 'dns:toad.pond.svc?type=A', `${FQDN}:80 skipped vantage`])
  })

  it('sends the name as Host and SNI', () => {
    const path = pathOf(planOf([service({ ports: [{ name: 'https', port: 8443 }] })]), 'DNS', ({ dns }) => dns === null)
    expect(path).toMatchObject({
      host: FQDN,
      serverName: FQDN,
      checks: [{ host: `${FQDN}:8443`, tls: { serverName: FQDN, insecureSkipVerify: true } }],
    })
  })
})

describe('DNS of a headless Service (A2)', () => {
  const headless = (spec: Record<string, unknown> = {}) =>
    service({ clusterIP: 'None', ports: [{ name: 'db', port: 80, targetPort: 5432 }], ...spec })
  const db = { ports: [{ name: 'db', port: 5432 }] }

  it('is the addresses of the ready endpoints, dialled at the pods’ own port', () => {
    const manifests = [headless(), slice([{ at: '10.244.1.5' }, { at: '10.244.1.6', ready: false }], db)]
    expect(recordsOf(manifests)).toEqual([
      `resolve ${FQDN} A 10.244.1.5`,
      'lookup toad.pond A 10.244.1.5',
      'lookup toad.pond.svc A 10.244.1.5',
      `resolve _db._tcp.${FQDN} SRV anything`,
    ])
    expect(linesOf(planOf(manifests), 'DNS').at(-1)).toBe(`${FQDN}:5432`)
  })

  it('has a name for each pod that has a hostname, and then knows the SRV records', () => {
    const endpoints = [
      { at: '10.244.1.5', hostname: 'toad-0' },
      { at: '10.244.1.6', hostname: 'toad-1' },
    ]
    expect(recordsOf([headless(), slice(endpoints, db)]).slice(3)).toEqual([
      `resolve _db._tcp.${FQDN} SRV 5432 toad-0.${FQDN} 5432 toad-1.${FQDN}`,
      `resolve toad-0.${FQDN} A 10.244.1.5`,
      `resolve toad-1.${FQDN} A 10.244.1.6`,
    ])
  })

  it('has every address of an endpoint, although kube-proxy reads the first alone', () => {
    const endpoints = [{ addresses: ['192.0.2.4', '192.0.2.5'], hostname: 'toad-0' }]
    const manifests = [headless(), slice([], { ...db, endpoints })]
    expect(recordsOf(manifests)).toEqual([
      `resolve ${FQDN} A 192.0.2.4 192.0.2.5`,
      'lookup toad.pond A 192.0.2.4 192.0.2.5',
      'lookup toad.pond.svc A 192.0.2.4 192.0.2.5',
      `resolve _db._tcp.${FQDN} SRV 5432 toad-0.${FQDN}`,
      `resolve toad-0.${FQDN} A 192.0.2.4 192.0.2.5`,
    ])
    const plan = planOf(manifests)
    expect(pathOf(plan, 'DNS').because.slice(2)).toEqual([
      'EndpointSlice/toad-abc endpoints[0].addresses[0]',
      'EndpointSlice/toad-abc endpoints[0].addresses[1]',
    ])
    expect(linesOf(plan, 'Endpoint')).toEqual(['192.0.2.4:5432'])
  })

  it('takes hostnames from pods whose subdomain is the Service', () => {
    const spec = { hostname: 'toad-0', subdomain: 'toad' }
    expect(recordsOf([headless(), pod('toad-0', spec)]).at(-1)).toBe(`resolve toad-0.${FQDN} A 10.244.0.9`)
    expect(recordsOf([headless(), pod('toad-0', { ...spec, subdomain: 'other' })]).at(-1)).toContain('SRV anything')
  })

  it('has to resolve even while no endpoint is ready: that it does not is the failure', () => {
    const plan = planOf([headless(), slice([{ at: '10.244.1.5', ready: false }], db)])
    expect(pathOf(plan, 'DNS')).toMatchObject({ expected: 'reachable', dns: { values: null } })
  })

  it('does not promise a family that no endpoint has', () => {
    const plan = planOf([
      headless({ ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'PreferDualStack' }),
      slice([{ at: '10.244.1.5' }], db),
    ])
    expect(linesOf(plan, 'DNS').slice(0, 2)).toEqual([`dns:${FQDN}?type=A`, `dns:${FQDN}?type=AAAA unknown`])
  })

  it('is not dialled at a port that differs from pod to pod as if it had one', () => {
    const manifests = [
      headless({ ports: [{ name: 'http', port: 80, targetPort: 'web' }] }),
      slice([{ at: '10.244.1.5' }], { name: 'a', ports: [{ name: 'http', port: 8080 }] }),
      slice([{ at: '10.244.1.6' }], { name: 'b', ports: [{ name: 'http', port: 9090 }] }),
    ]
    const plan = planOf(manifests)
    expect(linesOf(plan, 'DNS').slice(-2)).toEqual([`${FQDN}:8080 unknown`, `${FQDN}:9090 unknown`])
    expect(doubtsOf(pathOf(plan, 'DNS', ({ address }) => address === FQDN)).at(-1)).toBe(
      'Service/toad spec.ports[0].targetPort: its number differs from pod to pod (8080, 9090), and a name has no port',
    )
  })

  it('waits for a pod that has the named port', () => {
    const plan = planOf([headless({ ports: [{ name: 'http', port: 80, targetPort: 'web' }] })])
    expect(pathOf(plan, 'DNS', ({ address }) => address === FQDN).skipped).toEqual({
      reason: 'pending',
      detail: 'targetPort "web" is a name that no pod among the objects has',
    })
  })

  it('may have no ports at all', () => {
    expect(linesOf(planOf([headless({ ports: [] }), slice([{ at: '10.244.1.5' }])]), 'DNS')).toEqual([
      `dns:${FQDN}?type=A`,
      'dns:toad.pond?type=A',
      'dns:toad.pond.svc?type=A',
    ])
  })

  it('without a selector has the endpoints that somebody wrote', () => {
    expect(recordsOf([headless({ selector: null }), slice([{ at: '192.0.2.4' }], db)])[0]).toBe(
      `resolve ${FQDN} A 192.0.2.4`,
    )
  })
})
