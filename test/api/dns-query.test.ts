import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { by } from '../contract/runtimes.ts'
import { type DnsServer, startDnsServer } from '../support/dns-server.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob, readProblem } from '../support/read.ts'

let api: TestPortolan
let dns: DnsServer
beforeAll(async () => {
  dns = await startDnsServer({
    'kubernetes.default.svc.cluster.local': { A: ['10.96.0.1'] },
    '1.0.0.127.in-addr.arpa': { rcode: 'REFUSED' },
  })
  api = await startTestPortolan()
})
afterAll(() => Promise.all([api.close(), dns.close()]))

const service = (metadata: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata,
  spec: {
    clusterIP: '127.0.0.1',
    clusterIPs: ['127.0.0.1'],
    selector: { 'k8s-app': 'kube-dns' },
    ports: [
      { name: 'dns', port: dns.port, protocol: 'UDP', targetPort: 1053 },
      { name: 'dns-tcp', port: dns.port, protocol: 'TCP', targetPort: 1053 },
    ],
  },
})

const KUBE_DNS = { name: 'kube-dns', namespace: 'kube-system' }

/** What became of each cluster IP path, and what the server answered. */
async function seen(metadata: Record<string, string>, more: Record<string, unknown> = {}) {
  const json = { target: { manifests: [service(metadata)] }, paths: { include: ['ClusterIP'] }, ...more }
  const { paths } = await readJob(api.call('/v1/jobs?wait=20', { json }))
  return paths
    .filter(({ kind }) => kind === 'ClusterIP')
    .map(({ port, outcome, skipped, results }) => {
      const [result] = results
      const { name, transport, rcode, answers } = result?.dns ?? {}
      const told = result?.failure ? [result.failure.code] : []
      return [
        port?.protocol,
        skipped?.reason ?? outcome,
        ...(result ? [transport, name, rcode, ...(answers ?? [])] : []),
        ...told,
      ]
    })
}

const overUdp = (...told: unknown[]) => by('udp', { node: ['UDP', ...told], workers: ['UDP', 'vantage'] })

describe('a DNS server', () => {
  it('that is the DNS of the cluster is a Service like any other, and must know the API server', async () => {
    const name = 'kubernetes.default.svc.cluster.local'
    expect(await seen(KUBE_DNS)).toEqual([
      overUdp('pass', 'udp', name, 'NOERROR', '10.96.0.1'),
      ['TCP', 'pass', 'tcp', name, 'NOERROR', '10.96.0.1'],
    ])
    const other = 'kubernetes.default.svc.pond.internal'
    expect(await seen(KUBE_DNS, { addresses: { clusterDomain: 'pond.internal' } })).toEqual([
      overUdp('fail', 'udp', other, 'NXDOMAIN', 'unexpected_rcode'),
      ['TCP', 'fail', 'tcp', other, 'NXDOMAIN', 'unexpected_rcode'],
    ])
  })

  it('of anybody else passes by any answer, with its code as evidence', async () => {
    const name = '1.0.0.127.in-addr.arpa'
    expect(await seen({ name: 'toad-dns', namespace: 'pond' })).toEqual([
      overUdp('pass', 'udp', name, 'REFUSED'),
      ['TCP', 'pass', 'tcp', name, 'REFUSED'],
    ])
  })

  it('is asked what a check wants, and judged by it', async () => {
    const check = {
      ...{ name: 'q', type: 'dnsQuery', queryName: 'kubernetes.default.svc.cluster.local', transportProtocol: 'tcp' },
      expect: { validateAnswerRrs: { failIfNoneMatchesRegexp: ['IN\\tA\\t10\\.96\\.0\\.9$'] } },
    }
    expect((await seen(KUBE_DNS, { checks: [check] }))[1]).toEqual([
      ...['TCP', 'fail', 'tcp', check.queryName, 'NOERROR', '10.96.0.1', 'unexpected_data'],
    ])
  })

  it('cannot be asked for what is no name, nor be held to what is no code', async () => {
    const checks = [
      { name: 'a', type: 'dnsQuery', queryName: 'a..b' },
      { name: 'b', type: 'dnsQuery', queryType: 'SOA' },
    ]
    const json = { target: { manifests: [service(KUBE_DNS)] }, checks }
    expect(await readProblem(api.call('/v1/jobs', { json }))).toMatchObject({
      errors: [{ pointer: '/checks/0/queryName' }, { pointer: '/checks/1/queryType' }],
    })
    const odd = [{ name: 'a', type: 'dnsQuery', expect: { rcode: ['NXDOMAINE'] } }]
    expect(await readProblem(api.call('/v1/jobs', { json: { ...json, checks: odd } }))).toMatchObject({
      errors: [{ pointer: '/checks/0/expect/rcode/0' }],
    })
  })
})
