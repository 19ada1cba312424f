import { describe, expect, it } from 'vitest'
import { answerJob, type Reply, type World } from '../../../test/support/answering.ts'
import { service, slice } from '../../../test/support/manifests.ts'

/** The DNS of the cluster as the Service that is probed. */
const OBJECTS = [
  service(
    {
      clusterIP: '10.96.0.10',
      selector: { 'k8s-app': 'kube-dns' },
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 1053 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 1053 },
      ],
    },
    { name: 'kube-dns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
  ),
  slice(
    [
      { at: '10.244.1.5', node: 'node-1' },
      { at: '10.244.2.5', node: 'node-2' },
    ],
    {
      ...{ namespace: 'kube-system', service: 'kube-dns' },
      ports: [
        { name: 'dns', port: 1053, protocol: 'UDP' },
        { name: 'dns-tcp', port: 1053, protocol: 'TCP' },
      ],
    },
  ),
]

const OK: Reply = {}
const SILENT: Reply = { failure: 'udp_timeout' }
const isUdp = ({ path }: Parameters<World>[0]): boolean => path.scheme === 'udp'

const see = (world: World) =>
  answerJob(OBJECTS, world, { request: { target: { namespace: 'kube-system', service: 'kube-dns' } } })

describe('a Service that is a DNS server', () => {
  it.each<[string, World, string[]]>([
    ['is healthy', () => OK, []],
    ['is silent over UDP alone', (asked) => (isUdp(asked) ? SILENT : OK), ['dns_udp_dropped likely']],
    [
      'is silent over UDP, and its pods do not accept over TCP either',
      (asked) => (isUdp(asked) ? SILENT : asked.path.dns === null ? { failure: 'connect_timeout' } : OK),
      ['endpoints_silent possible', 'endpoints_silent possible'],
    ],
    [
      'answers at its pods, and not at its cluster IP',
      (asked) => (isUdp(asked) && asked.path.kind === 'ClusterIP' ? SILENT : OK),
      ['service_proxy_fails likely'],
    ],
    [
      'has one pod that is silent over UDP',
      (asked) => (isUdp(asked) && asked.path.address === '10.244.1.5' ? SILENT : OK),
      ['some_endpoints_fail likely'],
    ],
    [
      'has pods that listen on TCP alone',
      (asked) => (isUdp(asked) ? { failure: 'connection_refused' } : OK),
      ['nothing_listens likely'],
    ],
    [
      'does not know the API server',
      ({ path }) => (path.dns === null ? { failure: 'unexpected_rcode' } : OK),
      ['answer_unexpected likely', 'answer_unexpected likely'],
    ],
    [
      'answers other queries than those that it is asked',
      (asked) => (isUdp(asked) ? { failure: 'dns_answer_wrong_id' } : OK),
      ['answer_unexpected likely'],
    ],
  ])('%s', (_what, world, found) => {
    expect(see(world).found).toEqual(found)
  })

  it('is confirmed with the very query, over the very protocol', () => {
    const [finding] = see((asked) => (isUdp(asked) ? SILENT : OK)).diagnosis.findings
    expect(finding?.confirm).toBe(
      'dig @kube-dns.kube-system.svc.cluster.local -p 53 kubernetes.default.svc.cluster.local A',
    )
    const [unknown] = see(({ path }) =>
      path.scheme === 'tcp' && path.dns === null ? { failure: 'unexpected_rcode' } : OK,
    ).diagnosis.findings
    expect(unknown?.confirm).toContain('+tcp kubernetes.default.svc.cluster.local A')
  })
})
