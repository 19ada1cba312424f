import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/report/job-document.ts'
import { createAuthority } from '../support/certificates.ts'
import { gateway, http, httpRoute, https, routeOf } from '../support/gateway-manifests.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { keeper, serve, serveHttp, type TestServer } from '../support/servers.ts'

const { keep, closeAll } = keeper()
let portolan: TestPortolan
/** A Gateway that routes as the manifests say: by host, path, method and one header. */
let plain: TestServer
let secure: TestServer
let raw: TestServer

beforeAll(async () => {
  const authority = await createAuthority()
  const certificate = await authority.issue({ altNames: ['toad.example.com'] })
  const listener: Parameters<typeof serveHttp>[0] = ({ method, url, headers }, response) => {
    const isRouted =
      headers.host === 'toad.example.com' &&
      (url === '/pond' || (url === '/x?page=2' && method === 'POST' && headers['x-tenant'] === 'frog'))
    response.writeHead(isRouted ? 200 : 404).end()
  }
  ;[portolan, plain, secure, raw] = await Promise.all([
    startTestPortolan(),
    keep(serveHttp(listener)),
    keep(serveHttp(listener, { tls: certificate })),
    keep(serve((socket) => socket.end())),
  ])
}, 60_000)
afterAll(async () => {
  await portolan.close()
  await closeAll()
})

const toad = {
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'toad', namespace: 'pond' } },
  spec: {
    clusterIP: '10.96.0.7',
    ports: [
      { name: 'http', port: 80 },
      { name: 'redis', port: 6379 },
    ],
  },
}

async function job(manifests: unknown[], over: Record<string, unknown> = {}): Promise<JobDocument> {
  const answer = await portolan.call('/v1/jobs?wait=20', {
    json: { target: { service: 'toad', manifests: [toad, ...manifests] }, ...over },
  })
  return (await answer.json()) as JobDocument
}

const at = { addresses: [{ type: 'IPAddress', value: '127.0.0.1' }] }
const backendRefs = [{ name: 'toad', port: 80 }]
const matches = [
  { path: { type: 'PathPrefix', value: '/pond' } },
  {
    ...{ path: { type: 'Exact', value: '/x' }, method: 'POST' },
    headers: [{ name: 'X-Tenant', value: 'frog' }],
    queryParams: [{ name: 'page', value: '2' }],
  },
]

describe('routes of the Gateway API', () => {
  it('are asked for as their rules say, over each listener, at the address in the status', async () => {
    const { paths } = await job(
      [
        gateway({ listeners: [http({ port: plain.port }), https({ port: secure.port })] }, {}, at),
        httpRoute({ hostnames: ['toad.example.com'], rules: [{ matches, backendRefs }] }),
      ],
      { paths: { include: ['HTTPRoute'] } },
    )
    const tried = paths.filter(({ kind }) => kind === 'HTTPRoute')
    expect(
      tried.map(({ url, outcome, parent, match, results }) => ({
        ...{ url, outcome, parent: parent?.section, method: match?.method },
        told: results[0]?.http?.status ?? results[0]?.failure?.code,
      })),
    ).toEqual([
      { url: `http://toad.example.com:${plain.port}/pond`, outcome: 'pass', parent: 'http', method: null, told: 200 },
      {
        ...{ url: `https://toad.example.com:${secure.port}/pond`, outcome: 'fail', parent: 'https', method: null },
        told: 'certificate_untrusted',
      },
      {
        url: `http://toad.example.com:${plain.port}/x?page=2`,
        outcome: 'pass',
        parent: 'http',
        method: 'POST',
        told: 200,
      },
      {
        ...{
          url: `https://toad.example.com:${secure.port}/x?page=2`,
          outcome: 'fail',
          parent: 'https',
          method: 'POST',
        },
        told: 'certificate_untrusted',
      },
    ])
  })

  it('are chosen by parent and host, and a parent that is not there is refused with those that are', async () => {
    const manifests = [
      gateway({ listeners: [http({ port: plain.port })] }, {}, at),
      httpRoute({ hostnames: ['toad.example.com'], rules: [{ matches: matches.slice(0, 1), backendRefs }] }),
      gateway({ listeners: [{ name: 'tcp', port: raw.port, protocol: 'TCP' }] }, { name: 'wire' }, at),
      routeOf('TCPRoute', { parentRefs: [{ name: 'wire' }], rules: [{ backendRefs: [{ name: 'toad', port: 6379 }] }] }),
    ]
    const include = [
      { kind: 'HTTPRoute', parent: 'pond/edge', host: 'toad.example.com' },
      { kind: 'TCPRoute', parent: 'Gateway/pond/wire' },
    ]
    const { paths, verdict } = await job(manifests, { paths: { include } })
    expect([
      verdict,
      paths.flatMap(({ kind, outcome, skipped }) => (skipped === null ? [[kind, outcome]] : [])),
    ]).toEqual([
      'pass',
      [
        ['HTTPRoute', 'pass'],
        ['TCPRoute', 'pass'],
      ],
    ])
    const refused = await job(manifests, { expect: { reachable: [{ kind: 'HTTPRoute', parent: 'ege' }] } })
    expect(refused).toMatchObject({
      code: 'impossible_request',
      detail: 'No path has the parent ege. There are: Gateway/pond/edge, Gateway/pond/wire.',
    })
  })
})
