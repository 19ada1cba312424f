import { describe, expect, it } from 'vitest'
import type { Given } from '../given-parts.ts'
import { type Current, planApply, type Step } from './plan.ts'
import { wantedOf } from './wanted.ts'

const given = (...values: readonly unknown[]): Given => ({
  ...{ file: 'file.yaml', found: false, values },
  placeOf: (pointer) => `file.yaml${pointer}`,
})
const schedule = (job: Record<string, unknown>, extra: Record<string, unknown> = {}) => ({
  ...{ name: 'toad', cron: '@daily', job: { target: { namespace: 'shop', service: 'toad' }, ...job } },
  ...extra,
})
const wanted = (...values: readonly unknown[]) => wantedOf(given(...values), 'shop')

/** A server has what was applied, with what it has decided itself. */
function current(value: unknown, over: Record<string, unknown> = {}, id = 'sch_2'): Current {
  const [{ name, settings, work } = { name: '', settings: {}, work: {} }] = wanted(value)
  const json = JSON.parse(JSON.stringify({ id, ...settings, name, enabled: true, ...work, ...over }))
  const asked = json.job ?? json.batch
  if (asked.target.cluster === '(default)') {
    asked.target.cluster = 'prod'
  }
  return { schedule: json, etag: '"1"' }
}

const planned = (value: unknown, ...owned: readonly Current[]) =>
  planApply(wanted(value), owned, [], { prune: false, adopt: false }).steps
const toldOf = (step: Step | undefined) => (step?.do === 'change' ? step.changes : step?.do)
const first = (value: unknown, ...owned: readonly Current[]) => toldOf(planned(value, ...owned)[0])

describe('planApply', () => {
  it('has nothing to do where all can be seen, and is the same', () => {
    const value = schedule({ target: { cluster: 'prod', namespace: 'shop', service: 'toad' } })
    expect(first(value, current(value))).toBe('nothing')
  })

  it('takes the order in which somebody writes fields for no difference', () => {
    const target = { cluster: 'prod', namespace: 'shop', service: 'toad' }
    const one = schedule({ target, labels: { a: 'b', c: 'd' } })
    const other = schedule({ labels: { c: 'd', a: 'b' }, target })
    expect(first(other, current(one))).toBe('nothing')
  })

  it('leaves it to the server what cannot be seen, or what it has decided', () => {
    expect(first(schedule({}), current(schedule({})))).toBe('compare')
    const target = { cluster: 'prod', service: 'toad' }
    expect(first(schedule({ target }), current(schedule({ target: { ...target, namespace: 'shop' } })))).toBe('compare')
    const checks = [{ type: 'http', name: 'home', headers: { accept: 'text/html' } }]
    const value = schedule({ target: { cluster: 'prod', namespace: 'shop', service: 'toad' }, checks })
    expect(planned(value, current(value))[0]).toMatchObject({ do: 'compare', wanted: { unseen: ['headers of home'] } })
  })

  it('tells each field that differs', () => {
    const before = current(schedule({ samples: 2, paths: { include: ['DNS'] } }, { cron: '@hourly', overlap: 'queue' }))
    expect(first(schedule({ paths: { include: ['DNS', { kind: 'NodePort', node: 'a' }] } }), before)).toEqual([
      { field: 'cron', before: '@hourly', after: '@daily' },
      { field: 'overlap', before: 'queue', after: 'skip' },
      {
        field: 'job.paths',
        before: { exclude: [], include: [{ kind: 'DNS' }] },
        after: { exclude: [], include: [{ kind: 'DNS' }, { kind: 'NodePort', node: 'a' }] },
      },
      { field: 'job.samples', before: 2, after: 1 },
    ])
    const batch = { name: 'toad', cron: '@daily', batch: { target: { namespaces: ['shop'] } } }
    expect(first(batch, current(schedule({})))).toEqual([{ field: 'asks for', before: 'job', after: 'batch' }])
  })

  it('takes what a newer server has besides for no difference', () => {
    const value = schedule({ target: { cluster: 'prod', namespace: 'shop', service: 'toad' } })
    const newer = current(value, { priority: 3 })
    expect(first(value, newer)).toBe('nothing')
  })

  it('keeps the oldest of several that have one name', () => {
    const value = schedule({})
    const owned = [current(value, {}, 'sch_3'), current(value, {}, 'sch_1'), current(value, {}, 'sch_2')]
    expect(planned(value, ...owned).map((step) => [step.do, 'current' in step && step.current.schedule.id])).toEqual([
      ['compare', 'sch_1'],
      ['leave', 'sch_3'],
      ['leave', 'sch_2'],
    ])
  })

  it('sends no secret but with the request itself', () => {
    const headers = { authorization: 'Bearer hunter22' }
    const [one] = wanted(schedule({ checks: [{ type: 'http', name: 'home', headers }] }))
    expect(JSON.stringify({ ...one, body: null })).not.toContain('hunter22')
    expect(JSON.stringify(one?.body)).toContain('hunter22')
  })
})
