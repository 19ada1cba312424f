import { expect, it } from 'vitest'
import type { Finding } from '../../src/diagnose/finding.ts'
import type { ServiceEvent } from '../../src/history/events.ts'
import type { PlannedPath } from '../../src/plan/path.ts'
import { aFinding, pathOf, ran, type Try } from '../support/history.ts'
import { NOW, REFUSED } from '../support/stored.ts'
import { opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const MINUTE = 60_000
const [A, B, C] = [pathOf('A'), pathOf('B', { kind: 'NodePort' }), pathOf('C', { kind: 'LoadBalancer' })]
const ALL = [A, B, C]
const leftOut = (path: PlannedPath): PlannedPath => ({ ...path, skipped: { reason: 'excluded', detail: '' } })
const nameOf = (pathId: string | null): string => pathId?.at(-1) ?? 'whole'

/** One event a line, in words that a table can have. */
function brief(event: ServiceEvent): string {
  if ('incidents' in event) {
    const names = event.incidents.map(({ pathId }) => nameOf(pathId)).toSorted()
    return `${event.type} ${event.cause?.code ?? '-'}: ${names.join(' ')}`
  }
  if ('finding' in event) {
    const { code, confidence, explains } = event.finding
    return `${event.type} ${code} ${confidence}: ${explains.map(nameOf).join(' ')}`
  }
  return event.type
}

type Job = {
  what: string
  atMin: number
  /** Paths that fail. */
  failing?: readonly PlannedPath[]
  paths?: readonly PlannedPath[]
  findings?: readonly Finding[]
  events: readonly string[]
}

const pods = (confidence: Finding['confidence'], ...paths: readonly PlannedPath[]) =>
  aFinding(
    paths.map(({ id }) => id),
    { code: 'selector_matches_no_pods', confidence },
  )
const mtu = (...paths: readonly PlannedPath[]) =>
  aFinding(
    paths.map(({ id }) => id),
    { code: 'mtu_too_small', title: 'Large packets are lost', confidence: 'likely' },
  )

const LIFE: readonly Job[] = [
  { what: 'is healthy', atMin: 0, events: [] },
  { what: 'stays so', atMin: 10, events: [] },
  {
    ...{ what: 'has a path that fails', atMin: 20, failing: [A], findings: [pods('likely', A)] },
    events: [
      'finding.opened selector_matches_no_pods likely: A',
      'incident.opened selector_matches_no_pods: A whole',
      'service.failing',
    ],
  },
  { what: 'fails as before', atMin: 30, failing: [A], findings: [pods('likely', A)], events: [] },
  {
    ...{ what: 'is known more surely', atMin: 40, failing: [A], findings: [pods('certain', A)] },
    events: ['finding.changed selector_matches_no_pods certain: A'],
  },
  {
    ...{
      what: 'fails on more paths for the same cause',
      atMin: 50,
      failing: [A, B],
      findings: [pods('certain', A, B)],
    },
    events: ['finding.changed selector_matches_no_pods certain: A B', 'incident.opened selector_matches_no_pods: B'],
  },
  {
    ...{ what: 'has a second cause', atMin: 60, failing: ALL, findings: [pods('certain', A, B), mtu(C)] },
    events: ['finding.opened mtu_too_small likely: C', 'incident.opened mtu_too_small: C'],
  },
  {
    ...{ what: 'is not looked at where it fails', atMin: 70, paths: [A, leftOut(B), leftOut(C)], failing: [A] },
    ...{ findings: [pods('certain', A, B)], events: [] },
  },
  {
    ...{ what: 'recovers on a path', atMin: 80, failing: [A, B], findings: [pods('certain', A, B)] },
    events: ['finding.closed mtu_too_small likely: C', 'incident.closed mtu_too_small: C'],
  },
  {
    ...{ what: 'loses its cause, and fails all the same', atMin: 90, failing: [A, B] },
    events: ['finding.closed selector_matches_no_pods certain: A B'],
  },
  {
    ...{ what: 'recovers', atMin: 100 },
    events: ['incident.closed selector_matches_no_pods: A B whole', 'service.recovered'],
  },
  { what: 'stays well', atMin: 110, events: [] },
  {
    ...{ what: 'fails without a cause', atMin: 120, failing: [C] },
    events: ['incident.opened -: C whole', 'service.failing'],
  },
  { what: 'recovers again', atMin: 121, events: ['incident.closed -: C whole', 'service.recovered'] },
  {
    ...{ what: 'flaps: the same incident goes on', atMin: 122, failing: [C] },
    events: ['incident.opened -: C whole', 'service.failing'],
  },
  { what: 'flaps back', atMin: 123, events: ['incident.closed -: C whole', 'service.recovered'] },
  {
    ...{ what: 'fails on a path', atMin: 140, failing: [C], findings: [mtu(C)] },
    events: ['finding.opened mtu_too_small likely: C', 'incident.opened mtu_too_small: C whole', 'service.failing'],
  },
  {
    ...{ what: 'has that path no more', atMin: 150, paths: [A, B] },
    events: ['finding.closed mtu_too_small likely: C', 'incident.closed mtu_too_small: C whole', 'service.recovered'],
  },
  {
    ...{ what: 'is told of what breaks nothing', atMin: 160, findings: [mtu()] },
    events: ['finding.opened mtu_too_small likely: '],
  },
  { what: 'is as it should be', atMin: 170, events: ['finding.closed mtu_too_small likely: '] },
]

export function eventsContract(open: OpenStore): void {
  const store = opened(open)

  it('of a Service are told as its jobs end, each once', async () => {
    for (const { what, atMin, failing = [], paths = ALL, findings = [], events } of LIFE) {
      const told: string[] = []
      const tries = paths
        .filter(({ skipped }) => skipped === null)
        .map(({ id }): Try => ({ pathId: id, ...(failing.some((path) => path.id === id) && REFUSED) }))
      const onEvents = (found: readonly ServiceEvent[]) => void told.push(...found.map(brief))
      await ran(store(), { atMs: NOW + atMin * MINUTE, paths, tries, findings, onEvents })
      expect([what, told]).toEqual([what, events])
    }
  })

  it('are of no other Service, and of no job that wants no history', async () => {
    const told: ServiceEvent[][] = []
    const onEvents = (found: readonly ServiceEvent[]) => void told.push([...found])
    const failing = { paths: [A], tries: [{ pathId: A.id, ...REFUSED }] }
    await ran(store(), failing)
    const target = { cluster: 'default', namespace: 'default', service: 'frog-svc' }
    await ran(store(), { atMs: NOW + MINUTE, paths: [B], job: { target }, onEvents })
    await ran(store(), { ...failing, atMs: NOW + 2 * MINUTE, job: { history: false }, onEvents })
    expect(told.flat()).toEqual([])
  })
}
