import fc from 'fast-check'
import { expect, it } from 'vitest'
import { OUTCOMES } from '../../src/check/result.ts'
import type { SeriesPoint } from '../../src/history/types.ts'
import { listHistory, type ResultFilter } from '../../src/store/history-results.ts'
import { SKETCH_ERROR } from '../../src/store/latency-sketch.ts'
import { readPoints } from '../../src/store/series.ts'
import { readServiceWindow } from '../../src/store/service-window.ts'
import { DAY, HOUR, pathOf, ran, type Try, toad } from '../support/history.ts'
import { allPages } from '../support/pages.ts'
import { NOW, REFUSED } from '../support/stored.ts'
import { opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const [A, B] = [pathOf('A'), pathOf('B', { kind: 'NodePort' })]

export function windowsContract(open: OpenStore): void {
  const store = opened(open)

  /** Five days of tries at odd times, on two paths and one that is skipped; the same every time. */
  async function fiveDays(): Promise<{ at: number; path: string; outcome: number; us: number }[]> {
    const random = generator(7)
    const made = []
    for (let day = 0; day < 5; day++) {
      for (let i = 0; i < 5; i++) {
        const atMs = NOW - (day + random()) * DAY
        const tries = [A, B].map(({ id }): Try & { us: number } => {
          const outcome = OUTCOMES[random() < 0.8 ? 0 : Math.floor(random() * 4)] ?? 'pass'
          const us = Math.ceil(random() * 1e6)
          const startedAtMs = Math.floor(atMs + random() * 1000)
          const failure = outcome === 'fail' ? { failure: REFUSED.failure ?? null } : {}
          const timings = {
            dnsMs: null,
            connectMs: 1,
            tlsMs: null,
            firstByteMs: us / 2000,
            downloadMs: 0,
            totalMs: us / 1000,
          }
          return { pathId: id, outcome, startedAtMs, timings, ...failure, us }
        })
        const skipped = pathOf('V', { skipped: { reason: 'vantage', detail: '' } })
        await ran(store(), { atMs: Math.floor(atMs), paths: [A, B, skipped], tries })
        for (const { pathId = '', outcome = 'pass', startedAtMs: at = 0, us } of tries) {
          made.push({ at, path: pathId, outcome: OUTCOMES.indexOf(outcome), us })
        }
        made.push({ at: Math.floor(atMs), path: skipped.id, outcome: 3, us: 0 })
      }
    }
    return made
  }

  it('adds up, for any window, to exactly what was recorded in it', async () => {
    const made = await fiveDays()
    const known = await toad(store())
    const near = fc.integer({ min: NOW - 6 * DAY, max: NOW + DAY })
    const far = fc.integer({ min: NOW - 40 * DAY, max: NOW + 40 * DAY })
    const edge = fc.oneof(near, far)
    const odd = fc.tuple(edge, fc.option(edge))
    const whole = fc.tuple(edge, edge).map(([a, b]) => [a - (a % HOUR), b - (b % HOUR)] as const)
    await fc.assert(
      fc.asyncProperty(fc.oneof(odd, whole), async ([a, b]) => {
        const [fromMs, toMs] = b === null ? [a, null] : [Math.min(a, b), Math.max(a, b)]
        const window = await readServiceWindow(store(), known, { fromMs, toMs }, NOW)
        const within = made.filter(({ at }) => at >= fromMs && at < (toMs ?? Number.POSITIVE_INFINITY))
        expect(window).toMatchObject({ fromMs, toMs: toMs ?? NOW, counts: countsOf(within) })
        for (const { path, counts } of window?.paths ?? []) {
          expect(counts).toEqual(countsOf(within.filter((one) => one.path === path.id)))
        }
        const passed = within.filter(({ outcome, path }) => outcome === 0 && path === A.id).map(({ us }) => us)
        const latency = window?.paths[0]?.latency
        expect(latency?.phases).toMatchObject({ connectMs: passed.length > 0 ? 1 : null, tlsMs: null })
        expectClose(latency?.p95Ms ?? null, passed, 0.95)
      }),
      { numRuns: 60, seed: 11 },
    )
  })

  it.each([10 * 60_000, HOUR, 6 * HOUR, DAY])('plots what was recorded, in steps of %i ms', async (stepMs) => {
    const made = await fiveDays()
    const known = await toad(store())
    const probed = made.filter(({ path, outcome }) => stepMs >= HOUR || path !== pathOf('V').id || outcome !== 3)
    for (const pathId of [null, A.id]) {
      const query = { pathId, fromMs: NOW - 5 * DAY - 1, toMs: NOW + 1, stepMs }
      const { points, stepMs: used } = await readPoints(store(), known, query)
      expect(used).toBe(stepMs)
      const wanted = pathId === null ? probed : probed.filter(({ path }) => path === pathId)
      for (const point of points) {
        const within = wanted.filter(({ at }) => at >= point.atMs && at < point.atMs + stepMs)
        expect(point).toMatchObject(countsOf(within))
        expectClose(
          point.p50Ms,
          within.filter(({ outcome }) => outcome === 0).map(({ us }) => us),
          0.5,
        )
      }
      expect(points.map(({ atMs }: SeriesPoint) => atMs)).toEqual(
        Array.from({ length: points.length }, (_, i) => Math.floor(query.fromMs / stepMs + i) * stepMs),
      )
      expect((points.at(-1)?.atMs ?? 0) + stepMs).toBeGreaterThanOrEqual(query.toMs)
    }
  })

  it('plots an Endpoint path as the one that all of its port and family are', async () => {
    const pods = ['E1', 'E2'].map((name) => pathOf(name, { kind: 'Endpoint' }))
    await ran(store(), { paths: pods })
    for (const stepMs of [60_000, HOUR]) {
      const query = { pathId: pods[0]?.id ?? '', fromMs: NOW, toMs: NOW + 1, stepMs }
      const { points } = await readPoints(store(), await toad(store()), query)
      expect(points).toMatchObject([{ atMs: NOW, pass: 2 }])
    }
  })

  it.each([
    ['uniform', (random: () => number) => 0.2 + random() * 2000],
    ['log-normal', (random: () => number) => Math.exp(2 + 1.2 * normal(random))],
    ['two peaks and a long tail', (random: () => number) => (random() < 0.9 ? 1 + random() : 200 / (1 - random()))],
  ])('tells percentiles within the stated error: %s', async (_, draw) => {
    const random = generator(42)
    const us = Array.from({ length: 2000 }, () => Math.max(1, Math.round(draw(random) * 1000)))
    const tries = us.map((one, i) => ({
      ...{ pathId: A.id, sample: i + 1, startedAtMs: NOW + (i % 3) * HOUR },
      timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, downloadMs: null, totalMs: one / 1000 },
    }))
    await ran(store(), { tries })
    const window = await readServiceWindow(store(), await toad(store()), { fromMs: NOW, toMs: null }, NOW)
    for (const latency of [window?.latency, window?.paths[0]?.latency]) {
      expectClose(latency?.p50Ms ?? null, us, 0.5)
      expectClose(latency?.p95Ms ?? null, us, 0.95)
      expectClose(latency?.p99Ms ?? null, us, 0.99)
    }
  })

  it('lists results by any filter, in pages that are complete, distinct and newest first', async () => {
    const made = await fiveDays()
    const known = await toad(store())
    const tried = made.filter(({ us }) => us > 0)
    const filters: [ResultFilter, (one: (typeof made)[number]) => boolean][] = [
      [{}, () => true],
      [{ pathId: A.id }, ({ path }) => path === A.id],
      [{ kind: 'NodePort' }, ({ path }) => path === B.id],
      [{ outcome: 'fail' }, ({ outcome }) => outcome === 1],
      [{ outcome: 'skipped', pathId: B.id }, ({ outcome, path }) => outcome === 3 && path === B.id],
      [{ check: 'default', vantage: 'in-cluster' }, () => true],
      [{ check: 'other' }, () => false],
      [{ vantage: 'edge' }, () => false],
      [{ fromMs: NOW - 3 * DAY, toMs: NOW - DAY }, ({ at }) => at >= NOW - 3 * DAY && at < NOW - DAY],
    ]
    for (const [filter, wanted] of filters) {
      const seen = await allPages(
        (before: { startedAtMs: number; seq: number } | null) =>
          listHistory(store(), known, filter, { limit: 17, before }),
        ({ result, seq }) => ({ startedAtMs: result.startedAtMs, seq }),
      )
      const at = tried.filter(wanted).map((one) => one.at)
      expect([filter, seen.map(({ result }) => result.startedAtMs)]).toEqual([filter, at.sort((a, b) => b - a)])
    }
  })

  it('lists tries that did not decide as such, and no controls', async () => {
    const tries: Try[] = [{ ...REFUSED, try: 1 }, { try: 2 }, { purpose: 'control', round: 2 }]
    const { results } = await ran(store(), { tries: tries.map((one) => ({ pathId: A.id, ...one })) })
    const page = await listHistory(store(), await toad(store()), {}, { limit: 9, before: null })
    expect(page.map(({ result, counted, vantage }) => [result, counted, vantage])).toEqual([
      [results[1], true, 'in-cluster'],
      [results[0], false, 'in-cluster'],
    ])
  })
}

const countsOf = (tries: readonly { outcome: number }[]) =>
  Object.fromEntries(OUTCOMES.map((name, i) => [name, tries.filter(({ outcome }) => outcome === i).length]))

function expectClose(ms: number | null, us: readonly number[], q: number): void {
  if (us.length === 0) {
    expect(ms).toBeNull()
    return
  }
  const exact = [...us].sort((a, b) => a - b)[Math.ceil(q * us.length) - 1] ?? 0
  // Half a microsecond on top: times are told in whole ones.
  expect(Math.abs((ms ?? 0) * 1000 - exact)).toBeLessThanOrEqual(exact * SKETCH_ERROR + 0.5)
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
