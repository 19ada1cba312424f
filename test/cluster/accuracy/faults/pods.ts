/** Pods that serve nobody, and what keeps packets from them. */
import { endpoints, type Manifest, TOADS } from '../../world.ts'
import { all, edit, editEndpoints, type Fault, type Inject, last, named, notReady, onePod, portOf } from '../fault.ts'
import { EVERYWHERE, SEVERAL, WEB } from '../shapes.ts'

const DENY_ALL = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'deny-all', namespace: 'pond' },
  spec: { podSelector: {}, policyTypes: ['Ingress'] },
}

const dropToPods =
  (rule: (to: string) => string): Inject =>
  async ({ fault }) => {
    const to = `ip daddr { ${endpoints(...TOADS).map(({ at }) => at)} } tcp dport 8080`
    for (const node of ['node-1', 'node-2']) {
      await fault.filter(node, 'forward', [rule(to)])
    }
  }

export const FAULTS_OF_PODS: readonly Fault[] = [
  {
    name: 'no endpoint is in the slice',
    since: 'old',
    shapes: ['everything', 'nodePort', 'clusterIP', 'ingress', 'proxied'],
    objects: editEndpoints(() => null),
    on: EVERYWHERE,
    codes: ['no_endpoints'],
  },
  {
    name: 'pods are not Ready',
    since: 'old',
    shapes: ['everything', 'nodePort', 'clusterIP', 'ingress', 'proxied', 'single'],
    objects: notReady,
    on: EVERYWHERE,
    codes: ['pods_not_ready'],
    also: ['no_endpoints'],
  },
  {
    name: 'the slice calls its port otherwise',
    since: 'old',
    shapes: ['everything', 'nodePort', 'clusterIP'],
    objects: edit('EndpointSlice', (manifest) => ({
      ...manifest,
      ports: [{ name: 'web', port: 8080, protocol: 'TCP' }],
    })),
    on: EVERYWHERE,
    codes: ['slice_port_name_mismatch'],
    also: ['no_endpoints'],
  },
  {
    name: 'nobody listens on the targetPort',
    since: 'old',
    shapes: WEB,
    inject: all('closed'),
    on: EVERYWHERE,
    codes: ['nothing_listens'],
    // From there nobody tells the pods from the way to them.
    outside: ['nothing_listens', 'nothing_answers'],
  },
  {
    name: 'the targetPort is one that no container declares, and on which nobody listens',
    since: 'old',
    shapes: ['everything', 'nodePort', 'proxied'],
    objects: (manifests) =>
      portOf(8081)(
        edit('Service', (manifest) => {
          const spec = manifest.spec as Manifest & { ports: Manifest[] }
          return { ...manifest, spec: { ...spec, ports: spec.ports.map((port) => ({ ...port, targetPort: 8081 })) } }
        })(manifests),
      ),
    on: EVERYWHERE,
    codes: ['target_port_not_declared'],
    also: ['nothing_listens'],
  },
  {
    name: 'a NetworkPolicy denies everything and is enforced',
    since: 'old',
    shapes: ['everything', 'nodePort', 'clusterIP'],
    objects: (manifests) => [...manifests, DENY_ALL],
    inject: dropToPods((to) => `${to} drop`),
    on: EVERYWHERE,
    codes: ['network_policy_port'],
    also: ['endpoints_silent'],
  },
  {
    name: 'packets to the pods are dropped, and no object says why',
    since: 'old',
    shapes: ['everything', 'nodePort', 'clusterIP'],
    inject: dropToPods((to) => `${to} drop`),
    on: EVERYWHERE,
    codes: ['endpoints_silent'],
    // From there nobody tells the pods from the way to them.
    outside: ['endpoints_silent', 'nothing_answers'],
  },
  {
    name: 'pods take connections and never answer',
    since: 'old',
    shapes: WEB,
    inject: all('hang'),
    on: EVERYWHERE,
    codes: ['application_hangs'],
  },
  {
    name: 'pods reset connections',
    since: 'old',
    shapes: WEB,
    inject: all('reset'),
    on: EVERYWHERE,
    codes: ['application_cuts_connections'],
  },
  {
    name: 'the application answers 500',
    since: 'old',
    shapes: WEB,
    inject: all({ status: 500 }),
    on: EVERYWHERE,
    codes: ['application_answers_errors'],
  },
  {
    name: 'one pod of several is closed',
    since: 'old',
    shapes: SEVERAL,
    inject: last('closed'),
    ...onePod,
    codes: ['some_endpoints_fail'],
  },
  {
    name: 'one pod of several hangs',
    since: 'old',
    shapes: SEVERAL,
    inject: last('hang'),
    ...onePod,
    codes: ['some_endpoints_fail'],
  },
  {
    name: 'a pod of a headless Service is closed',
    since: 'old',
    shapes: ['headless'],
    inject: last('closed'),
    on: EVERYWHERE,
    codes: ['some_endpoints_fail'],
  },
  {
    name: 'an endpoint whose pod is long gone',
    since: 'old',
    shapes: ['single'],
    objects: editEndpoints((endpoint) => ({ ...endpoint, addresses: ['10.244.2.99'] })),
    asked: { timeoutMs: 4000, samples: 1 },
    on: EVERYWHERE,
    codes: ['endpoints_unreachable'],
    // From there nobody tells the pods from the way to them.
    outside: ['endpoints_unreachable', 'nothing_answers'],
  },
  {
    name: 'a firewall on the nodes prohibits the pods',
    since: 'old',
    shapes: ['everything', 'nodePort', 'clusterIP'],
    inject: dropToPods((to) => `${to} reject with icmp type host-prohibited`),
    on: EVERYWHERE,
    codes: ['endpoints_unreachable'],
    // From there nobody tells the pods from the way to them.
    outside: ['endpoints_unreachable', 'nothing_answers'],
  },
  {
    name: 'only the controller is let in',
    since: 'old',
    shapes: ['everything'],
    inject: dropToPods((to) => `ip saddr != 10.244.1.80 ${to} drop`),
    on: ['Endpoint', 'NodePort', 'LoadBalancer'],
    codes: ['endpoints_silent'],
  },
  {
    name: 'the controller alone is not let in',
    since: 'old',
    shapes: ['everything', 'ingress'],
    inject: dropToPods((to) => `ip saddr 10.244.1.80 ${to} drop`),
    on: ['Ingress'],
    codes: ['ingress_backend_silent'],
  },
  {
    name: 'the application listens in one family',
    since: 'old',
    shapes: ['dual'],
    inject: all('IPv4'),
    on: EVERYWHERE,
    codes: ['one_family_fails'],
  },
  {
    name: 'two families, endpoints of one',
    since: 'old',
    shapes: ['dual'],
    objects: (manifests) => named('toad-6', (manifest) => ({ ...manifest, endpoints: [] }))(manifests),
    on: EVERYWHERE,
    codes: ['single_family_endpoints'],
    also: ['one_family_fails'],
  },
]
