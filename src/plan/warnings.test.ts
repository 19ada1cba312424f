import { describe, expect, it } from 'vitest'
import { event, ingress, pod, service, workload } from '../../test/support/manifests.ts'
import { planInput } from '../../test/support/plan-text.ts'
import { indexObjects } from '../kube/object-index.ts'
import { ownObjects } from './own-objects.ts'
import { warningsOf } from './warnings.ts'

const indexOf = (...manifests: unknown[]) => indexObjects(planInput(manifests, {}).objects)
const POND = ['pond', 'toad'] as const

/** A pod that a Deployment has made. */
const made = (name: string) => ({
  ...pod(name),
  metadata: {
    ...{ name, namespace: 'pond', labels: { app: 'toad', 'pod-template-hash': '7d9f' } },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'toad-7d9f', uid: '1', controller: true }],
  },
})
const old = {
  ...workload('ReplicaSet', 'toad-old', { app: 'toad' }, { replicas: 0 }),
  metadata: {
    ...{ name: 'toad-old', namespace: 'pond' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'toad', uid: '2', controller: true }],
  },
}

describe('the objects that a Service stands on', () => {
  it('are itself, its pods, what has made them, and its Ingresses', () => {
    const index = indexOf(
      ...[service(), made('toad-1'), made('toad-2'), pod('newt-1', {}, { labels: { app: 'newt' } })],
      ...[ingress([{}]), ingress([{ to: 'newt' }], {}, { name: 'newt' })],
    )
    expect(ownObjects(index, ...POND).map(({ role, kind, name }) => `${role} ${kind}/${name}`)).toEqual([
      'service Service/toad',
      'pods Pod/toad-1',
      'pods Pod/toad-2',
      'makers ReplicaSet/toad-7d9f',
      'makers Deployment/toad',
      'ingresses Ingress/toad',
    ])
  })

  it('are what would make pods, where there are none: no ReplicaSet that was replaced', () => {
    const index = indexOf(
      ...[service(), old, workload('ReplicaSet', 'toad-7d9f', { app: 'toad' })],
      ...[workload('StatefulSet', 'toads', { app: 'toad' }), workload('Deployment', 'newt', { app: 'newt' })],
    )
    expect(ownObjects(index, ...POND).map(({ role, kind, name }) => `${role} ${kind}/${name}`)).toEqual([
      'service Service/toad',
      'makers ReplicaSet/toad-7d9f',
      'makers StatefulSet/toads',
    ])
  })

  it('are the Service alone where it has no selector: an empty one would match every pod', () => {
    for (const selector of [null, {}]) {
      expect(ownObjects(indexOf(service({ selector }), pod('toad-1')), ...POND)).toEqual([
        { role: 'service', kind: 'Service', name: 'toad' },
      ])
    }
  })
})

describe('the warnings about them', () => {
  it('are the latest of each reason, newest first, and no event that is none', () => {
    const index = indexOf(
      ...[service(), made('toad-1'), made('toad-2')],
      event('Unhealthy', 'first', { at: '2026-11-30T10:00:00Z', count: 9 }),
      event('Unhealthy', 'second', { about: 'Pod/toad-2', at: '2026-11-30T11:00:00Z', count: 4 }),
      event('BackOff', 'third', { at: '2026-11-30T10:30:00Z' }),
      event('Pulled', 'fine', { type: 'Normal', at: '2026-11-30T12:00:00Z' }),
      event('Failed', 'of another', { about: 'Pod/newt-1', at: '2026-11-30T12:00:00Z' }),
      event('Failed', 'elsewhere', { namespace: 'moor', at: '2026-11-30T12:00:00Z' }),
    )
    expect(warningsOf(index, ...POND)).toEqual([
      {
        ...{ role: 'pods', object: 'Pod/toad-2', reason: 'Unhealthy', message: 'second' },
        ...{ count: 4, lastAt: '2026-11-30T11:00:00Z' },
      },
      {
        ...{ role: 'pods', object: 'Pod/toad-1', reason: 'BackOff', message: 'third' },
        ...{ count: 1, lastAt: '2026-11-30T10:30:00Z' },
      },
    ])
  })

  it('are few, and none is long', () => {
    const many = Array.from({ length: 40 }, (_, at) => event(`Reason${at}`, 'x'.repeat(900)))
    const warnings = warningsOf(indexOf(service(), pod('toad-1'), ...many), ...POND)
    expect([warnings.length, Math.max(...warnings.map(({ message }) => message.length))]).toEqual([12, 501])
  })
})
