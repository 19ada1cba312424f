import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TargetIncidentDocument } from '../../src/report/history-document.ts'
import { readProblem } from '../support/read.ts'
import { all } from '../support/read-history.ts'
import { startTwoDays, type TwoDays } from '../support/two-days.ts'

let made: TwoDays
beforeAll(async () => {
  made = await startTwoDays()
})
afterAll(() => made.close())

const list = (query: string) => all(made.history.allIncidents, `?${query}`)

/** Which Service, whether it is open, and whether it is the Service's as a whole. */
const brief = ({ target, endedAt, path }: TargetIncidentDocument) => [
  target.service,
  endedAt === null ? 'open' : 'ended',
  path === null ? 'whole' : 'path',
]

describe('GET /v1/incidents', () => {
  it('lists those of all Services, the open ones first, then the last to end', async () => {
    const incidents = await list('limit=200')
    expect(incidents.map(brief).map(([service, state]) => [service, state])).toEqual([
      ['down', 'open'],
      ['down', 'open'],
      ['toad-svc', 'ended'],
      ['toad-svc', 'ended'],
    ])
    const order = incidents.map(({ startedAt, endedAt }) => `${endedAt === null ? `1${startedAt}` : `0${endedAt}`}`)
    expect(order).toEqual(order.toSorted().reverse())
  })

  it("tells each as its Service's own list does, with the Service", async () => {
    const [own, everywhere] = [
      await all(made.history.incidents, 'default/toad-svc/incidents?limit=200'),
      (await list('limit=200')).filter(({ target }) => target.service === 'toad-svc'),
    ]
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
    expect(everywhere.toSorted(byId)).toEqual(
      own.toSorted(byId).map((incident) => ({
        target: { cluster: 'default', namespace: 'default', service: 'toad-svc' },
        ...incident,
      })),
    )
  })

  it('comes in pages of any length, the same whole', async () => {
    const whole = await list('limit=200')
    for (const limit of [1, 2, 3]) {
      expect((await list(`limit=${limit}`)).map(({ id }) => id)).toEqual(whole.map(({ id }) => id))
    }
  })

  it('filters by what is open, by what is whole, by cluster, namespace and time', async () => {
    const [open, ended] = [await list('open=true'), await list('open=false')]
    expect([open.every(({ endedAt }) => endedAt === null), open.length]).toEqual([true, 2])
    expect([ended.every(({ endedAt }) => endedAt !== null), ended.length > 0]).toEqual([true, true])
    expect((await list('whole=true')).every(({ path }) => path === null)).toBe(true)
    expect((await list('whole=false&open=true')).map(brief)).toEqual([['down', 'open', 'path']])
    expect(await list('cluster=east')).toEqual([])
    expect(await list('namespace=other')).toEqual([])
    expect(await list('namespace=default&cluster=default')).toHaveLength((await list('')).length)
    const during = await list('from=2026-11-22T05:00:00Z&to=2026-11-22T06:00:00Z')
    expect(during.map(({ target }) => target.service)).toEqual(['toad-svc', 'toad-svc'])
    expect(await list('from=2026-11-22T10:00:00Z&to=2026-11-22T11:00:00Z')).toEqual([])
    expect((await list('from=2026-11-22T10:00:00Z&open=false')).map(({ target }) => target.service)).not.toContain(
      'toad-svc',
    )
  })

  it('says what it does not take', async () => {
    const { api } = made
    const wrong = await api.call('/v1/incidents?open=yes')
    expect([wrong.status, (await readProblem(wrong)).errors?.[0]?.pointer]).toEqual([400, '?open'])
    const cursor = await api.call('/v1/incidents?cursor=bm8')
    expect([cursor.status, (await readProblem(cursor)).errors?.[0]?.pointer]).toEqual([400, '?cursor'])
    const order = await api.call('/v1/incidents?from=2026-11-22T10:00:00Z&to=2026-11-22T09:00:00Z')
    expect([order.status, (await readProblem(order)).errors?.[0]?.pointer]).toEqual([400, '?to'])
  })
})
