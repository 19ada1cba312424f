import { expect, it } from 'vitest'
import { startDnsServer } from '../../support/dns-server.ts'
import { ingress, loadBalancerStatus } from '../../support/manifests.ts'
import { startTestPortolan } from '../../support/portolan.ts'
import { pathOf, readJob } from '../../support/read.ts'
import { startPod, toadService } from '../../support/toad.ts'

it('an Ingress without an address is asked from outside by the public DNS of its host', async () => {
  const pod = await startPod('controller', '127.0.0.3')
  const dns = await startDnsServer({ 'toad.example.com': { A: ['127.0.0.3'] } })
  const api = await startTestPortolan({ PORTOLAN_VANTAGE: 'outside' })
  const rule = ingress([{ to: 'toad-svc', port: 'http' }], {}, { namespace: 'default' }, loadBalancerStatus())
  const json = {
    target: { manifests: [toadService(80), rule] },
    addresses: { dnsServers: [dns.server], controllerPorts: { http: pod.port, https: 443 } },
    paths: { include: ['Ingress'] },
  }
  const path = pathOf(await readJob(api.call('/v1/jobs?wait=20', { json })), 'Ingress')
  expect(path).toMatchObject({ address: 'toad.example.com', expected: 'unknown', outcome: 'pass' })
  expect(path.results).toMatchObject([
    { resolvedAddress: '127.0.0.3', dns: { answers: ['127.0.0.3'] }, http: { status: 200 } },
  ])
  expect(pod.requests).toEqual(['GET / host=toad.example.com'])
  await Promise.all([api.close(), pod.close(), dns.close()])
})
