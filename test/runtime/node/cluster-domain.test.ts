import { expect, it } from 'vitest'
import { startDnsServer } from '../../support/dns-server.ts'
import { startTestPortolan } from '../../support/portolan.ts'
import { readJob } from '../../support/read.ts'
import { startPod, toadService } from '../../support/toad.ts'

it('short names are looked up in the cluster domain that the configuration names', async () => {
  const dns = await startDnsServer({ 'toad-svc.default.svc.k8s.example': { A: ['127.0.0.1'] } })
  const api = await startTestPortolan({
    PORTOLAN_CLUSTER_DOMAIN: 'k8s.example',
    PORTOLAN_DNS_SERVERS: dns.server,
  })
  const pod = await startPod('toad')
  const json = {
    target: { manifests: [toadService(pod.port, { ports: [{ port: pod.port }] })] },
    paths: { include: ['DNS'] },
  }
  const { paths } = await readJob(api.call('/v1/jobs?wait=20', { json }))
  expect(
    paths
      .filter(({ kind }) => kind === 'DNS')
      .map(({ url, outcome, results }) => [url, outcome, results.map(({ failure }) => failure?.code)]),
  ).toEqual([
    ['dns:toad-svc.default.svc.k8s.example?type=A', 'pass', [undefined]],
    ['dns:toad-svc.default?type=A', 'pass', [undefined]],
    ['dns:toad-svc.default.svc?type=A', 'pass', [undefined]],
    [`tcp://toad-svc.default.svc.k8s.example:${pod.port}`, 'pass', [undefined]],
  ])
  await Promise.all([api.close(), pod.close(), dns.close()])
})
