/** Certificates behind a Gateway, where the runtime shows them: on Workers such paths are skipped. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JobDocument } from '../../../src/report/job-document.ts'
import { type Authority, createAuthority } from '../../support/certificates.ts'
import { backendTls } from '../../support/gateway-manifests.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { read } from '../../support/read.ts'
import { keeper, serveHttp, type TestServer } from '../../support/servers.ts'

const { keep, closeAll } = keeper()
let api: TestPortolan
let authority: Authority
let backend: TestServer

beforeAll(async () => {
  api = await keep(startTestPortolan())
  authority = await createAuthority()
  const tls = await authority.issue({ altNames: ['toad.example.com'] })
  backend = await keep(serveHttp((_request, response) => response.writeHead(404).end(), { tls }))
})
afterAll(closeAll)

/** The outcome of the cluster IP, with what it failed by or the status. */
async function told(hostname: string, checks: unknown[] = []) {
  const service = {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'toad', namespace: 'pond' } },
    spec: { clusterIP: '127.0.0.1', ports: [{ name: 'web', port: backend.port }] },
  }
  const ca = {
    wellKnownCACertificates: undefined,
    caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'ca' }],
  }
  const { paths } = await read<JobDocument>(
    api.call('/v1/jobs?wait=20', {
      json: {
        target: { service: 'toad', manifests: [service, backendTls({ hostname, ...ca })] },
        ...{ checks, paths: { include: ['ClusterIP'] } },
      },
    }),
  )
  const [path] = paths.filter(({ kind }) => kind === 'ClusterIP')
  return [path?.outcome, path?.results[0]?.failure?.code ?? path?.results[0]?.http?.status]
}

it('judges ways past a Gateway by the name of a BackendTLSPolicy, and by an authority that the check names', async () => {
  const trusting = [{ type: 'http', name: 'own', tls: { caPem: authority.caPem }, expect: { validStatusCodes: [404] } }]
  expect(await told('toad.example.com')).toEqual(['pass', 404])
  expect(await told('toad.internal')).toEqual(['fail', 'certificate_name_mismatch'])
  expect(await told('toad.example.com', trusting)).toEqual(['pass', 404])
  expect(await told('toad.internal', trusting)).toEqual(['fail', 'certificate_name_mismatch'])
})
