import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/report/job-document.ts'
import { createAuthority } from '../support/certificates.ts'
import { type DohServer, startDohServer } from '../support/doh-server.ts'
import { startOnWorkers, WORKERS_TOKEN, type WorkersPortolan } from '../support/portolan-on-workers.ts'
import { readJob } from '../support/read.ts'
import { serveHttp, type TestServer } from '../support/servers.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'
import { trustedAuthority } from '../support/wrangler.ts'

let worker: WorkersPortolan
let doh: DohServer
let pod: Pod
let secure: TestServer
let trusted: TestServer
let hidden: TestServer

const DAY_MS = 86_400_000

beforeAll(async () => {
  const [authority, known] = await Promise.all([createAuthority(), trustedAuthority()])
  const ok: RequestListener = (_request, response) => void response.end('ok')
  const certificate = await known.issue({ notAfterMs: Date.now() + 10 * DAY_MS })
  doh = await startDohServer({
    'toad.example': { A: ['127.0.0.1', '10.0.0.7'], ttl: 30 },
    'broken.example': { rcode: 'SERVFAIL' },
    'empty.example': {},
  })
  ;[worker, pod, secure, trusted, hidden] = await Promise.all([
    startOnWorkers({ PORTOLAN_DOH_URL: doh.url, TEST_VANTAGE: 'edge' }),
    startPod('toad'),
    serveHttp(ok, { tls: await authority.selfSigned() }),
    serveHttp(ok, { tls: certificate }),
    serveHttp(ok, { tls: { ...certificate, minVersion: 'TLSv1.3' } }),
  ])
})
afterAll(() => Promise.all([worker, doh, pod, secure, trusted, hidden].map((each) => each.close())))

async function run(json: Record<string, unknown>): Promise<JobDocument> {
  const response = await fetch(`${worker.url}/v1/jobs?wait=20`, {
    method: 'POST',
    headers: { authorization: `Bearer ${WORKERS_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ deadlineMs: 15_000, timeoutMs: 2000, ...json }),
  })
  return readJob(response)
}

const balanced = (hostname: string, port: number) => ({
  ...toadService(port),
  spec: { type: 'LoadBalancer', clusterIP: '10.96.0.7', ports: [{ name: 'http', port }] },
  status: { loadBalancer: { ingress: [{ hostname }] } },
})
const paths = { include: ['LoadBalancer'] }

describe('names at the edge', () => {
  it('are asked over HTTPS; an address that the edge cannot dial is no failure of the target', async () => {
    const job = await run({ target: { manifests: [balanced('toad.example', pod.port)] }, paths })
    const path = job.paths.find(({ kind }) => kind === 'LoadBalancer')
    const byAddress = Object.fromEntries(
      path?.results.map((r) => [r.resolvedAddress, [r.outcome, r.failure?.code]]) ?? [],
    )
    expect(byAddress['127.0.0.1']).toEqual(['pass', undefined])
    expect(path?.results.filter(({ outcome }) => outcome === 'skipped').map(({ failure }) => failure?.code)).toEqual([
      'network_unreachable',
    ])
    expect([job.vantage, path?.outcome]).toEqual(['edge', 'pass'])
    expect(doh.queries).toEqual(expect.arrayContaining(['toad.example A', 'toad.example AAAA']))
  })

  it.each([
    ['nowhere.example', 'dns_not_found'],
    ['broken.example', 'dns_server_failure'],
    ['empty.example', 'dns_no_data'],
  ])('%s fails with %s', async (hostname, code) => {
    const job = await run({ target: { manifests: [balanced(hostname, pod.port)] }, paths })
    const results = job.paths.flatMap((path) => path.results)
    expect(results.map(({ failure }) => failure?.code)).toEqual([code])
  })
})

it('dials an address that is not public where PORTOLAN_EGRESS_ALLOW has it, and no other', async () => {
  const ingress = [{ ip: '127.0.0.1' }, { ip: '10.0.0.7' }]
  const service = { ...balanced('', pod.port), status: { loadBalancer: { ingress } } }
  const job = await run({ target: { manifests: [service] }, paths })
  expect(job.paths.map(({ address, outcome, skipped }) => [address, outcome, skipped?.reason])).toEqual(
    expect.arrayContaining([
      ['127.0.0.1', 'pass', undefined],
      ['10.0.0.7', 'skipped', 'vantage'],
    ]),
  )
  expect([job.vantage, job.verdict]).toEqual(['edge', 'pass'])
})

it('does not dial port 25', async () => {
  const service = { ...balanced('', 25), status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } } }
  const job = await run({ target: { manifests: [service] }, paths })
  const path = job.paths.find(({ kind }) => kind === 'LoadBalancer')
  expect([path?.outcome, path?.skipped]).toEqual([
    'skipped',
    { reason: 'vantage', detail: 'connections to port 25 cannot be made from the edge' },
  ])
})

it('skips a path whose certificate would have to be left unverified, and keeps the certificate', async () => {
  const job = await run({
    target: { manifests: [toadService(secure.port)] },
    vantage: 'in-cluster',
    paths: { include: ['ClusterIP'] },
    checks: [
      { name: 'tls', type: 'http', scheme: 'https', tls: { insecureSkipVerify: true, serverName: 'toad.example' } },
    ],
  })
  const [path] = job.paths.filter(({ kind }) => kind === 'ClusterIP')
  expect([path?.outcome, path?.skipped?.reason]).toEqual(['skipped', 'vantage'])
  expect(path?.results[0]?.tls).toMatchObject({ subject: 'CN=toad.example', authorized: false })
  expect(job.verdict).toBe('inconclusive')
})

describe('minDaysToExpiry', () => {
  const judged = async (server: TestServer, minDaysToExpiry: number) => {
    const tls = { serverName: 'toad.example', minDaysToExpiry }
    const job = await run({
      target: { manifests: [toadService(server.port)] },
      ...{ vantage: 'in-cluster', paths: { include: ['ClusterIP'] } },
      checks: [{ name: 'tls', type: 'http', scheme: 'https', tls }],
    })
    const [path] = job.paths.filter(({ kind }) => kind === 'ClusterIP')
    return [job.verdict, path?.outcome, path?.skipped?.reason, path?.results[0]?.failure?.code]
  }

  it('is judged by the certificate that a second connection is shown', async () => {
    expect(await judged(trusted, 9)).toEqual(['pass', 'pass', undefined, undefined])
    expect(await judged(trusted, 11)).toEqual(['fail', 'fail', undefined, 'certificate_expires_soon'])
  })

  it('is no pass where no certificate can be seen', async () => {
    expect(await judged(hidden, 9)).toEqual(['inconclusive', 'skipped', 'vantage', 'certificate_not_seen'])
  })
})
