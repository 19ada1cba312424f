/** Ingresses, and the variables of pods. */
import { ingress, ingressClass, loadBalancerStatus, service } from '../../../support/manifests.ts'
import { nginx, type ObjectFault, ready } from './parts.ts'

export const OBJECTS_OF_INGRESSES: readonly ObjectFault[] = [
  {
    name: 'an Ingress class by the old annotation that does not exist',
    manifests: [
      service(),
      ready,
      ingress([{}], { ingressClassName: null }, { annotations: { 'kubernetes.io/ingress.class': 'ngnix' } }, {}),
      nginx,
    ],
    codes: ['ingress_class_missing'],
    also: ['ingress_without_address'],
  },
  {
    name: 'no class, and two classes of which none is the default',
    manifests: [
      service(),
      ready,
      ingress([{}], { ingressClassName: null }, {}, {}),
      nginx,
      ingressClass('haproxy', 'haproxy.org/ingress-controller'),
    ],
    codes: ['ingress_class_missing'],
    also: ['ingress_without_address'],
  },
  {
    name: 'a backend port by a name that the Service does not have',
    manifests: [service(), ready, ingress([{ port: 'web' }]), nginx],
    codes: ['ingress_backend_port_missing'],
  },
  {
    name: 'one of two paths has a backend port that is none',
    manifests: [service(), ready, ingress([{}, { path: '/admin', port: 9090 }]), nginx],
    codes: ['ingress_backend_port_missing'],
  },
  {
    name: 'the backend port is the targetPort, of one of two paths',
    manifests: [service(), ready, ingress([{}, { path: '/api', port: 8080 }]), nginx],
    codes: ['ingress_backend_is_target_port'],
  },
  {
    name: 'an Ingress that names a Service that is not there, and nearly this one',
    manifests: [service(), ready, ingress([{ to: 'taod' }]), nginx],
    codes: ['ingress_backend_service_missing'],
  },
  {
    name: 'an Ingress that names this Service with a suffix too many',
    manifests: [service(), ready, ingress([{ to: 'toad-svc' }]), nginx],
    codes: ['ingress_backend_service_missing'],
  },
  {
    name: 'an Ingress of the same host and path elsewhere',
    manifests: [
      service(),
      ready,
      ingress([{ path: '/api' }]),
      ingress([{ path: '/api', to: 'frog' }], {}, { name: 'other', namespace: 'lake' }),
      nginx,
    ],
    codes: ['ingress_duplicate_route'],
  },
  {
    name: 'an Ingress of the namespace of the controller',
    manifests: [service(), ready, ingress([{}], {}, { namespace: 'ingress-nginx' }), nginx],
    codes: ['ingress_in_other_namespace'],
  },
  {
    name: 'TLS for the host without its subdomain',
    manifests: [service(), ready, ingress([{}], { tls: [{ hosts: ['example.com'], secretName: 'cert' }] }), nginx],
    codes: ['ingress_tls_host_unused'],
  },
  {
    name: 'a wildcard of TLS that is a level too high',
    manifests: [service(), ready, ingress([{}], { tls: [{ hosts: ['*.com'], secretName: 'cert' }] }), nginx],
    codes: ['ingress_tls_host_unused'],
  },
  {
    name: "the Ingress has the controller's cluster IP for its address",
    manifests: [
      service(),
      ready,
      ingress([{}], {}, {}, loadBalancerStatus({ ip: '10.96.0.80' })),
      nginx,
      service({ clusterIP: '10.96.0.80' }, { name: 'ingress-nginx-controller', namespace: 'ingress-nginx' }),
    ],
    codes: ['ingress_address_cluster_internal'],
  },
  {
    name: 'two Services whose names differ by a dash',
    manifests: [
      service({}, { name: 'toad' }),
      ready,
      service({ clusterIP: '10.96.0.8', ports: [{ port: 80 }] }, { name: 'toad-service' }),
    ],
    codes: ['environment_name_collision'],
  },
  {
    name: 'a pod with the port of before',
    manifests: [service(), ready],
    addresses: { environment: 'TOAD_SERVICE_HOST=10.96.0.7\nTOAD_SERVICE_PORT=8000' },
    codes: ['environment_stale'],
  },
]
