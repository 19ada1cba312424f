import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/report/job-document.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { keeper, refusedPort, serveHttp } from '../support/servers.ts'

const { keep, closeAll } = keeper()
let portolan: TestPortolan

beforeAll(async () => {
  portolan = await startTestPortolan()
}, 60_000)
afterAll(async () => {
  await portolan.close()
  await closeAll()
})

const answering = (body: string, server: string) =>
  serveHttp((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', server })
    response.end(body)
  })

/** A Service whose cluster IP and endpoint are one server on loopback, and whose node port is another. */
const manifests = (own: number, node: number): Record<string, unknown>[] => [
  {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'toad', namespace: 'pond' } },
    spec: {
      ...{ type: 'NodePort', clusterIP: '127.0.0.1', clusterIPs: ['127.0.0.1'], selector: { app: 'toad' } },
      ports: [{ name: 'http', port: own, targetPort: own, nodePort: node }],
    },
  },
  {
    ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
    metadata: { name: 'toad-1', namespace: 'pond', labels: { 'kubernetes.io/service-name': 'toad' } },
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
    ports: [{ name: 'http', port: own }],
  },
]

async function job(own: number, node: number, over: Record<string, unknown> = {}): Promise<JobDocument> {
  const answer = await portolan.call('/v1/jobs?wait=20', {
    json: {
      target: { manifests: manifests(own, node) },
      addresses: { nodes: ['127.0.0.1'] },
      paths: { include: ['ClusterIP', 'NodePort', 'Endpoint'] },
      ...over,
    },
  })
  return (await answer.json()) as JobDocument
}

const controlsOf = ({ paths }: JobDocument) =>
  paths.flatMap(({ kind, results }) =>
    results
      .filter(({ purpose }) => purpose === 'control')
      .map(({ control, outcome }) => ({ of: kind, ...control, outcome })),
  )

describe('control probes', () => {
  it('show that another application answers by a node port, and are in no count', async () => {
    const toad = await keep(answering('the toad', 'pond/1'))
    const frog = await keep(answering('the frog', 'marsh/2'))
    const { verdict, summary, unmet, diagnosis, ...rest } = await job(toad.port, frog.port)
    expect({
      ...{ verdict, summary, unmet, status: diagnosis.status },
      found: diagnosis.findings.map(({ code, confidence }) => [code, confidence]),
    }).toEqual({
      ...{
        verdict: 'pass',
        summary: { pass: 3, fail: 0, error: 0, skipped: 2, leftOut: 5 },
        unmet: [],
        status: 'degraded',
      },
      found: [['wrong_responder', 'possible']],
    })
    const asked = controlsOf({ verdict, summary, unmet, diagnosis, ...rest })
    expect(asked.toSorted((a, b) => `${a.kind} ${a.nth}`.localeCompare(`${b.kind} ${b.nth}`))).toEqual(
      ['again', 'again', 'with_host', 'with_host'].map((kind, at) => ({
        ...{ of: 'NodePort', kind, nth: 1 + (at % 2), outcome: 'pass' },
        to: `127.0.0.1:${kind === 'again' ? frog.port : toad.port}`,
      })),
    )
    const tries = rest.paths.map(({ results }) => results.filter(({ purpose }) => purpose === 'check').length)
    expect(tries.filter((count) => count > 0)).toEqual([1, 1, 1])
  })

  it('make the job fail where one responder is asked for, and every report says why', async () => {
    const toad = await keep(answering('the toad', 'pond/1'))
    const frog = await keep(answering('the frog', 'marsh/2'))
    const { id, verdict, unmet } = await job(toad.port, frog.port, { expect: { sameResponder: true } })
    expect({ verdict, unmet }).toEqual({ verdict: 'fail', unmet: ['expect.sameResponder'] })
    for (const format of ['text', 'markdown', 'junit', 'tap']) {
      const report = await (await portolan.call(`/v1/jobs/${id}/report?format=${format}`)).text()
      expect(report.replace(/\s+/g, ' ')).toContain('expect.sameResponder does not allow')
    }
    const same = await job(toad.port, toad.port, { expect: { sameResponder: true } })
    expect({ verdict: same.verdict, controls: controlsOf(same) }).toEqual({ verdict: 'pass', controls: [] })
  })

  it('are asked for in the query, too, of a job that is posted as YAML', async () => {
    const toad = await keep(answering('the toad', 'pond/1'))
    const answer = await portolan.call('/v1/jobs?wait=20&sameResponder=true', {
      yaml: JSON.stringify(manifests(toad.port, toad.port)[0]),
    })
    expect(answer.status).toBe(200)
  })

  it('are not made where the time is up', async () => {
    const toad = await keep(answering('the toad', 'pond/1'))
    const silent = await keep(serveHttp(() => undefined))
    const { diagnosis, ...rest } = await job(toad.port, silent.port, { deadlineMs: 400 })
    expect(controlsOf({ diagnosis, ...rest })).toEqual([])
    expect(diagnosis.status).not.toBe('unknown')
  })

  it('are not made where everything is in order, nor where nothing is listened to', async () => {
    const toad = await keep(answering('the toad', 'pond/1'))
    expect(controlsOf(await job(toad.port, toad.port))).toEqual([])
    expect((await job(toad.port, await refusedPort())).verdict).toBe('fail')
  })
})
