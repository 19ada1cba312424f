/** Each of these findings needs another question: it stands with answers that make it, and with answers that do not. */
import { describe, expect, it } from 'vitest'
import { answerJob, type Reply, type World } from '../../../test/support/answering.ts'
import {
  ingress,
  ingressClass,
  loadBalancerStatus,
  node,
  pod,
  service,
  slice,
} from '../../../test/support/manifests.ts'
import type { ControlKind } from '../../check/control.ts'
import { NO_TIMINGS } from '../../check/network.ts'

const PORT = { name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }
const ENDS = slice([
  { at: '10.244.1.5', node: 'node-1' },
  { at: '10.244.2.6', node: 'node-2' },
])
const NODES = [1, 2, 3, 4].map((n) => node(`node-${n}`, { InternalIP: `10.0.0.1${n}` }))
const KUBERNETES = service(
  { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], selector: null, ports: [{ name: 'https', port: 443 }] },
  { name: 'kubernetes', namespace: 'default' },
)
const DNS = [
  service(
    {
      clusterIP: '10.96.0.10',
      clusterIPs: ['10.96.0.10'],
      selector: { 'k8s-app': 'kube-dns' },
      ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
    },
    { name: 'kube-dns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
  ),
  slice([{ at: '10.244.3.2' }], {
    name: 'kube-dns-1',
    namespace: 'kube-system',
    service: 'kube-dns',
    ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
  }),
]
const CLUSTER = [service({ type: 'NodePort', ports: [PORT] }), ENDS, ...NODES, KUBERNETES, ...DNS]

const OK: Reply = { body: 'the toad' }
const SILENT: Reply = { failure: 'connect_timeout' }
const REFUSED: Reply = { failure: 'connection_refused' }
const UNANSWERED: Reply = { failure: 'dns_timeout' }

type Answers = Partial<Record<ControlKind, Reply>>
/** By kind of path; controls by theirs, silent where nothing is said. */
const by =
  (replies: Partial<Record<string, Reply>>, answers: Answers = {}): World =>
  ({ path, control }) => {
    if (control !== null) {
      return answers[control.kind] ?? SILENT
    }
    return replies[path.dns === null ? path.kind : 'name'] ?? replies.other ?? OK
  }

const told = (world: World, manifests: readonly unknown[] = CLUSTER, options: Parameters<typeof answerJob>[2] = {}) => {
  const { found, diagnosis, asked } = answerJob(manifests, world, options)
  return {
    first: found[0] ?? 'nothing',
    title: diagnosis.findings[0]?.title ?? '',
    asked: [...new Set(asked)],
    status: diagnosis.status,
  }
}

describe('this Service, or every one', () => {
  const dead = { ClusterIP: SILENT, DNS: SILENT }

  it('every cluster IP is dead where those of the API server and of DNS are', () => {
    expect(told(by(dead))).toMatchObject({
      first: 'cluster_ips_unreachable likely',
      asked: ['kubernetes_cluster_ip', 'dns_cluster_ip'],
    })
  })
  it('the cluster IP of the API server is no other than its own', () => {
    const target = { request: { target: { namespace: 'default', service: 'kubernetes' } } }
    const world = by({ ClusterIP: SILENT })
    expect(told(world, [KUBERNETES], target)).toMatchObject({ first: 'only_one_way_fails possible', asked: [] })
    expect(told(world, [KUBERNETES, ...DNS], target)).toMatchObject({
      first: 'cluster_ips_unreachable likely',
      asked: ['dns_cluster_ip'],
    })
  })
  it('one that refuses counts as dead as well: rules that reject', () => {
    expect(
      told(by({ ClusterIP: REFUSED, DNS: REFUSED }, { kubernetes_cluster_ip: REFUSED, dns_cluster_ip: REFUSED })).first,
    ).toBe('cluster_ips_unreachable likely')
  })
  it('this one alone where the others answer', () => {
    expect(told(by(dead, { kubernetes_cluster_ip: OK, dns_cluster_ip: OK })).first).toBe('service_proxy_fails likely')
  })
  it('pods of other nodes alone, where the API server answers and nothing else does', () => {
    const silent = { other: SILENT, name: UNANSWERED, DNS: UNANSWERED }
    const plain = [service(), ENDS, KUBERNETES, ...DNS]
    expect(told(by(silent, { kubernetes_cluster_ip: OK }), plain).first).toBe('traffic_between_nodes_lost possible')
    expect(told(by(silent), plain).first).toBe('prober_reaches_nothing likely')
  })
  it('nothing is concluded from what could not be asked', () => {
    expect(told(by(dead), CLUSTER, { deaf: true }).first).toBe('service_proxy_fails likely')
    expect(told(by(dead), CLUSTER.slice(0, 5)).asked).toEqual([])
  })
  it('nobody else is asked from outside', () => {
    expect(told(by({ other: SILENT }), CLUSTER, { vantage: 'outside' }).asked).toEqual([])
  })
})

describe("the cluster's DNS", () => {
  const names = { name: UNANSWERED, DNS: UNANSWERED }

  it.each<[string, Answers, string]>([
    [
      'drops UDP',
      { kubernetes_cluster_ip: OK, dns_cluster_ip: OK, dns_over_tcp: OK, dns_over_udp: UNANSWERED },
      'dns_udp_dropped likely',
    ],
    [
      'has pods that answer behind a dead address',
      { kubernetes_cluster_ip: OK, dns_over_udp: UNANSWERED, dns_pod: OK },
      'dns_cluster_ip_fails likely',
    ],
    [
      'is down',
      { kubernetes_cluster_ip: OK, dns_over_udp: UNANSWERED, dns_pod: UNANSWERED },
      'cluster_dns_fails likely',
    ],
  ])('%s', (_, answers, expected) => {
    expect(told(by(names, answers)).first).toBe(expected)
  })
})

describe('endpoints that refuse', () => {
  const pods = [
    pod(
      'toad-1',
      { containers: [{ name: 'toad', ports: [{ containerPort: 9090 }, { containerPort: 8080 }] }] },
      { ip: '10.244.1.5' },
    ),
  ]
  const only = [
    service({ ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
    slice([{ at: '10.244.1.5', node: 'node-1', pod: 'toad-1' }]),
    ...pods,
  ]

  it('are named with the port that the pod declares and that answers', () => {
    const { first, title, asked } = told(by({ other: REFUSED }, { declared_port: OK }), only)
    expect({ first, title, asked }).toEqual({
      first: 'nothing_listens likely',
      title: 'The endpoint refuses connections on port 8080, and port 9090 takes them',
      asked: ['declared_port'],
    })
  })
  it('are told as before where no other port answers', () => {
    expect(told(by({ other: REFUSED }, { declared_port: REFUSED }), only).title).toBe(
      'The endpoint refuses connections on port 8080',
    )
  })
})

describe('packets', () => {
  const timed = (connectMs: number): Reply => ({ ...OK, timings: { ...NO_TIMINGS, connectMs, totalMs: connectMs + 5 } })

  it('are lost at the prober where attempts to connect come a second time, wherever they go', () => {
    const lossy: World = ({ path, sample }) =>
      path.kind === 'Endpoint' && sample === 1
        ? timed(1012)
        : path.kind === 'NodePort' && sample === 2
          ? timed(3031)
          : path.kind === 'ClusterIP' && sample === 3
            ? SILENT
            : timed(2)
    expect(told(lossy, CLUSTER, { samples: 4 }).first).toBe('packet_loss likely')
  })
  it('are not, where one address alone is slow, or the application is', () => {
    const one: World = ({ path }) => (path.address === '10.244.1.5' ? timed(1010) : timed(2))
    expect(told(one, CLUSTER, { samples: 4 }).first).toBe('nothing')
    const slow: World = () => ({ ...OK, timings: { ...NO_TIMINGS, connectMs: 1, firstByteMs: 3000, totalMs: 3001 } })
    expect(told(slow, CLUSTER, { samples: 4 }).first).toBe('nothing')
  })

  const stalls: Reply = { failure: 'body_timeout', phase: 'body', status: 200, body: 'x'.repeat(1300) }
  it('of full size are dropped where a short question is answered and a long one is not', () => {
    expect(
      told(by({ other: stalls }, { small_answer: OK, large_request: { failure: 'response_timeout' } })).first,
    ).toBe('mtu_too_small likely')
    const far: World = ({ path, control }) =>
      control?.kind === 'small_answer'
        ? OK
        : control !== null
          ? { failure: 'response_timeout' }
          : path.node === 'node-2'
            ? stalls
            : OK
    expect(told(far).first).toBe('mtu_too_small likely')
  })
  it('of full size arrive where both are answered: the body stalls', () => {
    expect(told(by({ other: stalls }, { small_answer: OK, large_request: OK })).first).toBe('body_stalls likely')
  })
  it('of any size do not arrive where neither is answered: the application hangs', () => {
    const hangs: Reply = { failure: 'response_timeout' }
    expect(told(by({ other: hangs }, { small_answer: hangs, large_request: hangs })).first).toBe(
      'application_hangs likely',
    )
  })
})

describe('ways that come back to where they began', () => {
  it('are lost without hairpin, where the prober is one of the endpoints', () => {
    const itself: World = ({ path, sample }) => ({
      ...((path.kind === 'ClusterIP' || path.kind === 'DNS') && sample === 2 ? SILENT : OK),
      localAddress: '10.244.1.5',
    })
    expect(told(itself, CLUSTER, { samples: 3 }).first).toBe('hairpin_missing likely')
  })
  it('are not hairpins where the prober is another pod', () => {
    const other: World = ({ path, sample }) =>
      (path.kind === 'ClusterIP' || path.kind === 'DNS') && sample === 2 ? SILENT : OK
    expect(told(other, CLUSTER, { samples: 3 }).first).toBe('fails_now_and_then likely')
  })
  it('are lost without masquerade, where pods of all nodes answer the prober and nodes do not hand on', () => {
    const world: World = ({ path }) =>
      path.kind === 'NodePort' && ['node-3', 'node-4'].includes(path.node ?? '') ? SILENT : OK
    expect(told(world).first).toBe('masquerade_missing likely')
    const one: World = ({ path }) => (path.kind === 'NodePort' && path.node === 'node-3' ? SILENT : OK)
    expect(told(one).first).toBe('node_port_fails_on_some_nodes likely')
  })
})

describe('the name of the Service', () => {
  const seenAs = (lookup: string[], answers = ['10.96.0.7']) => ({
    ...{
      server: null,
      name: 'toad.pond.svc.cluster.local',
      type: 'A' as const,
      rcode: 'NOERROR',
      answers,
      cname: null,
      ttl: 5,
      lookup,
    },
  })
  const world =
    (lookup: string[]): World =>
    ({ path }) =>
      path.dns === null ? OK : { dns: seenAs(lookup) }

  it('means something else to applications on the prober: a hosts file', () => {
    expect(told(world(['192.0.2.9']))).toMatchObject({ first: 'hosts_file_overrides likely', status: 'degraded' })
  })
  it.each([
    ['the same', ['10.96.0.7']],
    ['nothing', []],
    ['the other family', ['fd00::7']],
  ])('means %s to them: nothing is told', (_, lookup) => {
    expect(told(world(lookup)).first).toBe('nothing')
  })
})

describe('session affinity', () => {
  const kept = [service({ sessionAffinity: 'ClientIP', ports: [{ name: 'http', port: 80, targetPort: 8080 }] }), ENDS]
  const world =
    (pods: string[]): World =>
    ({ path, sample }) => ({
      ...OK,
      responder:
        path.kind === 'Endpoint' ? (path.address === '10.244.1.5' ? 'toad-1' : 'toad-2') : (pods[sample - 1] ?? null),
    })

  it('is not kept where one client reaches several pods', () => {
    expect(told(world(['toad-1', 'toad-2', 'toad-1']), kept, { samples: 3 })).toMatchObject({
      first: 'affinity_not_kept likely',
      status: 'degraded',
    })
  })
  it('is kept, is not asked for, or was not seen often enough', () => {
    expect(told(world(['toad-1', 'toad-1', 'toad-1']), kept, { samples: 3 }).first).toBe('nothing')
    expect(told(world(['toad-1', 'toad-2']), kept, { samples: 2 }).first).toBe('nothing')
    expect(told(world(['toad-1', 'toad-2', 'toad-1']), CLUSTER, { samples: 3 }).first).toBe('nothing')
  })
})

describe('a load balancer before nodes of which some have no endpoint', () => {
  const local = [
    service(
      { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 31999, ports: [PORT] },
      {},
      loadBalancerStatus({ ip: '203.0.113.73', ipMode: 'Proxy' }),
    ),
    slice([{ at: '10.244.1.5', node: 'node-1' }]),
    ...NODES,
    ingress([{}], {}),
    ingressClass('nginx', 'k8s.io/ingress-nginx'),
  ]
  it('sends to them as well, and does not ask their health', () => {
    const world: World = ({ path, control, sample }) => {
      if (control !== null) {
        return path.node === 'node-1' ? OK : { status: 503, failure: 'unexpected_status' }
      }
      if (path.kind === 'LoadBalancer') {
        return sample === 1 ? OK : SILENT
      }
      return path.kind === 'NodePort' && path.node !== 'node-1' ? SILENT : OK
    }
    const { first, asked } = told(world, local, { samples: 3 })
    expect([first, asked]).toEqual(['load_balancer_ignores_health likely', ['health_check_node_port']])
  })
})
