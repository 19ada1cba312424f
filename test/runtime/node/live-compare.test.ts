/** Comparisons of live objects: a real server reads an API server, and dials real listeners. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CompareDocument } from '../../../src/report/compare/document.ts'
import type { KubeObject } from '../../support/api-server.ts'
import { differencesOf, HOST, ingress, service } from '../../support/compare.ts'
import { gateway, gatewayClass, http, httpRoute } from '../../support/gateway-manifests.ts'
import { liveClusters } from '../../support/live-cluster.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { read, readProblem } from '../../support/read.ts'
import { keeper, serveHttp } from '../../support/servers.ts'

const live = liveClusters()
const { keep, closeAll } = keeper()
let api: TestPortolan

/** Both sides are at 127.0.0.1: by its class the Ingress is dialled at its own port. */
beforeAll(async () => {
  const old = await keep(serveHttp((_request, response) => response.setHeader('x-side', 'a').end('shop')))
  const other = await keep(serveHttp((_request, response) => response.end('shop')))
  const address = { addresses: [{ type: 'IPAddress', value: '127.0.0.1' }] }
  const rule = ingress('alb', ['/'])
  const objects = [
    ...['pond', 'edge'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    service,
    {
      ...rule,
      metadata: {
        ...rule.metadata,
        annotations: { 'alb.ingress.kubernetes.io/listen-ports': JSON.stringify([{ HTTP: old.port }]) },
      },
      status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
    },
    gatewayClass(),
    gateway(
      { listeners: [http({ port: other.port, allowedRoutes: { namespaces: { from: 'All' } } })] },
      { namespace: 'edge' },
      address,
    ),
    httpRoute({
      parentRefs: [{ name: 'edge', namespace: 'edge' }],
      hostnames: [HOST],
      rules: [{ backendRefs: [{ name: 'shop', port: 80 }] }],
    }),
  ]
  const server = await live.start({ hasGateway: true })
  server.objects.applyAll(objects as KubeObject[])
  const { source } = live.connect(server)
  api = await keep(startTestPortolan({ PORTOLAN_VANTAGE: 'outside' }, { clusterSource: source }))
})
afterAll(() => Promise.all([closeAll(), live.closeAll()]))

it.each(['', '&service=shop'])('reads what both sides need, and compares them: %j', async (about) => {
  const query = `left=Ingress/alb&right=HTTPRoute/toad&namespace=pond&wait=20${about}`
  const document = await read<CompareDocument>(api.call(`/v1/compare?${query}`, { method: 'POST' }))
  expect(document).toMatchObject({ verdict: 'fail', objects: { source: 'cluster', stale: false } })
  expect(differencesOf(document).map(({ field, left, right }) => [field, left, right])).toEqual([
    ['header x-side', 'a', null],
  ])
})

it('takes a Gateway for a side, which is read when planning asks for it', async () => {
  const query = 'left=Ingress/alb&right=Gateway/edge/edge&namespace=pond&wait=20&ignoreHeader=x-side'
  const document = await read<CompareDocument>(api.call(`/v1/compare?${query}`, { method: 'POST' }))
  expect([document.verdict, document.summary.alike]).toEqual(['pass', 1])
})

it('names the route that was meant', async () => {
  const response = await api.call('/v1/compare?left=Ingress/alb&right=HTTPRoute/taod&namespace=pond', {
    method: 'POST',
  })
  const { errors } = await readProblem(response)
  expect([response.status, errors[0]?.pointer, errors[0]?.detail]).toEqual([
    422,
    '?right',
    'There is no HTTPRoute/taod in namespace pond among the objects. Did you mean toad?',
  ])
})
