import { describe, expect, it } from 'vitest'
import {
  DAY_MS,
  describeStatus,
  type IncidentFacts,
  type ServiceFacts,
  SHOWN_INCIDENTS,
  type StatusFacts,
  shownDays,
} from './describe.ts'

const NOW = Date.UTC(2026, 10, 30, 12)
const MINUTE = 60_000
const today = Math.floor(NOW / DAY_MS)
const published = (title: string) => ({ cluster: 'c', namespace: 'n', name: title, title })
const fine: ServiceFacts = { state: 'pass', sinceMs: NOW - DAY_MS, isReachable: true, lastAtMs: NOW, days: new Map() }
const degraded: ServiceFacts = { ...fine, state: 'fail' }
const out: ServiceFacts = { ...degraded, isReachable: false }
const told = (services: readonly (ServiceFacts | null)[], over: Partial<StatusFacts> = {}) =>
  describeStatus({
    page: { id: 'stp_A', title: 'Pond', description: null, services: services.map((_, i) => published(`S${i}`)) },
    services: new Map(services.flatMap((facts, i) => (facts === null ? [] : [[i, facts] as const]))),
    ...{ incidents: [], announcements: [], isCut: false, nowMs: NOW },
    ...over,
  })

describe('the sentence about all', () => {
  it.each([
    [[fine, fine], 'operational', 'All services are operational'],
    [[fine, fine, null], 'operational', '2 of 3 services are operational, and of 1 nothing is known now'],
    [[degraded, fine], 'degraded', '1 of 2 services is degraded'],
    [[out, out, fine], 'degraded', '2 of 3 services have an outage'],
    [[out, degraded], 'degraded', '1 of 2 services has an outage, 1 of 2 services is degraded'],
    [[out, out], 'outage', 'There is an outage of all services'],
    [[out, null], 'outage', 'There is an outage of 1 of 2 services, and of 1 nothing is known now'],
    [[null, null], 'unknown', 'Nothing is known of any service now'],
    [[fine], 'operational', 'It is operational'],
    [[degraded], 'degraded', 'It is degraded: some ways to it fail'],
    [[out], 'outage', 'There is an outage'],
    [[null], 'unknown', 'Nothing is known of it now'],
  ] as const)('of %# is the worst that is known', (services, state, summary) => {
    expect(told(services)).toMatchObject({ state, summary })
  })
})

it('gives shares to five places, and never a whole where something differed', () => {
  const days = new Map([
    [today, { pass: 999_999, fail: 1 }],
    [today - 1, { pass: 1, fail: 999_999 }],
    [today - 2, { pass: 2, fail: 1 }],
    [today - 3, { pass: 3, fail: 0 }],
    [today - 4, { pass: 0, fail: 3 }],
    [today - 90, { pass: 0, fail: 1_000_000 }],
  ])
  const [service] = told([{ ...fine, days }]).services
  expect(service?.days.slice(-6)).toEqual([null, 0, 1, 0.66667, 0.00001, 0.99999])
  // Days that are not shown do not count
  expect([service?.days.length, service?.availability]).toEqual([90, 0.5])
  expect(told([fine]).days).toEqual({ from: '2026-09-02', to: '2026-11-30' })
  expect(shownDays(NOW).to - shownDays(NOW).from).toBe(89)
})

describe('incidents', () => {
  const seen = (id: string, fromMin: number, toMin: number | null, service = 0): IncidentFacts => ({
    ...{ id, service, startedAtMs: NOW + fromMin * MINUTE },
    endedAtMs: toMin === null ? null : NOW + toMin * MINUTE,
  })
  const spans = (incidents: readonly IncidentFacts[]) =>
    told([fine, fine], { incidents }).incidents.map(({ startedAt, endedAt, services }) => [
      ...[(Date.parse(startedAt) - NOW) / MINUTE, endedAt && (Date.parse(endedAt) - NOW) / MINUTE, ...services],
    ])

  it('that several places saw of one Service at the same time are one', () => {
    const one = [seen('a', 0, 10), seen('b', 2, 15), seen('c', 14, 20)]
    expect(spans(one)).toEqual([[0, 20, 'S0']])
    expect(spans([seen('a', 0, null), seen('b', 5, 6)])).toEqual([[0, null, 'S0']])
    expect(spans([seen('a', 0, 5), seen('b', 6, 7)])).toEqual([
      [6, 7, 'S0'],
      [0, 5, 'S0'],
    ])
    expect(spans([seen('a', 0, 10), seen('b', 0, 10, 1)]).toSorted()).toEqual([
      [0, 10, 'S0'],
      [0, 10, 'S1'],
    ])
  })

  it('keep their id while they go on, and have another on another page', () => {
    const idOf = (incidents: readonly IncidentFacts[], id = 'stp_A') =>
      told([fine], { incidents, page: { id, title: 'P', description: null, services: [published('S')] } }).incidents[0]
        ?.id
    const first = idOf([seen('a', 0, null)])
    expect(first).toMatch(/^inc_[0-9A-Z]{20}$/)
    expect(idOf([seen('b', 5, 15), seen('a', 0, 10)])).toBe(first)
    expect(idOf([seen('a', 0, null)], 'stp_B')).not.toBe(first)
  })

  it('beyond what is shown are left out, and that is told', () => {
    const many = Array.from({ length: SHOWN_INCIDENTS + 1 }, (_, i) => seen(`a${i}`, -10 * i, -10 * i + 1))
    const { incidents, incidentsLeftOut } = told([fine], { incidents: many })
    expect([incidents.length, incidentsLeftOut]).toEqual([SHOWN_INCIDENTS, true])
    expect(told([fine], { incidents: many.slice(1) }).incidentsLeftOut).toBe(false)
    expect(told([fine], { isCut: true }).incidentsLeftOut).toBe(true)
  })
})
