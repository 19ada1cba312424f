import { expect, it } from 'vitest'
import type { Incident } from '../../src/history/types.ts'
import { listIncidents } from '../../src/store/incidents.ts'
import { aFinding, HOUR, pathOf, ran, type Try, toad } from '../support/history.ts'
import { allPages } from '../support/pages.ts'
import { NOW, REFUSED } from '../support/stored.ts'
import { opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const EVER = { fromMs: 0, toMs: null }
const [A, B] = [pathOf('A'), pathOf('B')]
const MINUTE = 60_000

export function incidentsContract(open: OpenStore): void {
  const store = opened(open)
  const runAt = (
    minutes: number,
    failing: readonly string[],
    findings = failing.length > 0 ? [aFinding(failing)] : [],
  ) =>
    ran(store(), {
      ...{ atMs: NOW + minutes * MINUTE, paths: [A, B], findings },
      tries: [A, B].map(({ id }): Try => ({ pathId: id, ...(failing.includes(id) ? REFUSED : {}) })),
    })
  const all = async (page = { limit: 50, before: null as { startedAtMs: number; id: string } | null }) =>
    listIncidents(store(), await toad(store()), EVER, page)
  const brief = ({ pathId, startedAtMs, endedAtMs, failures }: Incident) => [
    pathId?.slice(-1) ?? null,
    (startedAtMs - NOW) / MINUTE,
    endedAtMs === null ? null : (endedAtMs - NOW) / MINUTE,
    failures.connection_refused ?? 0,
  ]
  const briefly = async () => (await all()).map(brief).sort()

  it('begins when a path leaves pass and ends when it comes back, for the path and for the Service', async () => {
    await runAt(0, [])
    await runAt(1, [A.id])
    await runAt(2, [A.id])
    expect(await briefly()).toEqual([
      [null, 1, null, 2],
      ['A', 1, null, 2],
    ])
    await runAt(3, [])
    expect(await briefly()).toEqual([
      [null, 1, 3, 2],
      ['A', 1, 3, 2],
    ])
    const [incident] = (await all()).filter(({ pathId }) => pathId === A.id)
    expect(incident).toEqual({
      ...{ id: incident?.id, pathId: A.id, check: 'default', vantage: 'in-cluster' },
      ...{ startedAtMs: NOW + MINUTE, endedAtMs: NOW + 3 * MINUTE, failingMs: 2 * MINUTE },
      failures: { connection_refused: 2 },
      cause: {
        ...{ code: 'selector_matches_no_pods', layer: 'endpoints', confidence: 'certain' },
        title: 'The selector matches no pods',
      },
    })
  })

  it('begins with the first job where that finds a failure', async () => {
    await runAt(0, [A.id], [])
    expect(await briefly()).toEqual([
      [null, 0, null, 1],
      ['A', 0, null, 1],
    ])
    expect((await all()).map(({ cause }) => cause)).toEqual([null, null])
  })

  it('takes flaps within five minutes for one, and what comes later for another', async () => {
    for (const [minute, failing] of [
      [0, [A.id]],
      [1, []],
      [6, [A.id]],
      [7, []],
      [13, [A.id]],
    ] as const) {
      await runAt(minute, failing)
    }
    expect(await briefly()).toEqual([
      [null, 0, 7, 2],
      [null, 13, null, 1],
      ['A', 0, 7, 2],
      ['A', 13, null, 1],
    ])
  })

  it('tells how long it failed apart from how long it lasted, healthy minutes and all', async () => {
    for (const [minute, failing] of [
      [0, [A.id]],
      [1, []],
      [5, [A.id]],
    ] as const) {
      await runAt(minute, failing)
    }
    expect((await all()).map(({ failingMs }) => failingMs)).toEqual([null, null])
    await runAt(7, [])
    expect((await all()).map(({ startedAtMs, endedAtMs, failingMs }) => [startedAtMs, endedAtMs, failingMs])).toEqual([
      [NOW, NOW + 7 * MINUTE, 3 * MINUTE],
      [NOW, NOW + 7 * MINUTE, 3 * MINUTE],
    ])
  })

  it('tells a path that retires while it fails how long it failed', async () => {
    await runAt(0, [A.id])
    await ran(store(), { atMs: NOW + 4 * MINUTE, paths: [B] })
    expect((await all()).filter(({ pathId }) => pathId === A.id)).toMatchObject([
      { endedAtMs: NOW + 4 * MINUTE + 1000, failingMs: 4 * MINUTE + 1000 },
    ])
  })

  it('goes on for the Service while any path fails', async () => {
    await runAt(0, [A.id])
    await runAt(1, [A.id, B.id])
    await runAt(2, [B.id])
    await runAt(3, [])
    expect(await briefly()).toEqual([
      [null, 0, 3, 4],
      ['A', 0, 2, 2],
      ['B', 1, 3, 2],
    ])
  })

  it('is neither begun nor ended by an error of ours, or by what was not tested', async () => {
    const failure = { code: 'internal', phase: 'connect', source: 'internal', message: 'ours' } as const
    const other = (minute: number, outcome: 'error' | 'skipped') =>
      ran(store(), {
        ...{ atMs: NOW + minute * MINUTE, paths: [A] },
        tries: [{ ...REFUSED, pathId: A.id, outcome, failure }],
      })
    await other(0, 'error')
    await other(1, 'skipped')
    expect(await all()).toEqual([])
    await runAt(2, [A.id])
    await other(3, 'error')
    await other(4, 'skipped')
    expect(await briefly()).toEqual([
      [null, 2, null, 1],
      ['A', 2, null, 1],
    ])
  })

  it('is one for all Endpoint paths of a port, as long as one of them fails', async () => {
    const pods = ['E1', 'E2'].map((name) => pathOf(name, { kind: 'Endpoint' }))
    const run = (minute: number, failing: readonly boolean[]) =>
      ran(store(), {
        ...{ atMs: NOW + minute * MINUTE, paths: pods },
        tries: pods.map(({ id }, i): Try => ({ pathId: id, ...(failing[i] ? REFUSED : {}) })),
      })
    await run(0, [true, false])
    await run(1, [false, true])
    await run(2, [false, false])
    expect((await all()).map(({ pathId, ...rest }) => brief({ ...rest, pathId: pathId && 'E' })).sort()).toEqual([
      ...[
        [null, 0, 2, 2],
        ['E', 0, 2, 2],
      ],
    ])
  })

  it('is listed in pages, newest first, and by the time in which it was open', async () => {
    for (let hour = 0; hour < 6; hour++) {
      await runAt(hour * 60, [A.id, B.id])
      await runAt(hour * 60 + 10, [])
    }
    const pages = await allPages(
      (before: { startedAtMs: number; id: string } | null) => all({ limit: 4, before }),
      ({ startedAtMs, id }) => ({ startedAtMs, id }),
    )
    const seen = pages.map(({ id }) => id)
    expect(new Set(seen).size).toBe(18)
    expect(seen).toHaveLength(18)
    const within = async (fromMs: number, toMs: number | null) =>
      (await listIncidents(store(), await toad(store()), { fromMs, toMs }, { limit: 50, before: null })).length
    expect(await within(NOW + 5 * HOUR + 10 * MINUTE, null)).toBe(0)
    expect(await within(NOW + 5 * HOUR + 9 * MINUTE, null)).toBe(3)
    expect(await within(NOW + 9 * MINUTE, NOW + HOUR)).toBe(3)
  })
}
