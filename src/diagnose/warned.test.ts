/** Warnings of the cluster itself stand beside what a rule has found. */
import { describe, expect, it } from 'vitest'
import { event, pod, service, slice, workload } from '../../test/support/manifests.ts'
import { planInput } from '../../test/support/plan-text.ts'
import { planPaths } from '../plan/plan.ts'
import { diagnoseObjects } from './diagnose.ts'

function found(...manifests: unknown[]) {
  const input = planInput(manifests, {})
  const { findings } = diagnoseObjects(planPaths(input), input.objects)
  return findings.map(({ code, detail, evidence }) => ({
    ...{ code, detail },
    events: evidence.flatMap((each) => ('object' in each && each.field === 'events' ? each : [])),
  }))
}

const UNREADY = [service(), slice([{ at: '10.244.0.9', ready: false }]), pod('toad-1', {}, { ready: false })]

describe('a finding about pods', () => {
  it('shows the latest warnings about them, with the count and the time', () => {
    const [finding] = found(
      ...UNREADY,
      event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', { count: 12 }),
      event('FailedScheduling', '0/3 nodes are available:\n3 Insufficient cpu.', { at: '2026-11-30T11:00:00Z' }),
      event('Sync', 'of the Service', { about: 'Service/toad' }),
    )
    expect(finding).toEqual({
      code: 'pods_not_ready',
      detail: expect.stringMatching(
        / The cluster's events say: Pod\/toad-1 Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503 \(12 times, last at 2026-11-30T11:59:00Z\); Pod\/toad-1 FailedScheduling: 0\/3 nodes are available: 3 Insufficient cpu\. \(at 2026-11-30T11:00:00Z\)\.$/,
      ),
      events: [
        {
          ...{ object: 'Pod/toad-1', field: 'events' },
          value: {
            ...{ type: 'Warning', reason: 'Unhealthy', count: 12, lastAt: '2026-11-30T11:59:00Z' },
            message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
          },
        },
        {
          ...{ object: 'Pod/toad-1', field: 'events' },
          value: {
            ...{ type: 'Warning', reason: 'FailedScheduling', count: 1, lastAt: '2026-11-30T11:00:00Z' },
            message: '0/3 nodes are available:\n3 Insufficient cpu.',
          },
        },
      ],
    })
  })

  it('never shows what a probe printed', () => {
    const printed = event('Unhealthy', 'Readiness probe failed: login with password hunter2 failed')
    expect(JSON.stringify(found(...UNREADY, printed))).not.toContain('hunter2')
  })

  it('is as it was without events', () => {
    const [finding] = found(...UNREADY)
    expect([finding?.code, finding?.events, finding?.detail.includes('events say')]).toEqual([
      'pods_not_ready',
      [],
      false,
    ])
  })
})

describe('a Service without pods', () => {
  it('shows why the workload makes none', () => {
    const quota = 'pods "toad-7d9f-" is forbidden: exceeded quota: small'
    const [finding] = found(
      ...[service(), slice([]), workload('ReplicaSet', 'toad-7d9f', { app: 'toad' })],
      event('FailedCreate', quota, { about: 'ReplicaSet/toad-7d9f', count: 7 }),
    )
    expect([finding?.code, finding?.events.map(({ object, value }) => [object, value])]).toEqual([
      'no_endpoints',
      [
        [
          'ReplicaSet/toad-7d9f',
          { type: 'Warning', reason: 'FailedCreate', message: quota, count: 7, lastAt: '2026-11-30T11:59:00Z' },
        ],
      ],
    ])
  })
})
