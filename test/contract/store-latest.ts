import { expect, it } from 'vitest'
import { NO_TIMINGS } from '../../src/check/network.ts'
import { insertJob } from '../../src/store/jobs.ts'
import { countActiveJobs, latestTries } from '../../src/store/metrics-reads.ts'
import { countedSpan, listAllServices } from '../../src/store/services.ts'
import { DAY, HOUR, pathOf, ran } from '../support/history.ts'
import { aJob, NOW, REFUSED } from '../support/stored.ts'
import { opened, running } from './opened.ts'
import type { OpenStore } from './store.ts'

const [A, B, GONE] = [pathOf('A'), pathOf('B', { kind: 'NodePort' }), pathOf('G', { kind: 'ExternalIP' })]
const VANTAGE = pathOf('V', { skipped: { reason: 'vantage', detail: '' } })
const TLS = {
  ...{ subject: 'CN=toad', issuer: 'CN=ca', altNames: [], notBefore: null, notAfter: '2026-12-01T00:00:00.000Z' },
  ...{ authorized: true, authorizationError: null, protocol: 'TLSv1.3' },
}

export function latestContract(open: OpenStore): void {
  const store = opened(open)
  const latest = async (sinceMs = NOW - HOUR, limit = 100) => {
    const found = await latestTries(store(), sinceMs, limit)
    return { ...found, latest: found.latest.toSorted((a, b) => a.path.id.localeCompare(b.path.id)) }
  }

  it("shows what each path's newest job found, with its evidence, and nothing of the jobs before", async () => {
    await ran(store(), { atMs: NOW - 60_000, paths: [A, B], tries: [{ pathId: A.id, ...REFUSED }, { pathId: B.id }] })
    const tries = [
      { pathId: A.id, tls: TLS, timings: { ...NO_TIMINGS, connectMs: 0.4, totalMs: 2.5 } },
      { pathId: B.id, ...REFUSED },
    ]
    await ran(store(), { atMs: NOW, paths: [A, B], tries })
    const { latest: found, leftOut } = await latest()
    expect(leftOut).toBe(0)
    expect(
      found.map(({ path, check, vantage, target }) => [path.id, path.kind, check, vantage, target.service]),
    ).toEqual([
      [A.id, 'ClusterIP', 'default', 'in-cluster', 'toad-svc'],
      [B.id, 'NodePort', 'default', 'in-cluster', 'toad-svc'],
    ])
    expect(found.map(({ tries }) => tries)).toEqual([
      [
        {
          outcome: 'pass',
          timings: { ...NO_TIMINGS, connectMs: 0.4, totalMs: 2.5 },
          isHttp: true,
          http: { status: 200, version: '1.1' },
          tls: { notAfter: TLS.notAfter, protocol: TLS.protocol },
          resolvedAddress: '10.96.10.20',
          failure: null,
        },
      ],
      [
        {
          outcome: 'fail',
          timings: { ...NO_TIMINGS, totalMs: 0.3 },
          ...{ isHttp: true, http: null, tls: null, resolvedAddress: '10.96.10.20' },
          failure: { code: 'connection_refused', phase: 'connect', source: 'target' },
        },
      ],
    ])
  })

  it('leaves out what is old, what is retired and what was not tested', async () => {
    await ran(store(), {
      atMs: NOW - 2 * HOUR,
      paths: [pathOf('O')],
      job: { target: { cluster: 'c', namespace: 'n', service: 'old' } },
    })
    await ran(store(), { atMs: NOW - 60_000, paths: [A, GONE, VANTAGE] })
    await ran(store(), { atMs: NOW, paths: [A, VANTAGE] })
    expect((await latest()).latest.map(({ path }) => path.id)).toEqual([A.id])
  })

  it('shows every try of the job that decided: samples and addresses', async () => {
    const tries = [1, 2].flatMap((sample) =>
      ['10.0.0.1', '10.0.0.2'].map((address) => ({ pathId: A.id, sample, address })),
    )
    await ran(store(), { atMs: NOW, paths: [A], tries })
    expect((await latest()).latest.map(({ tries }) => tries.length)).toEqual([4])
  })

  it('takes the pods of one port for one, those of the newest job alone', async () => {
    const [one, two] = ['X', 'Y'].map((name) => pathOf(name, { kind: 'Endpoint', address: `10.244.0.${name}` }))
    if (one === undefined || two === undefined) {
      throw new Error('there are two')
    }
    await ran(store(), {
      atMs: NOW - 60_000,
      paths: [one, two],
      tries: [{ pathId: one.id, ...REFUSED }, { pathId: two.id }],
    })
    expect((await latest()).latest.map(({ path, tries }) => [path.address, tries.length])).toEqual([[null, 2]])
    await ran(store(), { atMs: NOW, paths: [two] })
    expect((await latest()).latest.map(({ tries }) => tries.map(({ outcome }) => outcome))).toEqual([['pass']])
  })

  it('shows the newest where there are more than asked for, and says how many it left out', async () => {
    for (const [i, service] of ['a', 'b', 'c'].entries()) {
      const target = { cluster: 'c', namespace: 'n', service }
      await ran(store(), { atMs: NOW + i * 1000, paths: [pathOf(service)], job: { target } })
    }
    const { latest: found, leftOut } = await latest(NOW - HOUR, 2)
    expect(found.map(({ target }) => target.service).toSorted()).toEqual(['b', 'c'])
    expect(leftOut).toBe(1)
  })

  it('counts the jobs that have not ended', async () => {
    await ran(store())
    await insertJob(store(), aJob(), null, NOW)
    await insertJob(store(), aJob(), null, NOW)
    await running(store())
    expect(await countActiveJobs(store())).toEqual({ queued: 2, running: 1 })
  })

  it('lists all Services there are, and says which whole hours their counts are over', async () => {
    for (const service of ['a', 'b', 'c']) {
      await ran(store(), {
        atMs: NOW,
        paths: [pathOf(service)],
        job: { target: { cluster: 'c', namespace: 'n', service } },
      })
    }
    const window = { fromMs: NOW - DAY + 1, toMs: null }
    const all = await listAllServices(store(), {}, window)
    expect(all.map(({ target, counts }) => [target.service, counts.pass])).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ])
    expect(await countedSpan(store(), window, NOW + 5)).toEqual({ fromMs: NOW - DAY, toMs: NOW + 5 })
    const closed = { fromMs: NOW - 90 * 60_000, toMs: NOW + 1 }
    expect(await countedSpan(store(), closed, NOW + 5)).toEqual({ fromMs: NOW - 2 * HOUR, toMs: NOW + HOUR })
  })
}
