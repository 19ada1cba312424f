import { Resolver } from 'node:dns/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type DnsServer, startDnsServer, type Zone } from './dns-server.ts'

const ZONE: Zone = {
  'toad-svc.default.svc.cluster.local': { A: ['10.96.0.7'], ttl: 7 },
  '_http._tcp.toad-svc.default.svc.cluster.local': {
    SRV: [{ port: 80, target: 'toad-svc.default.svc.cluster.local' }],
  },
  'alias.example': { CNAME: 'toad-svc.default.svc.cluster.local' },
  'broken.example': { rcode: 'SERVFAIL' },
  'refused.example': { rcode: 'REFUSED' },
  'large.example': { A: ['10.0.0.1', '10.0.0.2'], truncateUdp: true },
}

describe('startDnsServer', () => {
  const servers: DnsServer[] = []
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())))
  const ask = async () => {
    const server = await startDnsServer(ZONE)
    servers.push(server)
    const resolver = new Resolver({ timeout: 1000, tries: 1 })
    resolver.setServers([server.server])
    return { server, resolver }
  }

  it('answers a real resolver with records, TTL and the CNAME followed', async () => {
    const { resolver } = await ask()
    expect(await resolver.resolve4('toad-svc.default.svc.cluster.local', { ttl: true })).toEqual([
      { address: '10.96.0.7', ttl: 7 },
    ])
    expect(await resolver.resolve4('ALIAS.example.')).toEqual(['10.96.0.7'])
    const services = await resolver.resolveSrv('_http._tcp.toad-svc.default.svc.cluster.local')
    // Node 24 names the type as well
    expect(services.map((service) => ({ ...service, type: 'SRV' }))).toEqual([
      { name: 'toad-svc.default.svc.cluster.local', port: 80, priority: 0, weight: 100, type: 'SRV' },
    ])
  })

  it.each([
    ['absent.example', 'ENOTFOUND'],
    ['_http._tcp.toad-svc.default.svc.cluster.local', 'ENODATA'],
    ['broken.example', 'ESERVFAIL'],
    ['refused.example', 'EREFUSED'],
  ])('answers %s so that the resolver says %s', async (name, code) => {
    const { resolver } = await ask()
    await expect(resolver.resolve4(name)).rejects.toMatchObject({ code })
  })

  it('answers over TCP what it truncated over UDP', async () => {
    const { server, resolver } = await ask()
    expect(await resolver.resolve4('large.example')).toEqual(['10.0.0.1', '10.0.0.2'])
    expect(server.queries.map((query) => query.transport)).toEqual(['udp', 'tcp'])
  })
})
