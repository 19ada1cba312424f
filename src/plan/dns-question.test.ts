import { describe, expect, it } from 'vitest'
import { service } from '../../test/support/manifests.ts'
import { checkText, planOf } from '../../test/support/plan-text.ts'
import type { DnsQueryCheck } from './check.ts'

type Named = Parameters<typeof service>[1]

/** Lists what is asked at the cluster IP, or why nothing is asked. */
const askedAt = (ports: readonly object[], more: Parameters<typeof planOf>[1] = {}, meta: Named = {}): string[] =>
  planOf([service({ ports }, meta)], more).paths.flatMap(({ kind, skipped, checks }) =>
    kind === 'ClusterIP' ? [skipped?.reason ?? checks.map(checkText).join(', ')] : [],
  )

const OWN = '1.0.0.127.in-addr.arpa'
const UDP = `dnsQuery udp PTR ${OWN}`
const TCP = `dnsQuery tcp PTR ${OWN}`

const query = (over: Partial<DnsQueryCheck> = {}): DnsQueryCheck => ({
  type: 'dnsQuery',
  name: 'q',
  isDefault: false,
  port: null,
  queryName: 'toad.example',
  queryType: null,
  transportProtocol: null,
  recursionDesired: true,
  expect: null,
  ...over,
})

describe('the default check of a port', () => {
  it.each([
    [{ name: 'dns', port: 53, protocol: 'UDP' }, UDP],
    [{ name: 'dns-tcp', port: 53 }, TCP],
    [{ name: 'x', port: 53 }, TCP],
    [{ name: 'dns', port: 5353, protocol: 'UDP', targetPort: 1053 }, UDP],
    [{ name: 'udp-53', port: 10053, protocol: 'UDP' }, 'unprobeable'],
    [{ name: 'dns-udp', port: 10053, protocol: 'UDP' }, UDP],
    [{ name: 'domain', port: 10053 }, TCP],
    [{ name: 'x', port: 10053, appProtocol: 'dns' }, TCP],
    // Something around DNS, or something else
    [{ name: 'dns-over-tls', port: 853 }, 'tcp'],
    [{ name: 'dns-metrics', port: 9153 }, 'tcp'],
    [{ name: 'external-dns', port: 7979 }, 'tcp'],
    [{ name: 'dns-over-quic', port: 853, protocol: 'UDP' }, 'unprobeable'],
    [{ name: 'x', port: 53, appProtocol: 'example.com/tunnel' }, 'tcp'],
    [{ name: 'x', port: 53, protocol: 'SCTP' }, 'unprobeable'],
    [{ name: 'syslog', port: 514, protocol: 'UDP' }, 'unprobeable'],
  ])('%o is %s', (port, asked) => {
    expect(askedAt([port])).toEqual([asked])
  })

  it('on 53 is HTTP where the port says so', () => {
    expect(askedAt([{ name: 'http', port: 53 }])).toEqual([expect.stringContaining('http GET http://10.96.0.7:53/')])
  })

  it.each<[Named]>([
    [{ name: 'kube-dns', namespace: 'kube-system' }],
    [{ name: 'coredns', namespace: 'kube-system' }],
    [{ name: 'rke2-coredns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } }],
    [{ name: 'dns-default', namespace: 'openshift-dns' }],
  ])('demands the name of the API server from the DNS of the cluster: %o', (meta) => {
    const addresses = { clusterDomain: 'pond.internal' }
    expect(askedAt([{ name: 'dns', port: 53, protocol: 'UDP' }], { addresses }, meta)).toEqual([
      'dnsQuery udp A kubernetes.default.svc.pond.internal NOERROR',
    ])
  })

  it.each<[Named]>([
    [{ name: 'kube-dns', namespace: 'pond' }],
    [{ name: 'toad', namespace: 'pond', labels: { 'k8s-app': 'kube-dns' } }],
    [{ name: 'toad', namespace: 'kube-system' }],
  ])('demands nothing of any other server: %o', (meta) => {
    expect(askedAt([{ name: 'dns', port: 53, protocol: 'UDP' }], {}, meta)).toEqual([UDP])
  })
})

describe('a dnsQuery check', () => {
  const BOTH = [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53 },
    { name: 'web', port: 80 },
  ]
  const WEB = 'http GET http://10.96.0.7/'

  it('without a port is for all that speak DNS, each over its own protocol', () => {
    expect(askedAt(BOTH, { checks: [query()] })).toEqual([
      'q: dnsQuery udp A toad.example',
      'q: dnsQuery tcp A toad.example',
      WEB,
    ])
  })

  it('of one protocol leaves the other its default', () => {
    expect(askedAt(BOTH, { checks: [query({ transportProtocol: 'tcp', queryType: 'SOA' })] })).toEqual([
      UDP,
      'q: dnsQuery tcp SOA toad.example',
      WEB,
    ])
  })

  it('asks at a port that nothing says to be DNS, where it is named or no other is known', () => {
    const odd = [{ name: 'x', port: 5300, protocol: 'UDP' }]
    expect(askedAt(odd, { checks: [query({ port: 'x' })] })).toEqual(['q: dnsQuery udp A toad.example'])
    expect(askedAt(odd, { checks: [query()] })).toEqual(['q: dnsQuery udp A toad.example'])
  })

  it('without a name asks what the default asks, and demands what that does, unless it says otherwise', () => {
    const dns = { name: 'kube-dns', namespace: 'kube-system' }
    const ports = [{ name: 'dns', port: 53, protocol: 'UDP' }]
    const unnamed = query({ queryName: null })
    const question = 'q: dnsQuery udp A kubernetes.default.svc.cluster.local'
    expect(askedAt(ports, { checks: [unnamed] }, dns)).toEqual([`${question} NOERROR`])
  })

  it('of a protocol that its port has not is refused', () => {
    const checks = [query({ port: 'dns', transportProtocol: 'tcp' })]
    expect(() => askedAt(BOTH.slice(0, 1), { checks })).toThrow('Port dns is UDP: this dnsQuery check is for TCP.')
  })
})

describe('a prober that speaks no UDP', () => {
  it('skips its paths for where it stands, and asks over TCP', () => {
    const ports = [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53 },
      { name: 'syslog', port: 514, protocol: 'UDP' },
    ]
    const plan = planOf([service({ ports })], { prober: { unspoken: { udp: 'no UDP here' } } })
    expect(
      plan.paths.flatMap(({ kind, skipped }) =>
        kind === 'ClusterIP' ? [skipped && [skipped.reason, skipped.detail]] : [],
      ),
    ).toEqual([['vantage', 'no UDP here'], null, ['unprobeable', expect.any(String)]])
  })
})
