import fc from 'fast-check'
import { expect, it } from 'vitest'
import { newId } from '../../src/lib/id.ts'
import { SYSTEM, UNBOUNDED } from '../../src/record/principal.ts'
import { beyond, type Grant } from '../../src/record/token.ts'
import { actingAs } from '../../src/store/db.ts'
import { type Retention, retain } from '../../src/store/retention.ts'
import {
  findTokenByHash,
  getToken,
  hasAdminToken,
  insertToken,
  listTokens,
  type NewToken,
  noteTokenUse,
  revokeToken,
} from '../../src/store/tokens.ts'
import { anyGiver, anyGrant } from '../support/grants.ts'
import { DAY } from '../support/history.ts'
import { NOW } from '../support/stored.ts'
import { opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const LIMIT = 200
const TOKENS = 80
const GIVERS = 120

const aToken = (over: Partial<NewToken> = {}): NewToken => {
  const id = newId('token', NOW)
  return {
    ...{ ...UNBOUNDED, id, hash: `hash of ${id}`, name: 'CI', prefix: 'pt_3vPz9', scopes: ['jobs:read'] },
    ...{ createdAtMs: NOW, createdBy: 'admin', ...over },
  }
}

export function tokensContract(open: OpenStore): void {
  const store = opened(open)
  const find = (hash: string) => findTokenByHash(store(), hash)

  it('finds a token by its hash alone, and gives nobody the hash', async () => {
    const { hash, ...token } = aToken({ scopes: ['plan', 'admin'], namespaces: ['shop'], egressOnly: ['10.0.0.0/8'] })
    await insertToken(store(), { ...token, hash }, null, LIMIT)
    const kept = { ...token, lastUsedAtMs: null, lastUsedFrom: null, revokedAtMs: null }
    expect([await find(hash), await getToken(store(), token.id)]).toEqual([kept, kept])
    expect([await find(hash.slice(1)), await find(''), await find('%')]).toEqual([null, null, null])
  })

  it('shows whoever asks the tokens that they could have made, and no other, in pages too', async () => {
    const grants = fc.sample(anyGrant, { numRuns: TOKENS, seed: 15 })
    const made = grants.map((grant, i) => aToken({ ...grant, createdAtMs: NOW + i }))
    for (const token of made) {
      await insertToken(store(), token, null, LIMIT)
    }
    let shown = 0
    for (const giver of fc.sample(anyGiver, { numRuns: GIVERS, seed: 15 })) {
      const as = actingAs(store(), giver)
      const expected = made.filter((token) => beyond(giver, token).length === 0).map(({ id }) => id)
      shown += expected.length
      const listed: string[] = []
      for (let before: { createdAtMs: number; id: string } | null = null; ; ) {
        const page = await listTokens(as, { limit: 7, before })
        listed.push(...page.map(({ id }) => id))
        const last = page.at(-1)
        if (page.length < 7 || last === undefined) {
          break
        }
        before = last
      }
      expect(listed).toEqual(expected.toReversed())
      const other = made.find(({ id }) => !expected.includes(id))
      expect(other && [await getToken(as, other.id), await revokeToken(as, other.id, NOW)]).toEqual(
        other && [null, null],
      )
    }
    expect(shown).toBeGreaterThan(TOKENS)
    expect(await listTokens(store(), { limit: 200, before: null })).toMatchObject(
      made.map(() => ({ revokedAtMs: null })),
    )
  })

  it('makes nothing that its maker does not have, and no more than there may be', async () => {
    const shop = actingAs(store(), { ...UNBOUNDED, id: 'tok_1', scopes: 'all', namespaces: ['shop'] })
    await expect(insertToken(shop, aToken(), null, LIMIT)).rejects.toMatchObject({
      code: 'forbidden',
      errors: [{ pointer: '/namespaces' }],
    })
    expect(await insertToken(shop, aToken({ namespaces: ['shop'] }), null, 1)).toMatchObject({ outcome: 'created' })
    expect(await insertToken(shop, aToken({ namespaces: ['shop'] }), null, 1)).toEqual({ outcome: 'full' })
  })

  it('notes the last use once a minute, from whichever process, and after a clock was set back', async () => {
    const token = aToken()
    await insertToken(store(), token, null, LIMIT)
    const used = async (atMs: number, from: string | null) => {
      await noteTokenUse(store(), token.id, { atMs, from })
      const found = await find(token.hash)
      return [found?.lastUsedAtMs, found?.lastUsedFrom]
    }
    expect(await used(NOW, '192.0.2.1')).toEqual([NOW, '192.0.2.1'])
    expect(await used(NOW + 59_999, '192.0.2.2')).toEqual([NOW, '192.0.2.1'])
    expect(await used(NOW + 60_000, null)).toEqual([NOW + 60_000, null])
    expect(await used(NOW + 1, '192.0.2.3')).toEqual([NOW + 60_000, null])
    expect(await used(NOW - DAY, '192.0.2.3')).toEqual([NOW - DAY, '192.0.2.3'])
  })

  it.each<[boolean, string, Partial<Grant>, (id: string) => Promise<unknown>]>([
    [true, 'in force', {}, async () => null],
    [true, 'that expires later', { expiresAtMs: NOW + 1 }, async () => null],
    [false, 'that has expired', { expiresAtMs: NOW }, async () => null],
    [false, 'that was revoked', {}, (id) => revokeToken(store(), id, NOW - 1)],
    [false, 'of some namespaces', { namespaces: ['shop'] }, async () => null],
    [false, 'of some clusters', { clusters: ['east'] }, async () => null],
    [false, 'of some addresses', { egressOnly: ['10.0.0.0/8'] }, async () => null],
    [false, 'without the scope admin', { scopes: ['tokens:write'] }, async () => null],
  ])('says %s to whether somebody may do everything with a token %s', async (expected, _name, over, then) => {
    const token = aToken({ scopes: ['admin'], ...over })
    await insertToken(store(), token, null, LIMIT)
    await then(token.id)
    expect(await hasAdminToken(store(), NOW)).toBe(expected)
  })

  it('forgets a token 90 days after it has ended, however it ended, and none before', async () => {
    const ends = { never: {}, expires: { expiresAtMs: NOW }, revoked: {}, both: { expiresAtMs: NOW + 80 * DAY } }
    for (const [name, over] of Object.entries(ends)) {
      const token = aToken({ name, ...over })
      await insertToken(store(), token, null, LIMIT)
      if (name === 'revoked' || name === 'both') {
        await revokeToken(store(), token.id, NOW)
      }
    }
    const keep: Retention = { rawMs: DAY, failuresMs: DAY, hourlyMs: DAY, dailyMs: DAY, auditMs: DAY }
    const left = async (nowMs: number) => {
      const system = actingAs(store(), SYSTEM)
      for (let isDone = false; !isDone; ) {
        isDone = (await retain(system, keep, nowMs)).done
      }
      return (await listTokens(system, { limit: 9, before: null })).map(({ name }) => name).toSorted()
    }
    expect(await left(NOW + 90 * DAY)).toEqual(['both', 'expires', 'never', 'revoked'])
    expect(await left(NOW + 90 * DAY + 1)).toEqual(['never'])
  })
}
