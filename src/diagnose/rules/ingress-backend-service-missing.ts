import { distance } from 'fastest-levenshtein'
import { backendsOf } from '../../kube/object-index.ts'
import { refOf } from '../../kube/objects.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'

/** `toad-v1` and `toad-v2`, `toad-a` and `toad-b` are two Services, not one and a slip. */
const withoutNumber = (name: string): string => name.replace(/\d+|-[a-z]$/g, '')

/** Removes the suffix that people add to the name of an application to name its Service. */
const withoutSuffix = (name: string): string => name.replace(/-(svc|service|srv)$/, '')

const isSlip = (name: string, meant: string): boolean =>
  withoutSuffix(name) === withoutSuffix(meant) ||
  (name.length > 3 && distance(name, meant) <= 2 && withoutNumber(name) !== withoutNumber(meant))

/** A backend is a Service of the Ingress's own namespace, by its exact name. */
export const ingressBackendServiceMissing: Rule = {
  code: 'ingress_backend_service_missing',
  layer: 'ingress',
  when({ service, ref, namespace, index, ingresses }) {
    // One that is named somewhere is not the one that was meant elsewhere.
    if (ingresses.length > 0 || index.unread('ingresses', namespace) !== null) {
      return []
    }
    const { name } = service.meta
    return index.objects.ingresses
      .filter(({ meta }) => (meta.namespace ?? namespace) === namespace)
      .flatMap((ingress) => {
        const named = [...new Set(backendsOf(ingress).flatMap((backend) => backend.service?.name ?? []))]
        const missing = named.filter((each) => index.servicesAt(namespace, each).length === 0 && isSlip(each, name))
        if (missing.length === 0 || index.unread('services', namespace) !== null) {
          return []
        }
        return [
          {
            // A Service of that name may be there and not among the objects.
            confidence: 'likely' as const,
            title: `${refOf(ingress)} sends to Service ${list(missing)}, which is not among the objects; ${name} is`,
            detail:
              'The names differ by a letter or two, or by what is added to them. Without the Service a controller has nothing to send to: ingress-nginx and HAProxy answer 503, Traefik 404, an implementation of Gateway API 500; no path through it leads to this Service.',
            fix: `If ${name} is meant, write it in the backend of ${refOf(ingress)}; else ${index.source === 'manifests' ? 'send' : 'create'} the Service ${list(missing)}${index.source === 'manifests' ? ' as well' : ''}.`,
            confirm: `kubectl get services -n ${namespace}; kubectl describe ingress -n ${namespace} ${ingress.meta.name}`,
            evidence: [
              { object: refOf(ingress), field: 'spec.rules[].http.paths[].backend.service.name', value: missing },
              { object: ref, field: 'metadata.name', value: name },
            ],
            explains: [],
          },
        ]
      })
  },
}
