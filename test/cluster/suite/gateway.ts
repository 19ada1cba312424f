import { describe, expect, it } from 'vitest'
import type { Cluster } from '../cluster.ts'
import {
  backendTls,
  fromFen,
  gateway,
  gatewaySceneOf,
  gatewayService,
  HOST,
  httpRoute,
  listenerSet,
  ROUTES,
  redirecting,
  referenceGrant,
  SYSTEM,
  to,
  withHttp,
  withoutStatus,
} from '../gateway-scene.ts'
import { nsenter, run } from '../netns.ts'
import { TIMEOUT_MS } from '../scene.ts'
import { told } from '../told.ts'
import { CLIENT, GATEWAY } from '../world.ts'
import { GATEWAY_FAULTS, type GatewayRow } from './gateway-faults.ts'

/** The ways that are asked about, of each Service; the first two from everywhere. */
const KINDS = {
  toad: ['HTTPRoute', 'TCPRoute', 'ClusterIP', 'Endpoint'],
  newt: ['GRPCRoute', 'TLSRoute', 'ClusterIP', 'Endpoint'],
} as const

const HEALTHY: readonly GatewayRow[] = [
  { guarantee: 'HTTPRoute and TCPRoute lead to a Service' },
  { guarantee: 'GRPCRoute and TLSRoute lead to a Service', of: 'newt' },
  { guarantee: 'files without any status are no refusal', manifests: withoutStatus(gatewaySceneOf()) },
  {
    guarantee: 'a route of another namespace passes where it is granted',
    manifests: gatewaySceneOf({ routes: fromFen(), more: [referenceGrant()] }),
  },
  {
    guarantee: 'each match is asked by a request that it wins',
    manifests: gatewaySceneOf({
      routes: withHttp({
        rules: [
          { ...to('toad', 80), matches: [{ path: { type: 'Exact', value: '/leaf' }, method: 'PUT' }] },
          { ...to('toad', 80), matches: [{ headers: [{ name: 'X-Pond', value: 'a' }] }] },
          { ...to('toad', 80), matches: [{ queryParams: [{ name: 'pad', value: 'wide' }] }] },
          { matches: [{ path: { type: 'PathPrefix', value: '/' } }], filters: [] },
        ],
      }),
    }),
  },
  {
    guarantee: 'listeners of a ListenerSet lead in as well',
    manifests: gatewaySceneOf({
      gateway: gateway({ allowedListeners: { namespaces: { from: 'Same' } } }),
      routes: withHttp({ parent: { kind: 'ListenerSet', name: 'more', namespace: SYSTEM } }),
      more: [listenerSet(HOST)],
    }),
  },
  {
    guarantee: 'a redirect passes where it leads where the route says, with its status',
    manifests: gatewaySceneOf({ routes: redirecting(301) }),
  },
  {
    guarantee: 'node ports lead in while the load balancer of the Gateway has no address',
    manifests: gatewaySceneOf({ gateway: gateway({ addresses: [] }), gatewayService: gatewayService(null) }),
  },
  { guarantee: 'all of it is so from outside', from: 'outside' },
  {
    guarantee: 'a BackendTLSPolicy that fits the certificate of the pods',
    of: 'newt',
    manifests: gatewaySceneOf({
      routes: [httpRoute({ rules: [to('newt', 443)] }), ROUTES.grpc],
      more: [backendTls('newt.pond.svc')],
    }),
    told: { HTTPRoute: 'pass', TLSRoute: undefined },
  },
]

/** Asks the proxy in its own pod, so that nothing else is in the way. */
const askProxy = async (): Promise<string> => {
  const said = ['--output', '/dev/null', '--write-out', '%{http_code} %header{x-pod-name}\\n']
  const asked = [
    ...nsenter(GATEWAY.name),
    'curl',
    '--silent',
    ...said,
    '--header',
    `host: ${HOST}`,
    'http://127.0.0.1/',
  ]
  // Where nobody answers, curl fails; it says so by 000.
  return (await run(['sh', '-c', '"$@" || true', 'sh', ...asked])).trim()
}

export function gatewayTests(cluster: () => Cluster): void {
  const ask = async (row: GatewayRow) => {
    const {
      manifests = gatewaySceneOf(),
      certificate = { altNames: [HOST] },
      of = 'toad',
      from = 'inside',
      fault,
    } = row
    await cluster().issue('edge-tls', certificate)
    await cluster().apply(manifests)
    await fault?.(cluster().fault)
    const job = await cluster()[from].ask({
      target: { service: of, namespace: CLIENT.namespace, manifests },
      timeoutMs: TIMEOUT_MS,
      paths: { include: [...KINDS[of], ...Object.keys(row.told ?? {})] },
    })
    const kinds: readonly string[] = [
      ...(from === 'inside' ? KINDS[of] : KINDS[of].slice(0, 2)),
      ...Object.keys(row.told ?? {}),
    ]
    const shown = Object.entries(told(job)).filter(([kind]) => kinds.includes(kind))
    const sound = Object.fromEntries(kinds.map((kind) => [kind, 'pass']))
    if (row.answer !== undefined) {
      expect(await askProxy()).toBe(row.answer)
    }
    const [cause] = job.diagnosis.findings
    expect({ told: Object.fromEntries(shown), cause: cause && [cause.code, cause.layer] }).toEqual({
      told: { ...sound, ...row.told },
      cause: row.finding,
    })
  }
  describe('a Gateway', () => it.each(HEALTHY)('well: $guarantee', ask))
  describe('a Gateway out of order', () => it.each(GATEWAY_FAULTS)('$guarantee', ask))
}
