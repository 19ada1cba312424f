import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { anyGiver, anyGrant, WORLD } from '../../test/support/grants.ts'
import { areAllIn, rangeOf } from '../lib/ip-forms.ts'
import { hasScope, isNarrowed, type Principal, type RateLimit, SCOPES, UNBOUNDED } from './principal.ts'
import { beyond, type Grant, holderOf, stateOf, type Token, tokensMost } from './token.ts'

const RUNS = 20_000
const FEWER_RUNS = 2_000

const tokenOf = (grant: Grant): Token => ({
  ...{ ...grant, id: 'tok_1', name: 'CI', prefix: 'pt_3vPz9', createdAtMs: 0, createdBy: 'giver' },
  ...{ lastUsedAtMs: null, lastUsedFrom: null, revokedAtMs: null },
})

/** Everything that somebody may do, as the rest of the code asks for it: one fact each. */
function powersOf(principal: Principal): Set<string> {
  const { namespaces, clusters, egressOnly, manifests, expiresAtMs, rateLimit } = principal
  const dials = (address: string) => egressOnly === null || areAllIn(ipaddr.parse(address), egressOnly.map(rangeOf))
  const limit = (name: keyof RateLimit) => rateLimit?.[name] ?? Number.POSITIVE_INFINITY
  return new Set([
    ...SCOPES.filter((scope) => hasScope(principal, scope)),
    ...[...WORLD.namespaces, 'another']
      .filter((name) => namespaces?.includes(name) ?? true)
      .map((n) => `namespace ${n}`),
    ...[...WORLD.clusters, 'another']
      .filter((name) => clusters?.includes(name) ?? true)
      .map((name) => `cluster ${name}`),
    ...[...WORLD.addresses, '2002:a01:203::'].filter(dials).map((address) => `dials ${address}`),
    ...(manifests || !isNarrowed(principal) ? ['manifests'] : []),
    ...[...WORLD.instants, 1e9]
      .filter((ms) => expiresAtMs === null || ms <= expiresAtMs)
      .map((ms) => `lasts until ${ms}`),
    ...(['requestsPerMinute', 'jobsUnderWay', 'triesPerMinute'] as const).flatMap((name) =>
      [...WORLD.limits, 1e9].filter((count) => count <= limit(name)).map((count) => `${name} ${count}`),
    ),
  ])
}

const isNoMore = (holder: Principal, giver: Principal): boolean =>
  powersOf(holder).difference(powersOf(giver)).size === 0

describe('what a token may be given', () => {
  it('is never more than its maker has, whatever is asked for', () => {
    let [given, refused] = [0, 0]
    fc.assert(
      fc.property(anyGiver, anyGrant, (giver, asked) => {
        const errors = beyond(giver, asked)
        if (errors.length > 0) {
          refused++
          return
        }
        given++
        expect([...powersOf(holderOf(tokenOf(asked))).difference(powersOf(giver))]).toEqual([])
      }),
      { numRuns: RUNS },
    )
    console.info(`${given} tokens given and ${refused} refused of ${given + refused} that were asked for`)
    expect(Math.min(given, refused)).toBeGreaterThan(50)
  })

  it('is all that its maker has: what is refused would be more', () => {
    fc.assert(
      fc.property(anyGiver, anyGrant, (giver, asked) => {
        if (isNoMore(holderOf(tokenOf(asked)), giver)) {
          // Ranges that only together cover another are not put together: they can be named one by one.
          expect(beyond(giver, asked).filter(({ pointer }) => pointer !== '/egressOnly')).toEqual([])
        }
      }),
      { numRuns: FEWER_RUNS },
    )
  })

  it('is no more for whoever is given it in turn', () => {
    fc.assert(
      fc.property(anyGiver, anyGrant, anyGrant, (giver, first, second) => {
        if (beyond(giver, first).length === 0 && beyond(holderOf(tokenOf(first)), second).length === 0) {
          expect(beyond(giver, second)).toEqual([])
        }
      }),
      { numRuns: RUNS },
    )
  })

  const bound: Principal = {
    ...{
      id: 'tok_0',
      scopes: new Set(['tokens:write', 'jobs:read'] as const),
      namespaces: ['shop'],
      clusters: ['east'],
    },
    ...{ manifests: false, egressOnly: ['10.1.0.0/16', 'fd00::/8'], expiresAtMs: Date.UTC(2027, 0, 1) },
    rateLimit: { requestsPerMinute: 60, jobsUnderWay: null, triesPerMinute: 10 },
  }
  const fits: Grant = {
    ...{
      scopes: ['jobs:read'],
      namespaces: ['shop'],
      clusters: ['east'],
      manifests: false,
      egressOnly: ['10.1.2.0/24'],
    },
    ...{ expiresAtMs: Date.UTC(2027, 0, 1), rateLimit: { requestsPerMinute: 60, jobsUnderWay: 5, triesPerMinute: 1 } },
  }

  it.each<[field: string, asked: Partial<Grant>, detail: string]>([
    ['scopes', { scopes: ['jobs:read', 'jobs:write', 'admin'] }, 'The caller does not have jobs:write, admin itself'],
    ['namespaces', { namespaces: null }, 'The caller does not reach every namespace, only shop: name them'],
    ['namespaces', { namespaces: ['shop', 'pond'] }, 'The caller does not reach namespace pond'],
    ['clusters', { clusters: null }, 'The caller does not reach every cluster, only east: name them'],
    ['clusters', { clusters: ['west'] }, 'The caller does not reach cluster west'],
    ['manifests', { manifests: true }, 'The caller may not send manifests itself: set it to false'],
    [
      'egressOnly',
      { egressOnly: null },
      'The caller dials only 10.1.0.0/16, fd00::/8: name ranges that each lie in one of those',
    ],
    [
      'egressOnly',
      { egressOnly: ['10.1.0.0/16', '10.0.0.0/15'] },
      'The caller dials only 10.1.0.0/16, fd00::/8: name ranges that each lie in one of those',
    ],
    ['expiresAt', { expiresAtMs: null }, 'The caller expires at 2027-01-01T00:00:00.000Z: set no later instant'],
    [
      'expiresAt',
      { expiresAtMs: Date.UTC(2027, 0, 1) + 1 },
      'The caller expires at 2027-01-01T00:00:00.000Z: set no later instant',
    ],
    [
      'rateLimit',
      { rateLimit: null },
      'The caller has requestsPerMinute at most 60 and triesPerMinute at most 10 itself: set no more than that',
    ],
    [
      'rateLimit',
      { rateLimit: { requestsPerMinute: 61, jobsUnderWay: null, triesPerMinute: 10 } },
      'The caller has requestsPerMinute at most 60 itself: set no more than that',
    ],
  ])('is refused where %s is beyond: %o', (field, asked, detail) => {
    expect(beyond(bound, fits)).toEqual([])
    expect(beyond(bound, { ...fits, ...asked })).toEqual([{ pointer: `/${field}`, detail }])
    expect(beyond({ ...UNBOUNDED, id: 'admin', scopes: 'all' }, { ...fits, ...asked })).toEqual([])
  })
})

it('a token is active until the instant at which it expires, and never again once it was revoked', () => {
  const at = (expiresAtMs: number | null, revokedAtMs: number | null) => stateOf({ expiresAtMs, revokedAtMs }, 1000)
  expect([at(null, null), at(1001, null), at(1000, null), at(null, 1), at(500, 1)]).toEqual([
    ...['active', 'active', 'expired', 'revoked', 'revoked'],
  ])
})

describe('how many tokens there may be', () => {
  const maker = (over: Partial<Principal>): Principal => ({ ...UNBOUNDED, id: 'maker', scopes: 'all', ...over })

  it.each([
    ['the first token', maker({}), 10_000],
    ['an admin', maker({ scopes: new Set(['admin']) }), 10_000],
    ['an admin of one namespace', maker({ scopes: new Set(['admin']), namespaces: ['shop'] }), 9_000],
    ['an admin of one cluster', maker({ scopes: new Set(['admin']), clusters: ['east'] }), 9_000],
    ['a maker of tokens', maker({ scopes: new Set(['tokens:write']) }), 9_000],
  ])('leaves room to %s, whatever others have made', (_, by, most) => {
    expect(tokensMost(by)).toBe(most)
  })
})
