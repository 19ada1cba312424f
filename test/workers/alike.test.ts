import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JobDocument } from '../../src/report/job-document.ts'
import { createAuthority } from '../support/certificates.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { startOnWorkers, WORKERS_TOKEN, type WorkersPortolan } from '../support/portolan-on-workers.ts'
import { readJob, readPlan } from '../support/read.ts'
import { BEHAVIOURS, type Behaviour, refusedPort, serve, serveHttp, type TestServer } from '../support/servers.ts'

const DAY_MS = 86_400_000

let node: TestPortolan
let worker: WorkersPortolan
const servers: TestServer[] = []
/** By the name of the Service's port, which the check of the same name is for. */
const ports: Record<string, { port: number; check: Record<string, unknown> }> = {}

const HTTP = { type: 'http', scheme: 'http' }
const HTTPS = { type: 'http', scheme: 'https', tls: { serverName: 'toad.example' } }
const TCP = { type: 'tcp' }
const talk = (...queryResponse: object[]) => ({ type: 'tcp', queryResponse })

const keep = async (
  name: string,
  server: Promise<TestServer>,
  check: Record<string, unknown> = HTTP,
): Promise<void> => {
  const started = await server
  servers.push(started)
  ports[name] = { port: started.port, check }
}

const PLAIN = [
  ...(['silent', 'resetOnRequest', 'closeOnRequest', 'closeInHeader', 'closeInChunk'] as const),
  ...(['garbage', 'badHttp', 'upgrade', 'slowBody', 'endlessHeader', 'hugeHeader'] as const),
] satisfies Behaviour[]

beforeAll(async () => {
  ;[node, worker] = await Promise.all([startTestPortolan(), startOnWorkers({})])
  const authority = await createAuthority()
  const secure = async (certificate: ReturnType<typeof authority.issue>) =>
    serveHttp((_request, response) => void response.end('ok'), { tls: await certificate })
  await keep(
    'ok',
    serveHttp((_request, response) => void response.end('ok')),
  )
  await keep(
    'broken',
    serveHttp((_request, response) => void response.writeHead(503).end()),
  )
  ports.refused = { port: await refusedPort(), check: HTTP }
  ports['tcp-refused'] = { port: await refusedPort(), check: TCP }
  for (const name of PLAIN) {
    await keep(name.toLowerCase(), serve(BEHAVIOURS[name]))
  }
  await keep('expired', secure(authority.issue({ notAfterMs: Date.now() - DAY_MS / 2 })), HTTPS)
  await keep('future', secure(authority.issue({ notBeforeMs: Date.now() + DAY_MS })), HTTPS)
  await keep('other-name', secure(authority.issue({ altNames: ['frog.example'] })), HTTPS)
  await keep('self-signed', secure(authority.selfSigned()), HTTPS)
  await keep('no-tls', serve(BEHAVIOURS.garbage), HTTPS)
  await keep('tls-closed', serve(BEHAVIOURS.closeOnRequest), HTTPS)
  await keep('tcp', serve(BEHAVIOURS.silent), TCP)
  await keep(
    'talks',
    serve(BEHAVIOURS.echo),
    talk({ expect: '^220 (\\w+)' }, { send: 'is $1' }, { expect: '^is toad$' }),
  )
  await keep('other-talk', serve(BEHAVIOURS.echo), talk({ expect: '^550' }))
  await keep('no-talk', serve(BEHAVIOURS.silent), talk({ expect: '^220' }))
  await keep('talk-ends', serve(BEHAVIOURS.closeOnRequest), talk({ send: 'hello' }, { expect: '^220' }))
})
afterAll(() => Promise.all([node.close(), worker.close(), ...servers.map((server) => server.close())]))

const TYPES = ['http', 'tcp'] as const
type CheckType = (typeof TYPES)[number]
const ofType = (type: CheckType) => Object.entries(ports).filter(([, { check }]) => check.type === type)

const body = (type: CheckType) => ({
  target: {
    manifests: [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'toad-svc', namespace: 'default' },
        spec: {
          ...{ clusterIP: '127.0.0.1', clusterIPs: ['127.0.0.1'], ipFamilies: ['IPv4'], selector: { app: 'toad' } },
          ports: ofType(type).map(([name, { port }]) => ({ name, port, targetPort: port })),
        },
      },
    ],
  },
  paths: { include: ['ClusterIP'] },
  vantage: 'in-cluster',
  timeoutMs: 1500,
  deadlineMs: 60_000,
  samples: 2,
  checks: ofType(type).map(([name, { check }]) => ({ name, port: name, ...check })),
})

const onWorkers = (path: string, json: unknown) =>
  fetch(worker.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${WORKERS_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(json),
  })

const seen = (job: JobDocument) =>
  job.paths
    .filter(({ skipped }) => skipped === null)
    .map(({ id, port, outcome, results }) => ({
      ...{ id, port: port?.name, outcome },
      results: results
        .map(
          ({ sample, try: nth, outcome: of, failure }) => `${sample}.${nth} ${of} ${failure?.code} ${failure?.phase}`,
        )
        .toSorted(),
    }))

it.each(TYPES)('plans the same paths, with the same ids (%s)', async (type) => {
  const [here, there] = await Promise.all([
    readPlan(node.call('/v1/plan', { json: body(type) })),
    readPlan(onWorkers('/v1/plan', body(type))),
  ])
  expect(there).toEqual(here)
  expect(here.paths.filter(({ skipped }) => skipped === null)).toHaveLength(ofType(type).length)
})

it.each(TYPES)('finds the same outcomes and failure codes against the same servers (%s)', async (type) => {
  const here = await readJob(node.call('/v1/jobs?wait=60', { json: body(type) }))
  const accepted = await readJob(onWorkers('/v1/jobs', body(type)))
  let there = accepted
  while (there.status !== 'finished') {
    const answer = await fetch(`${worker.url}/v1/jobs/${accepted.id}?wait=20`, {
      headers: { authorization: `Bearer ${WORKERS_TOKEN}` },
    })
    there = await readJob(answer)
  }
  // The one difference (`handshake` in test/contract/runtimes.ts): a certificate with two faults
  const expected = seen(here).map((path) => ({
    ...path,
    results: path.results.map((line) =>
      path.port === 'other-name' ? line.replace('certificate_untrusted', 'certificate_name_mismatch') : line,
    ),
  }))
  expect(seen(there)).toEqual(expected)
  expect([there.verdict, there.summary]).toEqual([here.verdict, here.summary])
  expect(seen(here)).toHaveLength(ofType(type).length)
})
