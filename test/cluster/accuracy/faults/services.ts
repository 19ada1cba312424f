/** Services that lead out of the cluster, and objects that the cluster is not, or is no longer, like. */
import { slice } from '../../../support/manifests.ts'
import { endpoints, type Manifest, TOADS } from '../../world.ts'
import { all, edit, editEndpoints, editSpec, type Fault, notReady } from '../fault.ts'
import { EVERYWHERE } from '../shapes.ts'

export const FAULTS_OF_SERVICES: readonly Fault[] = [
  {
    name: 'an ExternalName that leads to nothing',
    since: 'old',
    shapes: ['externalName'],
    objects: editSpec('Service', { externalName: 'gone.example.org' }),
    on: EVERYWHERE,
    codes: ['outside_name_unresolved'],
    also: ['external_name_host_mismatch'],
  },
  {
    name: 'the target of an ExternalName answers its own Host alone',
    since: 'new',
    shapes: ['externalName'],
    inject: all({ host: 'api.example.org' }),
    on: EVERYWHERE,
    codes: ['external_name_host_mismatch'],
  },
  {
    name: 'the server behind a Service without selector is down',
    since: 'new',
    shapes: ['selectorless'],
    inject: all('closed'),
    on: EVERYWHERE,
    codes: ['nothing_listens'],
    // From there nobody tells the pods from the way to them.
    outside: ['nothing_listens', 'nothing_answers'],
  },
  {
    name: 'pods are called not Ready by objects that are older than the cluster',
    since: 'new',
    shapes: ['everything', 'nodePort', 'clusterIP', 'single'],
    objects: notReady,
    plane: (manifests) =>
      editEndpoints((endpoint) => ({ ...endpoint, conditions: { ready: true, serving: true, terminating: false } }))(
        manifests,
      ),
    on: EVERYWHERE,
    codes: ['objects_out_of_date'],
  },
  {
    name: 'the slice was empty when the objects were read',
    since: 'new',
    shapes: ['everything', 'nodePort', 'clusterIP'],
    objects: editEndpoints(() => null),
    plane: (manifests) => edit('EndpointSlice', () => slice(endpoints(...TOADS)))(manifests),
    on: EVERYWHERE,
    codes: ['objects_out_of_date'],
  },
  {
    name: 'one endpoint of the objects is gone since',
    since: 'new',
    shapes: ['nodePort', 'clusterIP'],
    objects: edit('EndpointSlice', () =>
      slice([...endpoints('toad-1', 'toad-2', 'toad-3'), { at: '10.244.2.98', node: 'node-2' }]),
    ),
    plane: edit('EndpointSlice', () => slice(endpoints('toad-1', 'toad-2', 'toad-3'))),
    on: ['Endpoint'],
    // That the objects are old cannot be told from a pod that is dead: its address is named either way.
    codes: ['objects_out_of_date', 'some_endpoints_fail'],
  },
  {
    name: 'a label keeps kube-proxy away',
    since: 'old',
    shapes: ['nodePort'],
    objects: edit('Service', (manifest) => ({
      ...manifest,
      metadata: {
        ...(manifest.metadata as Manifest),
        labels: { 'service.kubernetes.io/service-proxy-name': 'other' },
      },
    })),
    on: EVERYWHERE,
    codes: ['proxy_label_excludes_service'],
  },
]
