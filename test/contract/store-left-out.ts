import { expect, it } from 'vitest'
import { stateNow } from '../../src/history/now.ts'
import type { Incident } from '../../src/history/types.ts'
import { type PlannedPath, type SkipReason, vantageAt } from '../../src/plan/path.ts'
import { endUnwatched, listIncidents } from '../../src/store/incidents.ts'
import { latestTries } from '../../src/store/metrics-reads.ts'
import { listServices, readService } from '../../src/store/services.ts'
import { aFinding, DAY, pathOf, ran, type Try, toad } from '../support/history.ts'
import { NOW, REFUSED } from '../support/stored.ts'
import { opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const EVER = { fromMs: 0, toMs: null }
const MINUTE = 60_000
const leftOut = (path: PlannedPath, reason: SkipReason = 'excluded'): PlannedPath => ({
  ...path,
  skipped: { reason, detail: 'not asked for' },
})
const [CLUSTER_IP, NODE_PORT] = [pathOf('C'), pathOf('N', { kind: 'NodePort' })]
const [POD_1, POD_2] = ['P1', 'P2'].map((name) => pathOf(name, { kind: 'Endpoint' })) as [PlannedPath, PlannedPath]

/** What a job leaves out is not gone (trials, "History and words"): state, incident and metric stay as last seen. */
export function leftOutContract(open: OpenStore): void {
  const store = opened(open)
  const run = (minute: number, paths: readonly PlannedPath[], failing: readonly PlannedPath[] = [], more = {}) => {
    const ids = failing.map(({ id }) => id)
    return ran(store(), {
      ...{ atMs: NOW + minute * MINUTE, paths },
      findings: ids.length > 0 ? [aFinding(ids)] : [],
      tries: paths
        .filter(({ skipped }) => skipped === null)
        .map(({ id }): Try => ({ pathId: id, ...(ids.includes(id) ? REFUSED : {}) })),
      ...more,
    })
  }
  const service = async () => {
    const found = await readService(store(), await toad(store()), EVER)
    if (found === null) {
      throw new Error('the Service is known')
    }
    return found
  }
  const now = async () => {
    const { state, sinceMs, lastVerdict } = await service()
    return [state, sinceMs === null ? null : (sinceMs - NOW) / MINUTE, lastVerdict]
  }
  const incidents = async () => listIncidents(store(), await toad(store()), EVER, { limit: 50, before: null })
  const stillOpen = async () =>
    (await incidents())
      .filter(({ endedAtMs }) => endedAtMs === null)
      .map(({ pathId }: Incident) => (pathId === null ? 'Service' : 'path'))
      .sort()
  const metrics = async () => {
    const { latest } = await latestTries(store(), NOW, 100)
    return latest.map(({ path, tries }) => [path.kind, tries.map(({ outcome }) => outcome).sort()]).sort()
  }

  it.each<[string, SkipReason]>([
    ['excluded', 'excluded'],
    ['all sampled out', 'sampled'],
  ])('keeps the endpoints of a port, their incident and their metric when a job has them %s', async (_, reason) => {
    await run(0, [CLUSTER_IP, POD_1, POD_2], [POD_1])
    await run(1, [CLUSTER_IP, leftOut(POD_1, reason), leftOut(POD_2, reason)])
    expect((await service()).paths.map(({ path, retiredAtMs }) => [path.kind, retiredAtMs])).toEqual([
      ['ClusterIP', null],
      ['Endpoint', null],
      ['Endpoint', null],
      ['Endpoint', null],
    ])
    expect(await stillOpen()).toEqual(['Service', 'path'])
    expect(await metrics()).toEqual([
      ['ClusterIP', ['pass']],
      ['Endpoint', ['fail', 'pass']],
    ])
    expect(await now()).toEqual(['fail', 0, 'pass'])
    await run(2, [CLUSTER_IP, POD_1, POD_2])
    expect(await stillOpen()).toEqual([])
    expect(await now()).toEqual(['pass', 2, 'pass'])
  })

  it('keeps a group failing while the endpoint that failed is left out and the others pass', async () => {
    await run(0, [POD_1, POD_2], [POD_1])
    await run(1, [leftOut(POD_1, 'sampled'), POD_2])
    expect(await stillOpen()).toEqual(['Service', 'path'])
    expect(await metrics()).toEqual([['Endpoint', ['fail', 'pass']]])
    await run(2, [POD_1, leftOut(POD_2, 'sampled')])
    expect(await stillOpen()).toEqual([])
  })

  it('lets a group pass when the endpoint that failed is gone', async () => {
    await run(0, [POD_1, POD_2], [POD_1])
    await run(1, [POD_2])
    expect(await stillOpen()).toEqual([])
    expect(await metrics()).toEqual([['Endpoint', ['pass']]])
    expect(await now()).toEqual(['pass', 1, 'pass'])
  })

  it('tells now by all paths where two schedules ask for different ones', async () => {
    const ofNodePort = [leftOut(CLUSTER_IP), NODE_PORT]
    const ofClusterIp = [CLUSTER_IP, leftOut(NODE_PORT)]
    await run(0, ofNodePort, [NODE_PORT])
    await run(1, ofClusterIp)
    expect(await now()).toEqual(['fail', 0, 'pass'])
    expect((await service()).lastSummary).toEqual({ pass: 1, fail: 0, error: 0, skipped: 0, leftOut: 1 })
    const [head] = await listServices(store(), {}, EVER, { limit: 1, after: null })
    expect(head).toMatchObject({ state: 'fail', lastVerdict: 'pass', openIncidents: 2 })
    await run(2, ofNodePort)
    expect(await now()).toEqual(['pass', 2, 'pass'])
    await run(3, ofClusterIp, [CLUSTER_IP])
    await run(4, ofNodePort)
    expect(await now()).toEqual(['fail', 3, 'pass'])
  })

  it('keeps the finding that explains a failing path which the last job left out', async () => {
    await run(0, [CLUSTER_IP, NODE_PORT], [NODE_PORT])
    await run(1, [CLUSTER_IP, leftOut(NODE_PORT)])
    expect((await service()).diagnosis).toEqual({ status: 'degraded', findings: [aFinding([NODE_PORT.id])] })
    await run(2, [leftOut(CLUSTER_IP), NODE_PORT])
    expect((await service()).diagnosis).toEqual({ status: 'unknown', findings: [] })
  })

  it('calls a Service broken when the last job only looked at what is no way in', async () => {
    await run(0, [CLUSTER_IP, POD_1], [CLUSTER_IP])
    await run(1, [leftOut(CLUSTER_IP), POD_1])
    expect((await service()).diagnosis?.status).toBe('broken')
  })

  it('holds nothing back for a path that retired, or that nothing promises any more', async () => {
    await run(0, [CLUSTER_IP, NODE_PORT], [NODE_PORT])
    await run(1, [CLUSTER_IP])
    expect(await now()).toEqual(['pass', 1, 'pass'])
    await run(2, [CLUSTER_IP, NODE_PORT], [NODE_PORT])
    await run(3, [CLUSTER_IP, leftOut({ ...NODE_PORT, expected: 'unknown' })])
    expect(await now()).toEqual(['pass', 3, 'pass'])
  })

  it('holds nothing back for a check that two days of others have left behind', async () => {
    const twoDays = (2 * DAY) / MINUTE
    await run(0, [CLUSTER_IP], [], { tries: [{ pathId: CLUSTER_IP.id, check: 'renamed', ...REFUSED }] })
    await run(1, [CLUSTER_IP])
    expect((await now())[0]).toBe('fail')
    await run(twoDays + 2, [CLUSTER_IP])
    expect(await now()).toEqual(['pass', twoDays + 2, 'pass'])
  })

  it('keeps failing while a path that failed cannot be tested', async () => {
    await run(0, [CLUSTER_IP, NODE_PORT], [NODE_PORT])
    const denied = { code: 'blocked_by_policy', phase: 'connect', source: 'policy', message: 'denied' } as const
    await run(1, [CLUSTER_IP, NODE_PORT], [], {
      tries: [{ pathId: CLUSTER_IP.id }, { ...{ pathId: NODE_PORT.id, outcome: 'skipped' }, failure: denied }],
    })
    expect(await now()).toEqual(['fail', 0, 'pass'])
    expect((await service()).diagnosis?.status).toBe('degraded')
    expect(await stillOpen()).toEqual(['Service', 'path'])
  })

  it('keeps failing by a path that failed while a job without it was under way', async () => {
    await run(1, [CLUSTER_IP, NODE_PORT], [NODE_PORT])
    const late = { pathId: CLUSTER_IP.id, startedAtMs: NOW + 2 * MINUTE }
    await run(0, [CLUSTER_IP, leftOut(NODE_PORT)], [], { tries: [late] })
    expect((await now())[0]).toBe('fail')
    expect(await stillOpen()).toEqual(['Service', 'path'])
  })

  it('keeps what one vantage saw failing, however long only others look, or cannot look', async () => {
    const days = (3 * DAY) / MINUTE
    const outside = { job: { vantage: vantageAt('outside') } } as const
    await run(0, [CLUSTER_IP, NODE_PORT], [CLUSTER_IP])
    await run(days, [leftOut(CLUSTER_IP, 'vantage'), NODE_PORT], [], outside)
    expect(await now()).toEqual(['fail', 0, 'pass'])
    expect((await service()).paths.map(({ states }) => stateNow(states).state)).toEqual(['fail', 'pass'])
    await endUnwatched(store(), 100)
    expect(await stillOpen()).toEqual(['Service', 'path'])
    const [head] = await listServices(store(), {}, EVER, { limit: 1, after: null })
    expect(head).toMatchObject({ state: 'fail', lastVerdict: 'pass', openIncidents: 2 })
    await run(days + 1, [CLUSTER_IP, NODE_PORT], [], outside)
    await run(2 * days + 2, [CLUSTER_IP, NODE_PORT], [], outside)
    expect((await now())[0]).toBe('pass')
  })

  it('knows nothing of new endpoints that no job has looked at, when those that failed are gone', async () => {
    await run(0, [CLUSTER_IP, POD_1], [POD_1])
    await run(1, [CLUSTER_IP, leftOut(POD_2)])
    expect(await now()).toEqual(['pass', 1, 'pass'])
    expect(await stillOpen()).toEqual([])
    const present = (await service()).paths.filter(({ retiredAtMs }) => retiredAtMs === null)
    expect(present.map(({ path, states }) => [path.kind, path.address, stateNow(states).state])).toEqual([
      ['ClusterIP', CLUSTER_IP.address, 'pass'],
      ['Endpoint', null, null],
      ['Endpoint', POD_2.address, null],
    ])
  })

  it('neither passes nor fails by an error of ours, whatever is left out', async () => {
    await run(0, [CLUSTER_IP, NODE_PORT], [NODE_PORT])
    await run(1, [CLUSTER_IP, leftOut(NODE_PORT)], [], {
      tries: [
        {
          ...{ pathId: CLUSTER_IP.id, outcome: 'error' },
          failure: { code: 'internal', phase: 'connect', source: 'internal', message: 'ours' },
        },
      ],
    })
    expect(await now()).toEqual(['fail', 0, 'error'])
    expect(await stillOpen()).toEqual(['Service', 'path'])
  })
}
