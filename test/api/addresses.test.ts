import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readPlan, readProblem } from '../support/read.ts'
import { toadService } from '../support/toad.ts'

let api: TestPortolan
beforeAll(async () => {
  api = await startTestPortolan({ PORTOLAN_EGRESS_DENY: '203.0.113.0/24' })
})
afterAll(() => api.close())

const asked = (addresses: Record<string, unknown>) => ({
  target: { manifests: [toadService(80)] },
  paths: { include: ['DNS'] },
  addresses,
})
const refusal = async (addresses: Record<string, unknown>, path = '/v1/plan') => {
  const { status, code, errors } = await readProblem(api.call(path, { json: asked(addresses) }))
  return { status, code, errors: errors.map(({ pointer, detail }) => [pointer, detail]) }
}

describe('addresses', () => {
  it('that are none are refused at once, each with its place and what it should be', async () => {
    const ip = 'Not an IP address or a host name; without scheme and port'
    expect(
      await refusal({
        nodes: ['10.0.0.11', 'http://10.0.0.12', '10.0.0.13:30123', '10.0.0.256'],
        loadBalancer: ['203.0.113.7', 'lb.example.com', 'lb example'],
        ingressController: ['[fd00::1]'],
        clusterDomain: 'cluster local',
        dnsServers: ['10.96.0.10', '[::1]:53', 'fd00::a', 'kube-dns.kube-system', '10.96.0.10:0'],
      }),
    ).toEqual({
      status: 400,
      code: 'invalid_request',
      errors: [
        ['/addresses/nodes/1', ip],
        ['/addresses/nodes/2', ip],
        ['/addresses/nodes/3', ip],
        ['/addresses/loadBalancer/2', ip],
        ['/addresses/ingressController/0', ip],
        ['/addresses/clusterDomain', 'Not a DNS name like cluster.local'],
        ['/addresses/dnsServers/3', 'Not ip or ip:port, like 10.96.0.10 or [fd00::a]:53'],
        ['/addresses/dnsServers/4', 'Not ip or ip:port, like 10.96.0.10 or [fd00::a]:53'],
      ],
    })
  })

  it('give the same names, and the same ids, whether the cluster domain ends with a dot or not', async () => {
    const pathsOf = async (clusterDomain: string) => {
      const { paths } = await readPlan(api.call('/v1/plan', { json: asked({ clusterDomain }) }))
      return paths.map(({ id, url }) => [id, url])
    }
    const paths = await pathsOf('k8s.example')
    expect(paths[0]).toEqual([expect.any(String), 'dns:toad-svc.default.svc.k8s.example?type=A'])
    expect(await pathsOf('k8s.example.')).toEqual(paths)
  })

  it.each(['/v1/plan', '/v1/jobs', '/v1/batches'])(
    'of DNS servers that may not be dialled are refused too: %s',
    async (path) => {
      expect(await refusal({ dnsServers: ['127.0.0.1:5353', '169.254.169.254:53', '203.0.113.9'] }, path)).toEqual({
        status: 422,
        code: 'impossible_request',
        errors: [
          [
            '/addresses/dnsServers/1',
            'The policy of this server forbids it: 169.254.169.254 is a cloud metadata service',
          ],
          [
            '/addresses/dnsServers/2',
            'The policy of this server forbids it: 203.0.113.9 is denied by the entry 203.0.113.0/24 of PORTOLAN_EGRESS_DENY',
          ],
        ],
      })
    },
  )
})
