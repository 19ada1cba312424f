/** Ports that are called otherwise, or not declared. */
import { pod, service, slice, workload } from '../../../support/manifests.ts'
import { at, container, headless, type ObjectFault, ports, ready } from './parts.ts'

export const OBJECTS_OF_PORTS: readonly ObjectFault[] = [
  {
    name: 'a targetPort whose name has a letter too many',
    manifests: [service(ports({ port: 80, targetPort: 'webs' })), pod('toad-9')],
    codes: ['target_port_name_unknown'],
  },
  {
    name: 'a targetPort that names the port of the Service',
    manifests: [service(ports({ name: 'http', port: 80, targetPort: 'http' })), pod('toad-9')],
    codes: ['target_port_name_unknown'],
  },
  {
    name: 'a named targetPort, and containers without names',
    manifests: [service(ports({ port: 80, targetPort: 'http' })), pod('toad-9', container({ containerPort: 8080 }))],
    codes: ['target_port_name_unknown'],
  },
  {
    name: 'a named targetPort that the template of a Deployment lacks',
    manifests: [
      service(ports({ port: 80, targetPort: 'metrics' })),
      workload('Deployment', 'toad', { app: 'toad' }, {}, [
        { name: 'web', ports: [{ name: 'http', containerPort: 80 }] },
      ]),
    ],
    codes: ['target_port_name_unknown'],
  },
  {
    name: 'a targetPort one off the port that is declared',
    manifests: [service(ports({ port: 80, targetPort: 8081 })), pod('toad-9')],
    codes: ['target_port_not_declared'],
  },
  {
    name: 'targetPort left out, and port is not the one of the container',
    manifests: [service(ports({ port: 80 })), pod('toad-9')],
    codes: ['target_port_not_declared'],
  },
  {
    name: 'a headless Service with another port than its pods',
    manifests: [
      service({ clusterIP: 'None', ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      ready,
      pod('toad-9'),
    ],
    codes: ['headless_port_differs'],
  },
  {
    name: 'the governing Service of a StatefulSet has another name',
    manifests: [
      service(headless),
      ready,
      workload('StatefulSet', 'toad', { app: 'toad' }, { serviceName: 'toad-headless' }),
    ],
    codes: ['stateful_set_service_name'],
  },
  {
    name: 'the second of two ports has no endpoints under its name',
    manifests: [
      service(ports({ name: 'http', port: 80, targetPort: 8080 }, { name: 'admin', port: 81, targetPort: 9090 })),
      slice([at(9)], {
        ports: [
          { name: 'http', port: 8080 },
          { name: 'adm', port: 9090 },
        ],
      }),
    ],
    codes: ['slice_port_name_mismatch'],
    also: ['no_endpoints'],
  },
  {
    name: 'Endpoints that somebody wrote without the name of the port',
    manifests: [
      service({ selector: null, ports: [{ name: 'db', port: 5432 }] }),
      {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name: 'toad', namespace: 'pond' },
        subsets: [{ addresses: [{ ip: '192.0.2.4' }], ports: [{ port: 5432 }] }],
      },
    ],
    codes: ['slice_port_name_mismatch'],
    also: ['no_endpoints'],
  },
  {
    name: 'a targetPort declared over UDP',
    manifests: [
      service(ports({ port: 53, protocol: 'TCP', targetPort: 5353 })),
      pod('toad-9', container({ containerPort: 5353, protocol: 'UDP' })),
    ],
    // UDP is written on purpose, as TCP is the default: the Service has the protocol wrong, or the declaration has.
    codes: ['target_port_not_declared'],
  },
]
