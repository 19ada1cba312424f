import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JobDocument } from '../../src/report/job-document.ts'
import { gateway, http, httpRoute } from '../support/gateway-manifests.ts'
import { service, slice } from '../support/manifests.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { type Pod, startPod } from '../support/toad.ts'

let portolan: TestPortolan
let toad: Pod
/** A Gateway that has not taken over the weights: all it gets goes to the other Service. */
let edge: Pod

beforeAll(async () => {
  ;[portolan, toad, edge] = await Promise.all([startTestPortolan(), startPod('toad-1'), startPod('frog-1')])
})
afterAll(() => Promise.all([portolan.close(), toad.close(), edge.close()]))

it('finds a Service that never gets its share, by all samples of a path, and fails no path by it', async () => {
  const backendRefs = [
    { name: 'toad', port: 80, weight: 3 },
    { name: 'frog', port: 80, weight: 7 },
  ]
  const manifests = [
    service({ ports: [{ name: 'http', port: 80, targetPort: toad.port }] }),
    slice([{ at: '127.0.0.1' }], { ports: [{ name: 'http', port: toad.port }] }),
    gateway({ listeners: [http({ port: edge.port })] }, {}, { addresses: [{ type: 'IPAddress', value: '127.0.0.1' }] }),
    httpRoute({ hostnames: ['toad.example.com'], rules: [{ backendRefs }] }),
  ]
  const asked = async (samples: number) => {
    const answer = await portolan.call('/v1/jobs?wait=20', {
      json: {
        target: { service: 'toad', namespace: 'pond', manifests },
        paths: { include: ['HTTPRoute', 'Endpoint'] },
        checks: [{ name: 'who', type: 'http', path: '/', responder: { header: 'x-pod-name' } }],
        samples,
      },
    })
    const { verdict, paths, diagnosis } = (await answer.json()) as JobDocument
    return [
      verdict,
      paths.flatMap(({ kind, outcome, expected }) => (outcome === 'pass' ? [`${kind} ${expected}`] : [])),
      diagnosis?.findings.flatMap(({ code, title }) => (code === 'share_not_kept' ? [title] : [])),
    ]
  }
  const paths = expect.arrayContaining(['Endpoint reachable', 'HTTPRoute unknown'])
  // 0.7 ** 19 = 0.0011, 0.7 ** 20 = 0.0008
  expect(await asked(19)).toEqual(['pass', paths, []])
  expect(await asked(20)).toEqual([
    'pass',
    paths,
    [`None of 20 answers on http://toad.example.com:${edge.port}/ came from pods of the Service, whose share is 30 %`],
  ])
})
