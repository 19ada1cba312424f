import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { UNBOUNDED } from '../../src/record/principal.ts'
import { retain } from '../../src/store/retention.ts'
import {
  countSessions,
  endSession,
  noteSessionSeen,
  type Opener,
  openSession,
  readSession,
} from '../../src/store/sessions.ts'
import { NOW } from '../support/stored.ts'
import { opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const HOUR = 3_600_000
const KEEP = { rawMs: 1, failuresMs: 1, hourlyMs: 1, dailyMs: 1, auditMs: 1 }
const BY_TOKEN: Opener = { tokenHash: 'of-the-token' }
const BY_ISSUER: Opener = {
  principal: {
    ...UNBOUNDED,
    id: 'jwt_toad',
    name: 'toad',
    scopes: new Set(['plan', 'jobs:read']),
    namespaces: ['shop'],
  },
  rules: 'of-then',
}

export function sessionsContract(open: OpenStore): void {
  const store = opened(open)
  const at = (nowMs: number) => ({ nowMs, idleSinceMs: nowMs - HOUR })
  const make = (hash: string, opener: Opener = BY_TOKEN, replacing: string | null = null) =>
    openSession(store(), hash, { opener, createdAtMs: NOW, expiresAtMs: NOW + 2 * HOUR }, replacing)
  const isOpen = async (hash: string, nowMs: number) => (await readSession(store(), hash, at(nowMs))) !== null

  it('keeps what has opened a session', async () => {
    await make('a')
    await make('b', BY_ISSUER)
    const times = { createdAtMs: NOW, seenAtMs: NOW, expiresAtMs: NOW + 2 * HOUR }
    expect(await readSession(store(), 'a', at(NOW))).toEqual({ opener: BY_TOKEN, ...times })
    expect(await readSession(store(), 'b', at(NOW))).toEqual({ opener: BY_ISSUER, ...times })
    expect(await readSession(store(), 'c', at(NOW))).toBe(null)
  })

  it('finds none that is idle or has expired, to the millisecond', async () => {
    await make('a')
    expect([await isOpen('a', NOW + HOUR - 1), await isOpen('a', NOW + HOUR)]).toEqual([true, false])
    await noteSessionSeen(store(), 'a', NOW + HOUR)
    await noteSessionSeen(store(), 'a', NOW + 2 * HOUR - 1)
    expect([await isOpen('a', NOW + 2 * HOUR - 1), await isOpen('a', NOW + 2 * HOUR)]).toEqual([true, false])
  })

  it('notes a use once a minute', async () => {
    await make('a')
    await noteSessionSeen(store(), 'a', NOW + 59_999)
    expect((await readSession(store(), 'a', at(NOW)))?.seenAtMs).toBe(NOW)
    await noteSessionSeen(store(), 'a', NOW + 60_000)
    expect((await readSession(store(), 'a', at(NOW)))?.seenAtMs).toBe(NOW + 60_000)
  })

  it('ends the session that a new one replaces, and the one that is ended, once', async () => {
    await make('a')
    await make('b', BY_TOKEN, 'a')
    expect([await isOpen('a', NOW), await isOpen('b', NOW)]).toEqual([false, true])
    expect([await endSession(store(), 'b'), await endSession(store(), 'b')]).toEqual([true, false])
  })

  it('counts those that are open, by token or by person', async () => {
    await make('a')
    await make('b')
    await make('c', { tokenHash: 'of-another' })
    await make('d', BY_ISSUER)
    await make('e', { ...BY_ISSUER, rules: 'of-now' })
    expect(await countSessions(store(), BY_TOKEN, at(NOW))).toBe(2)
    expect(await countSessions(store(), BY_ISSUER, at(NOW))).toBe(2)
    expect(await countSessions(store(), BY_TOKEN, at(NOW + HOUR))).toBe(0)
  })

  it('retention leaves none that has expired, and every other', async () => {
    await make('a')
    await make('b', BY_ISSUER)
    await openSession(store(), 'c', { opener: BY_TOKEN, createdAtMs: NOW, expiresAtMs: NOW + 3 * HOUR }, null)
    for (let done = false, steps = 0; !done && steps < 20; steps++) {
      done = (await retain(store(), KEEP, NOW + 2 * HOUR)).done
    }
    expect(await store().db.all(sql`select hash from sessions`)).toEqual([{ hash: 'c' }])
  })
}
