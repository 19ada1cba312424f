import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { OUTCOMES } from '../../src/check/result.ts'
import { serviceNow, stateNow, watchedOf } from '../../src/history/now.ts'
import type { SeriesState } from '../../src/history/types.ts'
import { vantageAt } from '../../src/plan/path.ts'
import type { Store } from '../../src/store/db.ts'
import { retain } from '../../src/store/retention.ts'
import { listServices, readPaths, readService } from '../../src/store/services.ts'
import { aFinding, DAY, HOUR, KEEP, pathOf, ran, type Try, toad } from '../support/history.ts'
import { NOW, REFUSED } from '../support/stored.ts'
import { opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const POD = { kind: 'Endpoint' } as const
const PATHS = [
  pathOf('A'),
  pathOf('B', { kind: 'NodePort' }),
  pathOf('E1', POD),
  pathOf('E2', { ...POD, address: '10.0.0.2' }),
]
const EVER = { fromMs: 0, toMs: null }
const FIRST = { limit: 50, after: null }

/** How it is now as `src/history/now.ts` tells, from all that is known of its paths and of the whole. */
async function toldNow(store: Store) {
  const wholes = await store.db.all<Omit<SeriesState, 'state'> & { state: number | null; outcome: number }>(sql`
    select check_name "check", vantage, state, since_ms "sinceMs", last_at_ms "lastAtMs", last_outcome outcome
    from series where whole_no is null and service_no is not null and last_at_ms is not null`)
  const whole = stateNow(
    wholes.map((row) => ({
      ...row,
      state: row.state === null ? null : row.state === 0 ? ('pass' as const) : ('fail' as const),
      lastOutcome: OUTCOMES[row.outcome] ?? 'error',
    })),
  )
  const failing = (await readPaths(store, await toad(store)))
    // Those that stand for a group have no address.
    .filter(({ path, retiredAtMs }) => retiredAtMs === null && path.expected !== 'unknown' && path.address !== null)
    .flatMap(({ states }) =>
      watchedOf(states).flatMap(({ state, sinceMs }) => (state === 'fail' ? (sinceMs ?? []) : [])),
    )
  return serviceNow(whole, failing.length === 0 ? null : Math.min(...failing))
}

/** A job: how long after the one before, from where, and what becomes of each path; `out`: it is left out, `gone`: not planned. */
const step = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 1, max: HOUR }), fc.integer({ min: DAY, max: 4 * DAY })),
  late: fc.boolean(),
  outside: fc.boolean(),
  paths: fc.array(fc.constantFrom('pass', 'fail', 'error', 'skipped', 'out', 'gone', 'unknown'), {
    minLength: 4,
    maxLength: 4,
  }),
})

export function serviceStatesContract(open: OpenStore): void {
  const store = opened(open)
  const head = async () => {
    const [one] = await listServices(store(), {}, EVER, FIRST)
    return one
  }

  it('keeps the state of a Service as it is told from all its paths, whatever jobs find in whatever order', async () => {
    let atMs = NOW
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        for (const { afterMs, late, outside, paths } of steps) {
          atMs += afterMs
          // One that was made before others have ended, and ends after them.
          await runStep(store(), late ? atMs - 2 * afterMs : atMs, outside, paths)
          const { state, sinceMs } = (await head()) ?? { state: null, sinceMs: null }
          expect({ state, sinceMs }).toEqual(await toldNow(store()))
        }
      }),
      { numRuns: 25, seed: 17 },
    )
  })

  it('keeps it when retention takes away what failed', async () => {
    const job = { vantage: vantageAt('outside') }
    await ran(store(), { job, paths: PATHS, tries: [{ pathId: PATHS[0]?.id ?? '' }, ...failing('E1')] })
    // Planned still, and not looked at, nor from there at all.
    const out = PATHS.map((path) => (path.kind === 'Endpoint' ? { ...path, skipped: LEFT_OUT } : path))
    await ran(store(), { atMs: NOW + 200 * DAY, paths: out, tries: [{ pathId: PATHS[0]?.id ?? '' }] })
    expect((await head())?.state).toBe('fail')
    for (let done = false; !done; ) {
      done = (await retain(store(), KEEP, NOW + 200 * DAY)).done
    }
    const { state, sinceMs } = (await head()) ?? {}
    expect({ state, sinceMs }).toEqual({ state: 'pass', sinceMs: NOW + 200 * DAY })
    expect({ state, sinceMs }).toEqual(await toldNow(store()))
  })

  const first = async () => {
    const service = await readService(store(), await toad(store()), EVER)
    const [finding] = service?.diagnosis?.findings ?? []
    return [(await head())?.cause?.title ?? null, service?.cause?.title ?? null, finding?.title ?? null]
  }

  it('tells why it fails by the first finding of now, and nothing of one that passes', async () => {
    const [A, B] = PATHS
    const because = (path: typeof A, title: string) => aFinding([path?.id ?? ''], { title, code: 'stale_endpoints' })
    await ran(store(), {
      ...{ atMs: NOW, paths: PATHS.slice(0, 2), tries: [...failing('A'), ...failing('B')] },
      findings: [because(A, 'the one'), because(B, 'the other')],
    })
    expect(await first()).toEqual(['the one', 'the one', 'the one'])
    expect((await head())?.cause).toEqual({
      ...{ code: 'stale_endpoints', layer: 'endpoints', confidence: 'certain', title: 'the one' },
    })
    // The last job looked at one of them alone, which is well again.
    const alone = [A, B].flatMap((path) => (path ? [path === B ? { ...path, skipped: LEFT_OUT } : path] : []))
    await ran(store(), { atMs: NOW + 1000, paths: alone, tries: [{ pathId: A?.id ?? '' }] })
    expect(await first()).toEqual(['the other', 'the other', 'the other'])
    await ran(store(), { atMs: NOW + 2000, paths: PATHS.slice(0, 2), findings: [because(A, 'a remark')] })
    expect(await first()).toEqual([null, null, 'a remark'])
  })

  it('tells why a Service fails that an older build has written last', async () => {
    const findings = [aFinding([PATHS[0]?.id ?? ''], { title: 'the one' })]
    await ran(store(), { paths: PATHS.slice(0, 1), tries: failing('A'), findings })
    await store().atomic([sql`update services set cause = null`])
    expect(await first()).toEqual(['the one', 'the one', 'the one'])
  })
}

const LEFT_OUT = { reason: 'excluded', detail: '' } as const
const failing = (name: string): Try[] => [{ pathId: pathOf(name).id, ...REFUSED }]

async function runStep(store: Store, atMs: number, outside: boolean, does: readonly string[]): Promise<void> {
  const named = PATHS.map((path, i) => ({ path, as: does[i] ?? 'pass' })).filter(({ as }) => as !== 'gone')
  const paths = named.map(({ path, as }) => {
    const skipped = as === 'out' ? LEFT_OUT : as === 'skipped' ? ({ reason: 'vantage', detail: '' } as const) : null
    return { ...path, skipped, ...(as === 'unknown' && { expected: 'unknown' as const }) }
  })
  const tries = named.flatMap(({ path: { id }, as }): Try[] => {
    if (as === 'out' || as === 'skipped') {
      return []
    }
    return [as === 'fail' ? { pathId: id, ...REFUSED } : { pathId: id, outcome: as === 'error' ? 'error' : 'pass' }]
  })
  await ran(store, { atMs, paths, tries, ...(outside && { job: { vantage: vantageAt('outside') } }) })
}
