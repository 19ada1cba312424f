import { expect, it } from 'vitest'
import { opened } from '../../test/contract/opened.ts'
import { statementsOf } from '../../test/contract/recorded-statements.ts'
import { createManualClock } from '../../test/support/manual-clock.ts'
import { NOW } from '../../test/support/stored.ts'
import { newId } from '../lib/id.ts'
import type { StatusPage } from '../record/status-page.ts'
import { openMemorySqlite } from '../runtime/node/memory-sqlite.ts'
import type { Store } from '../store/db.ts'
import { insertStatusPage, updateStatusPage } from '../store/status-pages.ts'
import type { Deps } from './deps.ts'
import { forgetStatus, pageAt, statusOf } from './status-cache.ts'

const store = opened(async () => {
  const { store: own, close } = openMemorySqlite()
  return { store: own, close: async () => close() }
})
const PAGE: StatusPage = {
  ...{ id: newId('statusPage', NOW), version: 1, createdAtMs: NOW, updatedAtMs: NOW, createdBy: 'admin', slug: 'pond' },
  ...{ title: 'Pond', description: null, public: true, indexed: false },
  services: [{ cluster: 'default', namespace: 'pond', name: 'toad', title: 'Checkout' }],
}

const depsOf = (of: Store, clock = createManualClock(NOW), sharesAnswers = true) =>
  ({ store: of, clock, issuers: { sharesAnswers } }) as unknown as Deps
async function look(deps: Deps, slug = 'pond') {
  const page = await pageAt(deps, slug)
  return page && statusOf(deps, page)
}
const many = (deps: Deps, times: number, slug = 'pond') =>
  Promise.all(Array.from({ length: times }, () => look(deps, slug)))

it('asks the database once in half a minute, however many look, and at the same time', async () => {
  const clock = createManualClock(NOW)
  await insertStatusPage(store(), PAGE, null, 100)
  const once = await statementsOf(store(), (own) => look(depsOf(own, clock)))
  expect(once.length).toBeGreaterThan(5)
  expect(await statementsOf(store(), (own) => many(depsOf(own, clock), 1000))).toEqual([])
  clock.advance(29_999)
  expect(await statementsOf(store(), (own) => many(depsOf(own, clock), 1000))).toEqual([])
  clock.advance(1)
  expect(await statementsOf(store(), (own) => many(depsOf(own, clock), 1000))).toEqual(once)
  forgetStatus(store(), 'pond')
  expect(await statementsOf(store(), (own) => many(depsOf(own, clock), 1000))).toEqual(once)
})

it('asks once for an address at which there is nothing, and not at all for what can be none', async () => {
  const deps = (own: Store) => depsOf(own)
  expect(await statementsOf(store(), (own) => many(deps(own), 1000, 'nothing'))).toHaveLength(1)
  expect(await statementsOf(store(), (own) => many(deps(own), 1000, 'NOTHING'))).toEqual([])
})

it('where requests must not wait for each other, shows what is kept while one of them reads', async () => {
  const clock = createManualClock(NOW)
  await insertStatusPage(store(), PAGE, null, 100)
  const deps = depsOf(store(), clock, false)
  const before = await look(deps)
  await updateStatusPage(store(), PAGE.id, 1, { settings: { ...PAGE, title: 'Sea' }, updatedAtMs: NOW })
  clock.advance(30_000)
  const [first, second] = await many(deps, 2)
  // The one that reads has it new, at once; the other may have either
  expect([first?.document.title, [before?.document.title, 'Sea'].includes(second?.document.title)]).toEqual([
    'Sea',
    true,
  ])
  expect((await look(deps))?.document.title).toBe('Sea')
})

it('keeps nothing of what was read before it was changed', async () => {
  await insertStatusPage(store(), PAGE, null, 100)
  const deps = depsOf(store())
  const early = look(deps)
  await updateStatusPage(store(), PAGE.id, 1, { settings: { ...PAGE, title: 'Sea' }, updatedAtMs: NOW })
  forgetStatus(store(), 'pond')
  await early
  expect((await look(deps))?.document.title).toBe('Sea')
})

it('keeps no failure', async () => {
  await insertStatusPage(store(), PAGE, null, 100)
  const broken = {
    ...store(),
    db: new Proxy(store().db, {
      get: () => () => {
        throw new Error('locked')
      },
    }),
  }
  await expect(look(depsOf(broken))).rejects.toThrow('locked')
  expect((await look(depsOf(store())))?.document.title).toBe('Pond')
})

it('is old when its clock is set back', async () => {
  const clock = createManualClock(NOW)
  await insertStatusPage(store(), PAGE, null, 100)
  await look(depsOf(store(), clock))
  clock.set(NOW - 3_600_000)
  expect((await statementsOf(store(), (own) => look(depsOf(own, clock)))).length).toBeGreaterThan(5)
})
