import { expect, it } from 'vitest'
import { readPublished } from '../../src/store/published.ts'
import { DAY_MS } from '../../src/store/rollup-steps.ts'
import { pathOf, ran } from '../support/history.ts'
import { NOW, REFUSED } from '../support/stored.ts'
import { opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const TODAY = Math.floor(NOW / DAY_MS)
const DAYS = { from: TODAY - 2, to: TODAY }
const named = (name: string) => ({ cluster: 'default', namespace: 'default', name })

export function publishedContract(open: OpenStore): void {
  const store = opened(open)
  const target = (service: string) => ({ target: { cluster: 'default', namespace: 'default', service } })
  const read = (names: readonly string[], limit = 50) => readPublished(store(), names.map(named), DAYS, limit)

  it('tells a Service of which some ways fail from one of which all do; a pod itself is no way', async () => {
    const [way, other] = [pathOf('A'), pathOf('B')]
    const pod = pathOf('P', { kind: 'Endpoint' })
    await ran(store(), {
      paths: [way, other],
      tries: [{ pathId: way.id, ...REFUSED }, { pathId: other.id }],
      job: target('partly'),
    })
    const [alone, podOfIt] = [pathOf('C'), { ...pod, id: pathOf('Q').id }]
    await ran(store(), {
      paths: [alone, podOfIt],
      tries: [{ pathId: alone.id, ...REFUSED }, { pathId: podOfIt.id }],
      job: target('down'),
    })
    await ran(store(), { paths: [pathOf('D')], job: target('fine') })
    const { services } = await read(['fine', 'partly', 'never', 'down'])
    expect([...services].map(([place, { state, isReachable }]) => [place, state, isReachable]).toSorted()).toEqual([
      [0, 'pass', true],
      [1, 'fail', true],
      [3, 'fail', false],
    ])
  })

  it('where nothing but pods was tested they decide', async () => {
    const [one, other] = ['A', 'B'].map((name) => pathOf(name, { kind: 'Endpoint' }))
    const paths = [one, other].flatMap((path) => path ?? [])
    await ran(store(), {
      paths,
      tries: [{ pathId: paths[0]?.id ?? '', ...REFUSED }, { pathId: paths[1]?.id ?? '' }],
      job: target('pods'),
    })
    expect((await read(['pods'])).services.get(0)).toMatchObject({ state: 'fail', isReachable: true })
  })

  it('counts each day from all vantages, and leaves out days without a try and those not asked for', async () => {
    const path = pathOf('A')
    const once = (atMs: number, fails: boolean, vantage = 'in-cluster') =>
      ran(store(), {
        atMs,
        paths: [path],
        tries: [{ pathId: path.id, ...(fails && REFUSED) }],
        job: { ...target('toad'), vantage: { name: vantage, position: 'in-cluster' } },
      })
    await once(NOW - 3 * DAY_MS, true)
    await once(NOW - 2 * DAY_MS, false)
    await once(NOW, true)
    await once(NOW + 1000, false, 'east')
    expect((await read(['toad'])).services.get(0)?.days).toEqual(
      new Map([
        [TODAY - 2, { pass: 1, fail: 0 }],
        [TODAY, { pass: 1, fail: 1 }],
      ]),
    )
  })

  it('tells when a Service as a whole has failed, newest first, by its place; no path of it, and no other Service', async () => {
    const [a, b] = [pathOf('A'), pathOf('B')]
    const at = (path: typeof a, service: string, atMs: number, fails: boolean) =>
      ran(store(), { atMs, paths: [path], tries: [{ pathId: path.id, ...(fails && REFUSED) }], job: target(service) })
    await at(a, 'toad', NOW - 10 * DAY_MS, true)
    await at(a, 'toad', NOW - 9 * DAY_MS, false)
    await at(a, 'toad', NOW - DAY_MS, true)
    await at(a, 'toad', NOW - DAY_MS + 3_600_000, false)
    await at(b, 'frog', NOW, true)
    await at(pathOf('C'), 'newt', NOW, true)
    const { incidents } = await read(['frog', 'toad'])
    expect(incidents.map(({ service, startedAtMs, endedAtMs }) => [service, startedAtMs, endedAtMs])).toEqual([
      [0, NOW, null],
      [1, NOW - DAY_MS, NOW - DAY_MS + 3_600_000],
    ])
    expect((await read(['frog', 'toad'], 1)).incidents).toEqual(incidents.slice(0, 1))
  })

  it('knows nothing of no Service', async () => {
    expect(await read([])).toEqual({ services: new Map(), incidents: [] })
  })
}
