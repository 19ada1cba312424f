/** Endpoints that cannot serve, and names that stand in their place. */
import { service, slice } from '../../../support/manifests.ts'
import { externalName, nodePort, nodes, type ObjectFault } from './parts.ts'

export const OBJECTS_OF_ENDPOINTS: readonly ObjectFault[] = [
  {
    name: 'no selector, and Endpoints of another name',
    manifests: [
      service({ selector: null }),
      {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name: 'taod', namespace: 'pond' },
        subsets: [{ addresses: [{ ip: '192.0.2.4' }], ports: [{ name: 'http', port: 80 }] }],
      },
    ],
    codes: ['selectorless_without_endpoints'],
  },
  {
    name: 'no selector, and a slice labelled for another Service',
    manifests: [service({ selector: null }), slice([{ at: '192.0.2.4' }], { service: 'toads' })],
    codes: ['selectorless_without_endpoints'],
  },
  {
    name: 'an endpoint that is the cluster IP of the Service itself',
    manifests: [service({ selector: null }), slice([{ at: '10.96.0.7' }])],
    codes: ['endpoint_is_cluster_ip'],
  },
  {
    name: 'an endpoint that is link-local',
    manifests: [service({ selector: null }), slice([{ at: '169.254.10.1' }])],
    codes: ['endpoint_address_invalid'],
  },
  {
    name: 'an endpoint that is loopback of IPv6',
    manifests: [
      service({ selector: null, clusterIP: 'fd00::7', clusterIPs: ['fd00::7'], ipFamilies: ['IPv6'] }),
      slice([{ at: '::1' }], { addressType: 'IPv6' }),
    ],
    codes: ['endpoint_address_invalid'],
  },
  {
    name: 'two families preferred, endpoints of IPv6 alone',
    manifests: [
      service({
        clusterIPs: ['10.96.0.7', 'fd00::7'],
        ipFamilies: ['IPv4', 'IPv6'],
        ipFamilyPolicy: 'PreferDualStack',
      }),
      slice([{ at: 'fd00:244::9' }], { addressType: 'IPv6' }),
    ],
    codes: ['single_family_endpoints'],
    also: ['no_endpoints'],
  },
  {
    name: 'two slices, both empty',
    manifests: [service(), slice([]), slice([], { name: 'toad-def' })],
    codes: ['no_endpoints'],
  },
  {
    name: 'a NodePort Service without an endpoint',
    manifests: [service(nodePort), slice([]), ...nodes],
    codes: ['no_endpoints'],
  },
  {
    name: 'an externalName that is an address, without ports',
    manifests: [externalName('203.0.113.44')],
    codes: ['external_name_is_ip'],
  },
  {
    name: 'an externalName that is an address, for TLS',
    manifests: [externalName('198.51.100.7', [{ name: 'https', port: 443 }])],
    codes: ['external_name_is_ip'],
  },
  {
    name: 'an externalName whose port is to be another',
    manifests: [externalName('mysql.example.com', [{ name: 'mysql', port: 3306, targetPort: 13306 }])],
    codes: ['external_name_port_remap'],
  },
  {
    name: 'an externalName for HTTPS',
    manifests: [externalName('api.example.com', [{ name: 'https', port: 443 }])],
    codes: ['external_name_host_mismatch'],
  },
]
