import type { Field } from './fields.ts'
import type { OpenShiftBackend, OpenShiftRoute } from './openshift-objects.ts'
import { readConditionsIn, readMeta } from './read-meta.ts'
import { absolutePath, subdomain } from './validation.ts'

export const OPENSHIFT_ROUTES = 'route.openshift.io'

/** route.openshift.io/v1, with the defaults of its API server (pkg/route/apis/route/v1 defaults). */
export function readOpenShiftRoute(object: Field): OpenShiftRoute {
  const spec = object.get('spec')
  const tls = spec.get('tls')
  const ingress = object.get('status').get('ingress')
  const backends = [
    spec.get('to').need('the Service: {kind: Service, name: NAME}'),
    ...spec.get('alternateBackends').items(),
  ]
  return {
    kind: 'Route',
    meta: readMeta(object, subdomain),
    host: spec.get('host').matching(subdomain),
    path: spec.get('path').matching(absolutePath),
    backends: backends.map(readBackend),
    targetPort: spec.get('port').get('targetPort').portRef(),
    tls: tls.absent
      ? null
      : {
          termination: tls.get('termination').need('edge, passthrough or reencrypt').text() ?? '',
          insecure: tls.get('insecureEdgeTerminationPolicy').text() ?? 'None',
        },
    wildcardPolicy: spec.get('wildcardPolicy').text() ?? 'None',
    ingress: ingress.absent
      ? null
      : ingress.items().map((router) => ({
          host: router.get('host').text(),
          routerName: router.get('routerName').text(),
          routerCanonicalHostname: router.get('routerCanonicalHostname').text(),
          conditions: readConditionsIn(router.get('conditions')),
        })),
  }
}

const readBackend = (to: Field): OpenShiftBackend => ({
  kind: to.get('kind').text() ?? 'Service',
  name: to.get('name').need("the Service's name").text() ?? '',
  weight: to.get('weight').integer(0, 256) ?? 100,
})
