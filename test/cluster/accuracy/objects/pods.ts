/** Selectors, and the pods that they match. */
import { pod, service, slice, workload } from '../../../support/manifests.ts'
import { at, headless, labelled, NOT_READY, type ObjectFault } from './parts.ts'

export const OBJECTS_OF_PODS: readonly ObjectFault[] = [
  {
    name: 'a label that pods have in other letters',
    manifests: [service({ selector: { app: 'Toad' } }), slice([]), pod('toad-9')],
    codes: ['selector_matches_no_pods'],
  },
  {
    name: 'a selector of two labels, of which pods have one',
    manifests: [service({ selector: { app: 'toad', tier: 'web' } }), slice([]), pod('toad-9')],
    codes: ['selector_matches_no_pods'],
  },
  {
    name: 'a selector by a release that is gone',
    manifests: [
      service({ selector: { 'app.kubernetes.io/instance': 'toad-1' } }),
      slice([]),
      labelled('toad-9', { 'app.kubernetes.io/instance': 'toad-2' }),
    ],
    codes: ['selector_matches_no_pods'],
  },
  {
    name: 'a selector that a StatefulSet does not give its pods',
    manifests: [service({ selector: { app: 'toads' } }), workload('StatefulSet', 'toad', { app: 'toad' })],
    codes: ['selector_matches_no_pods'],
  },
  {
    name: 'a selector that a DaemonSet does not give its pods',
    manifests: [service({ selector: { name: 'toad' } }), slice([]), workload('DaemonSet', 'toad', { app: 'toad' })],
    codes: ['selector_matches_no_pods'],
    also: ['no_endpoints'],
  },
  {
    name: 'the Deployment is in another namespace',
    manifests: [service(), slice([]), workload('Deployment', 'toad', { app: 'toad' }, {}, [{ name: 'web' }], 'lake')],
    codes: ['service_in_other_namespace'],
    also: ['no_endpoints'],
  },
  {
    name: 'two pods in another namespace, others here',
    manifests: [
      service(),
      slice([]),
      labelled('toad-9', { app: 'toad' }, { namespace: 'lake' }),
      labelled('frog-1', { app: 'frog' }),
    ],
    codes: ['service_in_other_namespace'],
  },
  {
    name: 'a StatefulSet at zero',
    manifests: [service(), slice([]), workload('StatefulSet', 'toad', { app: 'toad' }, { replicas: 0 })],
    codes: ['workload_scaled_to_zero'],
  },
  {
    name: 'a ReplicaSet at zero',
    manifests: [service(), slice([]), workload('ReplicaSet', 'toad', { app: 'toad' }, { replicas: 0 })],
    codes: ['workload_scaled_to_zero'],
  },
  {
    name: 'pods of a Job that is done',
    manifests: [service(), slice([]), pod('toad-9', {}, { phase: 'Succeeded', ready: false })],
    codes: ['pods_ended'],
  },
  { name: 'no pod is Ready', manifests: [service(), ...NOT_READY], codes: ['pods_not_ready'], also: ['no_endpoints'] },
  {
    name: 'a pod that is Pending',
    manifests: [service(), slice([]), pod('toad-9', {}, { phase: 'Pending', ready: false })],
    codes: ['pods_not_ready'],
    also: ['no_endpoints'],
  },
  {
    name: 'two of three pods are not Ready',
    manifests: [
      service(),
      slice([at(9), { ...at(10), ready: false }, { ...at(11), ready: false }]),
      pod('toad-9'),
      pod('toad-10', {}, { ready: false, ip: '10.244.0.10' }),
      pod('toad-11', {}, { ready: false, ip: '10.244.0.11' }),
    ],
    codes: ['pods_not_ready'],
  },
  {
    name: 'only pods that shut down, two of them',
    manifests: [
      service(),
      slice([9, 10].map((last) => ({ ...at(last), ready: false, serving: true, terminating: true }))),
      pod('toad-9', {}, { deletedAt: '2026-01-01T00:00:00Z' }),
      pod('toad-10', {}, { deletedAt: '2026-01-01T00:00:00Z', ip: '10.244.0.10' }),
    ],
    codes: ['pods_terminating_only'],
  },
  {
    name: 'no pod of a headless Service is Ready, and none is published before',
    manifests: [service(headless), ...NOT_READY],
    codes: ['pods_not_ready'],
    also: ['no_endpoints'],
  },
  {
    name: 'a selector that a database has as well',
    manifests: [
      service({ selector: { team: 'frogs' } }),
      slice([at(9), at(10)]),
      labelled('toad-9', { team: 'frogs', app: 'toad' }),
      {
        ...pod(
          'db-0',
          { containers: [{ name: 'db', image: 'db:1', ports: [{ name: 'db', containerPort: 5432 }] }] },
          { labels: { team: 'frogs', app: 'db' }, ip: '10.244.0.10' },
        ),
      },
    ],
    codes: ['selector_too_broad'],
  },
]
