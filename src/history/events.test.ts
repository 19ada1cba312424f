import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventsOf, type OpenFinding, type OpenIncident, type ServiceAt, type ServiceEvent } from './events.ts'

const aFinding = (over: Partial<OpenFinding> = {}): OpenFinding => ({
  ...{ code: 'dns_server_silent', layer: 'dns', confidence: 'likely', title: 'It is silent', explains: ['a'] },
  ...over,
})
const anIncident = (id: string, cause: OpenFinding | null = null): OpenIncident => ({
  ...{ id, pathId: id, check: 'default', vantage: 'office', startedAtMs: 0 },
  cause: cause && { code: cause.code, layer: cause.layer, confidence: cause.confidence, title: cause.title },
})
const at = (findings: readonly OpenFinding[], incidents: readonly OpenIncident[] = []): ServiceAt => ({
  ...{ isFailing: incidents.length > 0, findings, incidents },
})

/** Returns what somebody knows who began with a state and was told of everything since. */
function told(state: ServiceAt, events: readonly ServiceEvent[]): ServiceAt {
  let { isFailing, findings, incidents } = state
  for (const event of events) {
    if (event.type === 'finding.opened') {
      findings = [...findings, event.finding]
    } else if (event.type === 'finding.closed') {
      findings = without(findings, event.finding)
    } else if (event.type === 'finding.changed') {
      findings = [...without(findings, event.was), event.finding]
    } else if (event.type === 'incident.opened') {
      incidents = [...incidents, ...event.incidents]
    } else if (event.type === 'incident.closed') {
      const closed = new Set(event.incidents.map(({ id }) => id))
      incidents = incidents.filter(({ id }) => !closed.has(id))
    } else {
      isFailing = event.type === 'service.failing'
    }
  }
  return { isFailing, findings, incidents }
}

function without(findings: readonly OpenFinding[], one: OpenFinding): OpenFinding[] {
  const index = findings.findIndex((each) => JSON.stringify(each) === JSON.stringify(one))
  expect(index).toBeGreaterThanOrEqual(0)
  return findings.toSpliced(index, 1)
}

const inOrder = ({ isFailing, findings, incidents }: ServiceAt) => ({
  isFailing,
  findings: findings.map((each) => JSON.stringify(each)).toSorted(),
  incidents: incidents.map(({ id }) => id).toSorted(),
})

const finding = fc.record({
  code: fc.constantFrom('one', 'two'),
  layer: fc.constant('dns' as const),
  confidence: fc.constantFrom('certain' as const, 'likely' as const),
  title: fc.constantFrom('x', 'y'),
  explains: fc.subarray(['a', 'b', 'c']),
})
const state: fc.Arbitrary<ServiceAt> = fc.record({
  isFailing: fc.boolean(),
  findings: fc.array(finding, { maxLength: 4 }),
  incidents: fc.subarray(['a', 'b', 'c', 'd']).map((ids) => ids.map((id) => anIncident(id))),
})

describe('what happens to a Service', () => {
  it('told forward gives what is known after, whatever was before', () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        expect(inOrder(told(before, eventsOf(before, after)))).toEqual(inOrder(after))
      }),
    )
  })

  it('is nothing where nothing has changed, in whatever order it is told', () => {
    fc.assert(
      fc.property(state, (same) => {
        const again = { ...same, findings: same.findings.toReversed(), incidents: same.incidents.toReversed() }
        expect(eventsOf(same, again)).toEqual([])
      }),
    )
  })

  it('is a change where a finding is surer, explains other paths, or words the same cause anew', () => {
    const was = aFinding()
    for (const now of [
      aFinding({ confidence: 'certain' }),
      aFinding({ explains: ['b'] }),
      aFinding({ explains: ['a', 'b'], title: 'It is silent at two addresses' }),
    ]) {
      expect(eventsOf(at([was]), at([now]))).toEqual([{ type: 'finding.changed', finding: now, was }])
    }
  })

  it('is an end and a beginning where nothing shows that the cause is the same', () => {
    const [was, now] = [aFinding(), aFinding({ title: 'Another is silent', explains: ['b'] })]
    expect(eventsOf(at([was]), at([now])).map(({ type }) => type)).toEqual(['finding.closed', 'finding.opened'])
  })

  it('is one event for all incidents of one cause', () => {
    const [one, other] = [aFinding(), aFinding({ code: 'mtu_too_small' })]
    const incidents = [anIncident('a', one), anIncident('b', other), anIncident('c', one), anIncident('d')]
    const opened = eventsOf(at([]), at([], incidents))
    const brief = opened.map((event) => [
      event.type,
      'incidents' in event ? [event.cause?.code, ...event.incidents.map(({ id }) => id)] : [],
    ])
    expect(brief).toEqual([
      ['incident.opened', ['dns_server_silent', 'a', 'c']],
      ['incident.opened', ['mtu_too_small', 'b']],
      ['incident.opened', [undefined, 'd']],
      ['service.failing', []],
    ])
  })
})
