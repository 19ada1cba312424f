import fc from 'fast-check'
import { expect, it } from 'vitest'
import { NO_TIMINGS } from '../../src/check/network.ts'
import { OUTCOMES } from '../../src/check/result.ts'
import { availabilityOf } from '../../src/history/types.ts'
import { becauseText } from '../../src/plan/because.ts'
import type { Plan } from '../../src/plan/path.ts'
import { finishJob } from '../../src/store/finish.ts'
import { insertJob } from '../../src/store/jobs.ts'
import { recordResults } from '../../src/store/results.ts'
import { rebuildHour } from '../../src/store/rollups.ts'
import { readServiceWindow } from '../../src/store/service-window.ts'
import { findServices, listServices, readService } from '../../src/store/services.ts'
import { DAY, HOUR, pathOf, ran, type Try, toad } from '../support/history.ts'
import { allPages } from '../support/pages.ts'
import { rollupsOf } from '../support/rollups.ts'
import { aJob, aResult, NOW, REFUSED } from '../support/stored.ts'
import { opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const EVER = { fromMs: 0, toMs: null }
const [A, B] = [pathOf('A'), pathOf('B', { kind: 'NodePort' })]
const FAILED: Try = REFUSED
const OURS: Try = {
  ...REFUSED,
  outcome: 'error',
  failure: { code: 'internal', phase: 'connect', source: 'internal', message: 'ours' },
}

export function historyContract(open: OpenStore): void {
  const store = opened(open)

  it('knows every Service that was probed, by namespace, name and cluster', async () => {
    const targets = ['b/x', 'a/y', 'a/x'].map((name) => {
      const [namespace = '', service = ''] = name.split('/')
      return { cluster: 'default', namespace, service }
    })
    targets.push({ cluster: 'east', namespace: 'a', service: 'x' })
    for (const target of targets) {
      await ran(store(), { job: { target } })
    }
    const heads = await allPages(
      (after: Plan['target'] | null) => listServices(store(), {}, EVER, { limit: 1, after }),
      ({ target }) => target,
    )
    const pages = heads.map(({ target }) => `${target.cluster}/${target.namespace}/${target.service}`)
    expect(pages).toEqual(['default/a/x', 'east/a/x', 'default/a/y', 'default/b/x'])
    const inEast = await listServices(store(), { cluster: 'east' }, EVER, { limit: 9, after: null })
    expect(inEast.map(({ target }) => target)).toEqual([{ cluster: 'east', namespace: 'a', service: 'x' }])
    expect((await findServices(store(), 'a', 'x', null)).map(({ head }) => head.target.cluster)).toEqual([
      ...['default', 'east'],
    ])
    expect(await findServices(store(), 'a', 'x', 'west')).toEqual([])
  })

  it('tells what a Service did last, and what its paths are now and since when', async () => {
    await ran(store(), { atMs: NOW, paths: [A, B] })
    await ran(store(), { atMs: NOW + 60_000, paths: [A, B], tries: [{ pathId: A.id }, { pathId: B.id, ...FAILED }] })
    const { jobId } = await ran(store(), {
      ...{ atMs: NOW + 120_000, paths: [A, B] },
      tries: [{ pathId: A.id }, { pathId: B.id, ...OURS }],
    })
    const known = await toad(store())
    const history = await readService(store(), known, EVER)
    const { checks: _, dns: _dns, variable: _variable, pathType: _type, scheme: _scheme, ...rest } = A
    const shown = { ...rest, because: A.because.map(becauseText), pod: null, trafficPolicy: null }
    expect(history).toEqual({
      target: { cluster: 'default', namespace: 'default', service: 'toad-svc' },
      ...{
        firstAtMs: NOW,
        lastAtMs: NOW + 120_000,
        lastVerdict: 'error',
        lastJobId: jobId,
        openIncidents: 2,
        cause: null,
      },
      ...{ state: 'fail', sinceMs: NOW + 60_000 },
      lastSummary: { pass: 1, fail: 0, error: 1, skipped: 0, leftOut: 0 },
      counts: { pass: 4, fail: 1, error: 1, skipped: 0 },
      diagnosis: { status: 'unknown', findings: [] },
      paths: [
        {
          path: shown,
          retiredAtMs: null,
          states: [
            {
              ...{ check: 'default', vantage: 'in-cluster', state: 'pass', sinceMs: NOW, lastOutcome: 'pass' },
              ...{ lastAtMs: NOW + 120_000, lastFailure: null },
            },
          ],
        },
        {
          path: { ...shown, id: B.id, kind: 'NodePort' },
          retiredAtMs: null,
          states: [
            {
              ...{
                check: 'default',
                vantage: 'in-cluster',
                state: 'fail',
                sinceMs: NOW + 60_000,
                lastOutcome: 'error',
              },
              ...{ lastAtMs: NOW + 120_000, lastFailure: { atMs: NOW + 60_000, code: 'connection_refused' } },
            },
          ],
        },
      ],
    })
    expect(history && availabilityOf(history.counts)).toBe(0.8)
  })

  it('does not let an older job that ends late change what is known', async () => {
    const { jobId } = await ran(store(), { atMs: NOW + 60_000 })
    await ran(store(), { atMs: NOW, tries: [{ pathId: A.id, ...FAILED }] })
    const history = await readService(store(), await toad(store()), EVER)
    expect(history).toMatchObject({
      ...{ lastJobId: jobId, lastVerdict: 'pass', openIncidents: 0, counts: { pass: 1, fail: 1 } },
      paths: [{ states: [{ state: 'pass', sinceMs: NOW + 60_000, lastOutcome: 'pass' }] }],
    })
  })

  it('counts the try that decided, and counts it once', async () => {
    const tries: Try[] = [
      { pathId: A.id, ...FAILED, try: 1 },
      { pathId: A.id, try: 2 },
      { pathId: A.id, ...FAILED, sample: 2, round: 1 },
      { pathId: A.id, ...FAILED, sample: 2, purpose: 'control' },
    ]
    const done = await ran(store(), { tries })
    const before = await rollupsOf(store())
    expect(await recordResults(store(), done.lease, done.results)).toBe(false)
    expect(await finishJob(store(), done.lease, done.end)).toBe(false)
    expect(await rollupsOf(store())).toEqual(before)
    const [head] = await listServices(store(), {}, EVER, { limit: 1, after: null })
    expect(head?.counts).toEqual({ pass: 1, fail: 1, error: 0, skipped: 0 })
  })

  it('counts what this vantage cannot reach as skipped, and what was left out by the caller not at all', async () => {
    const skipped = (reason: 'vantage' | 'excluded' | 'sampled') => ({ skipped: { reason, detail: '' } })
    const paths = [
      A,
      pathOf('V', skipped('vantage')),
      pathOf('X', skipped('excluded')),
      pathOf('S', skipped('sampled')),
    ]
    await ran(store(), { paths })
    const history = await readService(store(), await toad(store()), EVER)
    expect(history?.counts).toEqual({ pass: 1, fail: 0, error: 0, skipped: 1 })
    expect(history?.paths.map(({ path, states }) => [path.id.slice(-1), states[0]?.lastOutcome])).toEqual([
      ...[
        ['A', 'pass'],
        ['V', 'skipped'],
        ['X', undefined],
        ['S', undefined],
      ],
    ])
  })

  it('leaves no trace of a job that wants no history', async () => {
    await ran(store(), { job: { history: false } })
    expect(await listServices(store(), {}, EVER, { limit: 9, after: null })).toEqual([])
    expect(await findServices(store(), 'default', 'toad-svc', null)).toEqual([])
    await ran(store(), { atMs: NOW + 1 })
    const [head] = await listServices(store(), {}, EVER, { limit: 9, after: null })
    expect(head?.counts).toEqual({ pass: 1, fail: 0, error: 0, skipped: 0 })
  })

  it('keeps a path that is no longer planned, retired, until it comes back', async () => {
    await ran(store(), { atMs: NOW, paths: [A, B], tries: [{ pathId: A.id }, { pathId: B.id, ...FAILED }] })
    await ran(store(), { atMs: NOW + HOUR, paths: [A] })
    await ran(store(), { atMs: NOW + 2 * HOUR, paths: [A] })
    const retired = await readService(store(), await toad(store()), EVER)
    expect(retired?.paths.map(({ path, retiredAtMs }) => [path.id, retiredAtMs])).toEqual([
      ...[
        [A.id, null],
        [B.id, NOW + 1000],
      ],
    ])
    expect(retired?.openIncidents).toBe(0)
    const moved = { ...B, address: '10.0.0.7' }
    await ran(store(), { atMs: NOW + 3 * HOUR, paths: [A, moved] })
    const back = await readService(store(), await toad(store()), EVER)
    expect(back?.paths.map(({ path, retiredAtMs }) => [path.id, path.address, retiredAtMs])).toEqual([
      ...[
        [A.id, A.address, null],
        [B.id, '10.0.0.7', null],
      ],
    ])
  })

  it('takes all Endpoint paths of a port and family for one', async () => {
    const pods = ['E1', 'E2'].map((name, i) => pathOf(name, { kind: 'Endpoint', address: `10.0.0.${i}` }))
    const six = pathOf('E6', { kind: 'Endpoint', address: 'fd00::1', family: 'IPv6' })
    await ran(store(), { paths: [...pods, six] })
    const window = await readServiceWindow(store(), await toad(store()), EVER, NOW)
    expect(window?.paths.map(({ path, counts }) => [path.kind, path.family, path.address, counts.pass])).toEqual([
      ...[
        ['Endpoint', 'IPv4', null, 2],
        ['Endpoint', 'IPv6', null, 1],
      ],
    ])
    expect(window?.counts.pass).toBe(3)
  })

  it('rebuilds every hour from raw results to the same numbers', async () => {
    const endpoint = pathOf('E1', { kind: 'Endpoint' })
    const skipped = pathOf('V', { skipped: { reason: 'vantage', detail: '' } })
    const paths = [A, B, endpoint, skipped]
    const aTry = fc.record({
      pathId: fc.constantFrom(A.id, B.id, endpoint.id),
      sample: fc.integer({ min: 1, max: 3 }),
      try: fc.integer({ min: 1, max: 2 }),
      outcome: fc.constantFrom(...OUTCOMES),
      startedAtMs: fc.integer({ min: NOW - 2 * HOUR, max: NOW + 2 * HOUR }),
      timings: fc.record({
        ...NO_TIMINGS_ARBITRARY,
        totalMs: fc.integer({ min: 0, max: 30_000_000 }).map((us) => us / 1000),
      }),
    })
    const jobs = fc.array(fc.array(aTry, { maxLength: 12 }), { minLength: 1, maxLength: 4 })
    let at = NOW - DAY
    await fc.assert(
      fc.asyncProperty(jobs, async (runs) => {
        for (const tries of runs) {
          at += 1000
          const failing = tries.map((one) =>
            one.outcome === 'fail' ? { ...one, failure: REFUSED.failure ?? null } : one,
          )
          await ran(store(), { atMs: at, paths, tries: failing })
        }
        const before = await rollupsOf(store())
        for (let hour = NOW - 26 * HOUR; hour <= NOW + 3 * HOUR; hour += HOUR) {
          if (Math.abs(hour - NOW) <= 3 * HOUR || Math.abs(hour - NOW + DAY) <= HOUR) {
            expect(await rebuildHour(store(), hour + 1)).toBe(true)
          }
        }
        expect(await rollupsOf(store())).toEqual(before)
      }),
      { numRuns: 5, seed: 4 },
    )
  })

  it('ends the largest job there can be: 500 paths, 20 checks each', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `check-${i}-${'x'.repeat(50)}`)
    const [check] = A.checks
    const checks = names.flatMap((name) => (check ? [{ ...check, name }] : []))
    const paths = Array.from({ length: 500 }, (_, i) =>
      pathOf(String(i), { checks, skipped: i % 2 ? { reason: 'vantage', detail: 'x' } : null }),
    )
    const tries = paths.flatMap((path) =>
      path.skipped ? [] : names.slice(0, 4).map((name) => ({ pathId: path.id, check: name, ...FAILED })),
    )
    await ran(store(), { paths, tries })
    const [head] = await listServices(store(), {}, EVER, { limit: 1, after: null })
    expect(head).toMatchObject({ counts: { pass: 0, fail: 1000, error: 0, skipped: 5000 }, openIncidents: 1001 })
  })

  it('counts nothing of a job that was never done', async () => {
    const job = aJob()
    await insertJob(store(), job, null, NOW)
    await recordResults(store(), { jobId: job.id, token: 0 }, [aResult({ jobId: job.id })])
    expect(await listServices(store(), {}, EVER, { limit: 1, after: null })).toEqual([])
  })
}

const NO_TIMINGS_ARBITRARY = Object.fromEntries(
  Object.keys(NO_TIMINGS).map((phase) => [
    phase,
    fc.option(fc.integer({ min: 0, max: 9_000_000 }).map((us) => us / 1000)),
  ]),
) as Record<keyof typeof NO_TIMINGS, fc.Arbitrary<number | null>>
