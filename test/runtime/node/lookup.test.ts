/** getaddrinfo and what stands in for it where dead names hold its threads (trials of safety, "two getaddrinfo slots"). */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LookupRequest } from '../../../src/check/network.ts'
import { createLookup, resolveName } from '../../../src/runtime/node/dns.ts'
import { inHosts, lookUpBeside, searchOf } from '../../../src/runtime/node/system-names.ts'
import { type DnsServer, startDnsServer } from '../../support/dns-server.ts'

let dns: DnsServer
const folder = mkdtempSync(join(tmpdir(), 'portolan-names-'))
const files = { resolvConf: join(folder, 'resolv.conf'), hosts: join(folder, 'hosts') }
beforeAll(async () => {
  const dead = Array.from({ length: 20 }, (_, at) => [`n${at}.dead.example`, { silent: true }] as const)
  dns = await startDnsServer({
    ...Object.fromEntries(dead),
    'toad.pond.svc.cluster.local': { A: ['10.96.0.7'], AAAA: ['fd00::7'] },
    'healthy.example': { A: ['127.0.0.1'] },
  })
  writeFileSync(files.resolvConf, 'search pond.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n')
  writeFileSync(files.hosts, '127.0.0.1 localhost\n10.0.0.9\tfrog.example frog # not toad\nfd00::9 frog\n')
})
afterAll(() => dns.close())

const ask = (name: string, more: Partial<LookupRequest> = {}): LookupRequest => ({
  ...{ name, family: 'IPv4', timeoutMs: 5000, signal: new AbortController().signal },
  ...more,
})
const beside = (request: LookupRequest) => lookUpBeside(resolveName, request, files, [dns.server])
const addressesOf = async (...of: Parameters<typeof ask>) => {
  const { addresses, failure } = await beside(ask(...of))
  return failure?.code ?? addresses.map(({ address }) => address)
}

describe('a lookup that gets no turn', () => {
  it('is answered beside getaddrinfo: 20 names of a dead zone keep no healthy one waiting', async () => {
    let under = 0
    let most = 0
    // Each holds its thread for ever, as a resolver does that asks a dead server again and again
    const lookup = createLookup((name, _options, found) => {
      most = Math.max(most, ++under)
      if (!name.includes('dead')) {
        found(null, [{ address: '127.0.0.1', family: 4 }])
      }
    }, beside)
    const dead = Array.from({ length: 20 }, (_, at) => lookup(ask(`n${at}.dead.example`, { timeoutMs: 1200 })))
    const healthy = await lookup(ask('healthy.example', { timeoutMs: 1200 }))
    expect(healthy).toMatchObject({ failure: null, addresses: [{ address: '127.0.0.1', family: 'IPv4' }] })
    expect(healthy.durationMs).toBeLessThan(1200)
    const codes = (await Promise.all(dead)).map(({ failure }) => failure?.code)
    expect(codes).toEqual(Array(20).fill('dns_timeout'))
    expect(most).toBe(2)
  })

  it('is asked as applications ask: hosts file, search list, servers', async () => {
    expect(await addressesOf('frog')).toEqual(['10.0.0.9'])
    expect(await addressesOf('FROG.example.', { family: null })).toEqual(['10.0.0.9'])
    expect(await addressesOf('toad')).toEqual(['10.96.0.7'])
    expect(await addressesOf('toad.pond', { family: null })).toEqual(['10.96.0.7', 'fd00::7'])
    expect(await addressesOf('healthy.example')).toEqual(['127.0.0.1'])
    expect(await addressesOf('absent.example')).toBe('dns_not_found')
    expect(dns.queries.map(({ name }) => name)).toContain('absent.example.pond.svc.cluster.local')
  })
})

it('reads the last search line and ndots', () => {
  expect(searchOf('search a b\nsearch c. d\noptions timeout:1 ndots:3\n')).toEqual({ searchList: ['c', 'd'], ndots: 3 })
  expect(searchOf('nameserver 10.0.0.1\n')).toEqual({ searchList: [], ndots: 1 })
  expect(inHosts('::1 localhost\nnonsense toad\n', 'toad')).toEqual([])
})
