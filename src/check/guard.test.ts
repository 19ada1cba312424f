/** Whoever forgets to ask the policy before a dial is stopped by the guard: it is asked with what is really dialled. */
import { describe, expect, it } from 'vitest'
import { guardedDeps } from './guard.ts'
import type { DialOptions, Network, ResolveRequest } from './network.ts'
import { createOwnListeners, NOWHERE } from './own-listener.ts'
import { createPolicy } from './policy.ts'
import { createGate } from './try-limiter.ts'

const quiet = () => undefined
const signal = new AbortController().signal
const DIAL = { timeoutMs: 1000, signal, tls: null }
const HTTP = {
  ...DIAL,
  ...({ method: 'GET', target: '/', headers: { host: 'toad.example' }, body: null, httpVersion: '1.1' } as const),
  ...{ bodyLimitBytes: 1024, streamMs: null },
}

/** A network that tells what got through to it. */
function guardedNetwork(egressOnly?: readonly string[], ownDnsServers: readonly string[] = []) {
  const through: string[] = []
  const dial = async ({ address, port }: DialOptions) => {
    through.push(`${address}:${port}`)
    return null as never
  }
  const network: Network = {
    resolve: async ({ server }: ResolveRequest) => {
      through.push(`dns ${server}`)
      return null as never
    },
    lookup: null,
    ...{ tcp: dial, http: dial, grpc: dial, query: dial },
    cannotReach: () => null,
  }
  const deps = {
    network,
    policy: createPolicy({
      allow: [],
      deny: ['10.9.0.0/16'],
      own: createOwnListeners({ ...NOWHERE, publicUrl: 'https://portolan.example' }),
    }),
    ownDnsServers,
    clock: { now: () => 0, monotonic: () => 0, sleep: async () => undefined },
    gate: createGate({ total: 1, perAddress: 1 }),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  }
  return { network: guardedDeps(deps as never, egressOnly).network, through }
}

/** Asks in every way that there is. @returns the codes of the refusals; `null`: it went through. */
async function everyWay(network: Network, address: string, port: number) {
  const to = { address, port }
  const asked = { name: 'toad.example', type: 'A' } as const
  const made = await Promise.all([
    network.http({ ...HTTP, ...to }),
    network.tcp({ ...DIAL, ...to, steps: [], readLimitBytes: 1 }),
    network.grpc({ ...HTTP, ...to, call: { service: 's', method: 'm' } as never, service: '' }),
    network.query({ ...DIAL, ...to, ...asked, transport: 'udp', recursionDesired: true }),
    network.resolve({ ...asked, server: `${address}:${port}`, timeoutMs: 1, signal }),
  ])
  return made.map((one) => one?.failure?.code ?? null)
}

const BLOCKED = Array(5).fill('blocked_by_policy')
const THROUGH = Array(5).fill(null)

describe('whatever dials', () => {
  it.each([
    ['what the policy denies', undefined, '10.9.0.1', 80, BLOCKED],
    ['a metadata service', undefined, '169.254.169.254', 80, BLOCKED],
    ['what takes mail', undefined, '8.8.8.8', 25, BLOCKED],
    ['what its caller is kept from', ['10.1.0.0/16'], '10.2.0.1', 80, BLOCKED],
    ['what its caller may reach', ['10.2.0.0/16'], '10.2.0.1', 80, THROUGH],
    ['anything private', undefined, '10.2.0.1', 25, THROUGH],
  ])('is let through to %s, or not', async (_what, egressOnly, address, port, expected) => {
    const { network, through } = guardedNetwork(egressOnly)
    expect(await everyWay(network, address, port)).toEqual(expected)
    expect(through).toHaveLength(expected === THROUGH ? 5 : 0)
  })

  it('asks DNS servers of the operator for everybody, and of a caller who is narrowed those alone that it may reach', async () => {
    const { network, through } = guardedNetwork(['10.1.0.0/16'], ['10.9.0.53'])
    const ask = (server: string | null) =>
      network.resolve({ name: 'toad.example', type: 'A', server, timeoutMs: 1, signal })
    await Promise.all([null, '10.9.0.53', '10.1.0.53', '10.2.0.53', '10.9.0.54'].map(ask))
    expect(through).toEqual(['dns null', 'dns 10.9.0.53', 'dns 10.1.0.53'])
  })

  it.each([
    ['Host', { headers: { host: 'portolan.example' } }],
    ['Host, in the other scheme', { headers: { host: 'PORTOLAN.example.' }, tls: null }],
    ['SNI', { headers: { host: 'toad.example' }, tls: { serverName: 'portolan.example' } }],
  ])('does not ask a router for Portolan itself: %s', async (_what, over) => {
    const { network, through } = guardedNetwork()
    const { failure } = await network.http({ ...HTTP, address: '10.2.0.1', port: 443, ...(over as object) })
    expect([failure?.code, failure?.message, through]).toEqual([
      'blocked_by_policy',
      expect.stringMatching(/^(portolan|PORTOLAN)\.example\.? \(PORTOLAN_PUBLIC_URL\) is Portolan's own listener$/),
      [],
    ])
  })
})
