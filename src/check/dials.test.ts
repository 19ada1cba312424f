import { describe, expect, it } from 'vitest'
import { aPlan, httpCheck, plannedPath, runPlan } from '../../test/support/checks.ts'
import type { Dials, PlannedPath } from '../plan/path.ts'
import { isAmong } from './dials.ts'
import { type HttpRequest, type Network, NO_TIMINGS } from './network.ts'

const NOTHING: Dials = { addresses: [], at: [], ranges: [], byName: [] }

describe('an address', () => {
  it.each<[string, Partial<Dials>, string, boolean]>([
    ['of the cluster', { addresses: ['10.96.0.7'] }, '10.96.0.7', true],
    ['at its port', { at: [{ address: '192.0.2.1', port: 80 }] }, '192.0.2.1', true],
    ['at another port', { at: [{ address: '192.0.2.1', port: 443 }] }, '192.0.2.1', false],
    ['of somebody else', { addresses: ['10.96.0.7'] }, '10.96.0.8', false],
    ['in another spelling', { addresses: ['fd00:10:96::7'] }, 'FD00:10:96:0:0:0:0:7', true],
    ['of IPv4 written as IPv6', { addresses: ['10.96.0.7'] }, '::ffff:10.96.0.7', true],
    ['that the operator names', { ranges: ['192.0.2.0/24'] }, '192.0.2.9', true],
    ['beside what the operator names', { ranges: ['192.0.2.0/24'] }, '192.0.3.9', false],
    ['whose IPv4 form the operator names', { ranges: ['::ffff:192.0.2.0/120'] }, '192.0.2.9', true],
    ['that carries what the operator does not name, by NAT64', { ranges: ['::/0'] }, '64:ff9b::10.0.0.5', false],
    ['that carries what the operator does not name, by 6to4', { ranges: ['2002::/16'] }, '2002:a00:5::1', false],
    ['that carries what the operator does not name, mapped', { ranges: ['::/0'] }, '::ffff:10.0.0.5', false],
    ['that carries what the operator names as well', { ranges: ['::/0', '10.0.0.0/8'] }, '64:ff9b::10.0.0.5', true],
    ['of a name that is vouched for', { byName: ['pth_1'] }, '203.0.113.9', true],
    ['of another name', { byName: ['pth_2'] }, '203.0.113.9', false],
  ])('%s', (_name, dials, address, expected) => {
    expect(isAmong({ ...NOTHING, ...dials }, { address, port: 80 }, 'pth_1')).toBe(expected)
  })
})

/** A network whose only name resolves as it is told, and whose servers answer as they are told. */
function network(addresses: readonly string[], location: string | null = null) {
  const dialled: string[] = []
  const never = () => Promise.reject(new Error('not part of this test'))
  const made: Network = {
    resolve: never,
    tcp: never,
    query: never,
    grpc: never,
    cannotReach: () => null,
    lookup: async () => ({
      addresses: addresses.map((address) => ({ address, family: 'IPv4' as const })),
      durationMs: 1,
      failure: null,
    }),
    async http({ address, port }: HttpRequest) {
      dialled.push(`${address}:${port}`)
      return {
        ...{ timings: { ...NO_TIMINGS, totalMs: 1 }, resolvedAddress: address, localAddress: null, tls: null },
        ...{ failure: null, headers: {}, body: new Uint8Array() },
        http: {
          ...{ status: location === null ? 200 : 302, version: '1.1', headers: {}, headerBytes: 0, location },
          ...{ bodyBytes: 0, bodySnippet: '', bodySha256: '' },
        },
      }
    },
  }
  return { made, dialled }
}

const byName = (over: Partial<PlannedPath> = {}) =>
  plannedPath({ kind: 'LoadBalancer', address: 'lb.example.com', family: null, ...over })

async function run(path: PlannedPath, dials: Dials, { made, dialled }: ReturnType<typeof network>) {
  const results = await runPlan({ ...aPlan([path]), dials }, { network: made })
  return {
    dialled,
    told: results.map(({ outcome, failure }) => [outcome, failure?.code ?? null, failure?.message ?? null]),
  }
}

describe('a job that nobody with a token asked for', () => {
  it('dials no address that its name leads to since it was planned', async () => {
    const dials = { ...NOTHING, addresses: ['10.96.0.7'] }
    const { dialled, told } = await run(byName(), dials, network(['10.96.0.7', '10.9.9.9']))
    expect([dialled, told.toSorted()]).toEqual([
      ['10.96.0.7:80'],
      [
        ['pass', null, null],
        ['skipped', 'blocked_by_policy', "10.9.9.9 is none of the cluster's own addresses (PORTOLAN_DISCOVER_EGRESS)"],
      ],
    ])
  })

  it('dials whatever a name resolves to that the cluster or the operator vouches for', async () => {
    const path = byName()
    const { dialled } = await run(path, { ...NOTHING, byName: [path.id] }, network(['10.9.9.9']))
    expect(dialled).toEqual(['10.9.9.9:80'])
  })

  it('follows no redirect to another host, not even from a name that is vouched for', async () => {
    const path = byName({ checks: [httpCheck({ followRedirects: true })] })
    const dials = { ...NOTHING, byName: [path.id] }
    const { dialled, told } = await run(path, dials, network(['10.9.9.9'], 'http://10.8.8.8/'))
    expect([dialled, told.map(([, code]) => code)]).toEqual([['10.9.9.9:80'], ['blocked_by_policy']])
  })
})
