/**
 * One row for each cloud: the annotations of a Service that say where TLS ends, what is internal, and who sends the PROXY
 * protocol. `clouds.ts` reads them.
 *
 * @module
 */
import type { ServicePort } from '../kube/objects.ts'
import { isTrue, listOf } from './annotations.ts'
import type { Read } from './controllers/controller.ts'

/** The behaviour of the load balancer at a port. */
export type Front = {
  /** The annotation that says so. */
  annotation: string
  tls: boolean
  /** It reads HTTP, whatever the port is called. */
  http: boolean
  /** It speaks TLS to the nodes and pods as well. */
  tlsBehind: boolean
  /** It speaks HTTP/2 alone, so that an HTTP/1.1 request does not get through. */
  http2Only?: boolean
}

type Told = {
  /** Reads an annotation of the Service; `null` if it has none. */
  value(annotation: string): string | null
}

export type Switch = readonly [annotation: string, when: RegExp]

export type Cloud = {
  name: string
  sources: readonly string[]
  reads: readonly Read[]
  /** `null`: the port is passed through as it is. */
  front?(told: Told, port: ServicePort): Front | null
  internal?: readonly Switch[]
  proxyProtocol?: readonly Switch[]
}

const BETA = 'service.beta.kubernetes.io'

/** Tells whether a list of numbers and names of ports, or `*`, means this one. */
const namesIt = (list: string | null, { name, port }: ServicePort): boolean =>
  listOf(list).some((each) => each === '*' || each === String(port) || (name !== null && each === name))

/** `443:https` or `https:443`: the protocol of a port. */
const protocolOf = (pairs: string | null, { port }: ServicePort): string | null =>
  listOf(pairs)
    .map((pair) => pair.split(':').map((part) => part.trim().toLowerCase()))
    .flatMap((parts) => (parts.includes(String(port)) ? parts.filter((part) => part !== String(port)) : []))[0] ?? null

export const AWS = `${BETA}/aws-load-balancer`

/** k/k and cloud-provider-aws `pkg/providers/v1/aws.go`, buildListener; aws-load-balancer-controller, Service annotations. */
const aws: Cloud = {
  name: 'AWS',
  sources: [
    'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/',
    'https://github.com/kubernetes/cloud-provider-aws/blob/master/pkg/providers/v1/aws.go',
  ],
  reads: [
    { annotation: `${AWS}-ssl-cert`, means: 'TLS ends at the load balancer' },
    { annotation: `${AWS}-ssl-ports`, means: 'at which ports, by number, name or *; all otherwise' },
    {
      annotation: `${AWS}-backend-protocol`,
      means: 'what is spoken behind it: http, tcp; https and ssl are encrypted again',
    },
    { annotation: `${AWS}-alpn-policy`, means: 'HTTP2Only: no HTTP/1.1' },
    { annotation: `${AWS}-scheme`, means: 'internal or internet-facing' },
    { annotation: `${AWS}-internal`, means: 'internal' },
    { annotation: `${AWS}-proxy-protocol`, means: 'the PROXY protocol is sent' },
    { annotation: `${AWS}-target-group-attributes`, means: 'the same, by proxy_protocol_v2.enabled=true' },
  ],
  front: ({ value }, port) => {
    const backend = value(`${AWS}-backend-protocol`)?.toLowerCase() ?? null
    const ports = value(`${AWS}-ssl-ports`)
    const tls = value(`${AWS}-ssl-cert`) !== null && (ports === null || namesIt(ports, port))
    if (!tls) {
      return backend === 'http' ? { annotation: `${AWS}-backend-protocol`, tls, http: true, tlsBehind: false } : null
    }
    return {
      annotation: `${AWS}-ssl-cert`,
      tls,
      http: backend === 'http' || backend === 'https',
      tlsBehind: backend === 'https' || backend === 'ssl',
      http2Only: value(`${AWS}-alpn-policy`) === 'HTTP2Only',
    }
  },
  internal: [
    [`${AWS}-scheme`, /^internal$/],
    [`${AWS}-internal`, /^(?!false$)/],
  ],
  proxyProtocol: [
    [`${AWS}-proxy-protocol`, /./],
    [`${AWS}-target-group-attributes`, /proxy_protocol_v2\.enabled\s*=\s*true/],
  ],
}

const gcp: Cloud = {
  name: 'Google Cloud',
  sources: ['https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters'],
  reads: [
    { annotation: 'networking.gke.io/load-balancer-type', means: 'internal' },
    { annotation: 'cloud.google.com/load-balancer-type', means: 'the same, under its old name' },
  ],
  internal: [
    ['networking.gke.io/load-balancer-type', /^internal$/i],
    ['cloud.google.com/load-balancer-type', /^internal$/i],
  ],
}

const azure: Cloud = {
  name: 'Azure',
  sources: ['https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/'],
  reads: [{ annotation: `${BETA}/azure-load-balancer-internal`, means: 'internal' }],
  internal: [[`${BETA}/azure-load-balancer-internal`, /^true$/i]],
}

const OCI = `${BETA}/oci-load-balancer`

const oci: Cloud = {
  name: 'Oracle Cloud',
  sources: ['https://github.com/oracle/oci-cloud-controller-manager/blob/master/docs/load-balancer-annotations.md'],
  reads: [
    { annotation: `${OCI}-ssl-ports`, means: 'ports at which TLS ends at the load balancer' },
    { annotation: `${OCI}-tls-backendset-secret`, means: 'what is behind it is encrypted again' },
    { annotation: `${OCI}-backend-protocol`, means: 'HTTP: it reads HTTP' },
    { annotation: `${OCI}-internal`, means: 'internal' },
    { annotation: 'oci-network-load-balancer.oraclecloud.com/internal', means: 'internal' },
    { annotation: `${OCI}-connection-proxy-protocol-version`, means: 'the PROXY protocol is sent' },
  ],
  front: ({ value }, port) =>
    namesIt(value(`${OCI}-ssl-ports`), port)
      ? {
          annotation: `${OCI}-ssl-ports`,
          tls: true,
          http: value(`${OCI}-backend-protocol`)?.toUpperCase() === 'HTTP',
          tlsBehind: value(`${OCI}-tls-backendset-secret`) !== null,
        }
      : null,
  internal: [
    [`${OCI}-internal`, /^true$/i],
    ['oci-network-load-balancer.oraclecloud.com/internal', /^true$/i],
  ],
  proxyProtocol: [[`${OCI}-connection-proxy-protocol-version`, /^[12]$/]],
}

const DO = `${BETA}/do-loadbalancer`

const digitalOcean: Cloud = {
  name: 'DigitalOcean',
  sources: [
    'https://github.com/digitalocean/digitalocean-cloud-controller-manager/blob/master/docs/controllers/services/annotations.md',
  ],
  reads: [
    {
      annotation: `${DO}-protocol`,
      means: 'tcp (the default), http, https, http2, http3: what the load balancer reads',
    },
    { annotation: `${DO}-tls-ports`, means: 'ports at which TLS ends there; 443 if there is a certificate' },
    { annotation: `${DO}-certificate-id`, means: 'its certificate' },
    { annotation: `${DO}-certificate-name`, means: 'its certificate' },
    { annotation: `${DO}-tls-passthrough`, means: 'TLS goes to the pods as it is' },
    { annotation: `${DO}-network`, means: 'INTERNAL' },
    { annotation: `${DO}-enable-proxy-protocol`, means: 'the PROXY protocol is sent' },
  ],
  front: ({ value }, port) => {
    const protocol = value(`${DO}-protocol`)?.toLowerCase() ?? 'tcp'
    const http = protocol !== 'tcp'
    const certificate = [`${DO}-certificate-id`, `${DO}-certificate-name`].find((name) => value(name) !== null)
    const listed = value(`${DO}-tls-ports`) ?? value(`${DO}-http2-ports`)
    const isTls =
      listed === null
        ? port.port === 443 && (certificate !== undefined || /^http(s|2|3)$/.test(protocol))
        : namesIt(listed, port)
    if (isTls && isTrue(value(`${DO}-tls-passthrough`))) {
      return null
    }
    if (!isTls && protocol !== 'http' && !namesIt(value(`${DO}-http-ports`), port)) {
      return null
    }
    const annotation = value(`${DO}-tls-ports`) !== null ? `${DO}-tls-ports` : (certificate ?? `${DO}-protocol`)
    return { annotation, tls: isTls, http: isTls ? http || certificate !== undefined : true, tlsBehind: false }
  },
  internal: [[`${DO}-network`, /^INTERNAL$/i]],
  proxyProtocol: [[`${DO}-enable-proxy-protocol`, /^true$/i]],
}

const LINODE = `${BETA}/linode-loadbalancer`

const linode: Cloud = {
  name: 'Akamai (Linode)',
  sources: ['https://github.com/linode/linode-cloud-controller-manager/blob/main/docs/configuration/annotations.md'],
  reads: [
    {
      annotation: `${LINODE}-port-N`,
      means: '{"protocol": "https", "tls-secret-name": …}: TLS ends at the load balancer',
    },
    { annotation: `${LINODE}-default-protocol`, means: 'what it reads at the other ports' },
    { annotation: `${LINODE}-default-proxy-protocol`, means: 'the PROXY protocol is sent' },
  ],
  front: ({ value }, port) => {
    const own = `${LINODE}-port-${port.port}`
    const written = /"protocol"\s*:\s*"(\w+)"/i.exec(value(own) ?? '')?.[1]?.toLowerCase()
    const protocol = written ?? value(`${LINODE}-default-protocol`)?.toLowerCase() ?? 'tcp'
    if (protocol !== 'http' && protocol !== 'https') {
      return null
    }
    const annotation = written === undefined ? `${LINODE}-default-protocol` : own
    return { annotation, tls: protocol === 'https', http: true, tlsBehind: false }
  },
  proxyProtocol: [[`${LINODE}-default-proxy-protocol`, /^v[12]$/]],
}

const VULTR = `${BETA}/vultr-loadbalancer`

const vultr: Cloud = {
  name: 'Vultr',
  sources: ['https://github.com/vultr/vultr-cloud-controller-manager/blob/master/docs/load-balancers.md'],
  reads: [
    { annotation: `${VULTR}-https-ports`, means: 'ports at which TLS ends at the load balancer' },
    { annotation: `${VULTR}-ssl`, means: 'its certificate' },
    { annotation: `${VULTR}-ssl-pass-through`, means: 'TLS goes to the pods as it is' },
    { annotation: `${VULTR}-backend-protocol`, means: 'https: what is behind it is encrypted again' },
    { annotation: `${VULTR}-proxy-protocol`, means: 'the PROXY protocol is sent' },
  ],
  front: ({ value }, port) => {
    if (isTrue(value(`${VULTR}-ssl-pass-through`)) || !namesIt(value(`${VULTR}-https-ports`), port)) {
      return null
    }
    const tlsBehind = value(`${VULTR}-backend-protocol`)?.toLowerCase() === 'https'
    return { annotation: `${VULTR}-https-ports`, tls: true, http: true, tlsBehind }
  },
  proxyProtocol: [[`${VULTR}-proxy-protocol`, /^true$/i]],
}

const SCW = `${BETA}/scw-loadbalancer`

const scaleway: Cloud = {
  name: 'Scaleway',
  sources: [
    'https://github.com/scaleway/scaleway-cloud-controller-manager/blob/master/docs/loadbalancer-annotations.md',
  ],
  reads: [
    { annotation: `${SCW}-certificate-ids`, means: 'TLS ends at the load balancer, at the ports of the certificates' },
    { annotation: `${SCW}-protocol-http`, means: 'it reads HTTP' },
    { annotation: `${SCW}-private`, means: 'internal' },
    { annotation: `${SCW}-proxy-protocol-v1`, means: 'the PROXY protocol is sent' },
    { annotation: `${SCW}-proxy-protocol-v2`, means: 'the PROXY protocol is sent' },
  ],
  front: ({ value }, port) => {
    const certificates = value(`${SCW}-certificate-ids`)
    // Without a port, those of all ports: `id1,id2`, else `443:id1,id2;8443:id3`.
    const own =
      certificates?.split(';').some((each) => !each.includes(':') || each.startsWith(`${port.port}:`)) ?? false
    const read = value(`${SCW}-protocol-http`)
    const http = isTrue(read) || namesIt(read, port)
    if (!own && !http) {
      return null
    }
    return { annotation: own ? `${SCW}-certificate-ids` : `${SCW}-protocol-http`, tls: own, http, tlsBehind: false }
  },
  internal: [[`${SCW}-private`, /^true$/i]],
  proxyProtocol: [
    [`${SCW}-proxy-protocol-v1`, /^(true|\*|\d.*)$/i],
    [`${SCW}-proxy-protocol-v2`, /^(true|\*|\d.*)$/i],
  ],
}

const HETZNER = 'load-balancer.hetzner.cloud'

const hetzner: Cloud = {
  name: 'Hetzner',
  sources: [
    'https://github.com/hetznercloud/hcloud-cloud-controller-manager/blob/main/docs/reference/load_balancer_annotations.md',
  ],
  reads: [
    { annotation: `${HETZNER}/protocol`, means: 'https: TLS ends at the load balancer; http: it reads HTTP' },
    { annotation: `${HETZNER}/disable-public-network`, means: 'internal' },
    { annotation: `${HETZNER}/uses-proxyprotocol`, means: 'the PROXY protocol is sent' },
  ],
  front: ({ value }) => {
    const protocol = value(`${HETZNER}/protocol`)?.toLowerCase()
    if (protocol !== 'http' && protocol !== 'https') {
      return null
    }
    return { annotation: `${HETZNER}/protocol`, tls: protocol === 'https', http: true, tlsBehind: false }
  },
  internal: [[`${HETZNER}/disable-public-network`, /^true$/i]],
  proxyProtocol: [[`${HETZNER}/uses-proxyprotocol`, /^true$/i]],
}

const OCTAVIA = 'loadbalancer.openstack.org'

const openstack: Cloud = {
  name: 'OpenStack (Octavia)',
  sources: [
    'https://github.com/kubernetes/cloud-provider-openstack/blob/master/docs/openstack-cloud-controller-manager/expose-applications-using-loadbalancer-type-service.md',
  ],
  reads: [
    { annotation: `${OCTAVIA}/default-tls-container-ref`, means: 'TLS ends at the load balancer' },
    { annotation: `${OCTAVIA}/x-forwarded-for`, means: 'it reads HTTP' },
    { annotation: `${BETA}/openstack-internal-load-balancer`, means: 'internal' },
    { annotation: `${OCTAVIA}/proxy-protocol`, means: 'the PROXY protocol is sent' },
  ],
  front: ({ value }) =>
    value(`${OCTAVIA}/default-tls-container-ref`) === null
      ? null
      : { annotation: `${OCTAVIA}/default-tls-container-ref`, tls: true, http: true, tlsBehind: false },
  internal: [[`${BETA}/openstack-internal-load-balancer`, /^true$/i]],
  proxyProtocol: [[`${OCTAVIA}/proxy-protocol`, /^(true|v[12])$/i]],
}

const ALIBABA = `${BETA}/alibaba-cloud-loadbalancer`

/** Clouds that write the protocol of each port as `https:443,http:80`. */
const byPairs =
  (annotation: string) =>
  ({ value }: Told, port: ServicePort): Front | null => {
    const protocol = protocolOf(value(annotation), port)
    if (protocol !== 'http' && protocol !== 'https') {
      return null
    }
    return { annotation, tls: protocol === 'https', http: true, tlsBehind: false }
  }

const alibaba: Cloud = {
  name: 'Alibaba Cloud',
  sources: ['https://github.com/kubernetes/cloud-provider-alibaba-cloud/blob/master/docs/usage.md'],
  reads: [
    { annotation: `${ALIBABA}-protocol-port`, means: 'https:443,http:80: what the load balancer reads at each port' },
    { annotation: `${ALIBABA}-address-type`, means: 'intranet: internal' },
    { annotation: `${ALIBABA}-proxy-protocol`, means: 'the PROXY protocol is sent' },
  ],
  front: byPairs(`${ALIBABA}-protocol-port`),
  internal: [[`${ALIBABA}-address-type`, /^intranet$/i]],
  proxyProtocol: [[`${ALIBABA}-proxy-protocol`, /^on$/i]],
}

const others: Cloud = {
  name: 'Others',
  sources: [
    'https://kubernetes.io/docs/concepts/services-networking/service/#internal-load-balancer',
    'https://cloud.ibm.com/docs/containers?topic=containers-vpc-lbaas',
    'https://www.civo.com/docs/kubernetes/load-balancers',
    'https://yandex.cloud/en/docs/managed-kubernetes/operations/create-load-balancer',
    'https://support.huaweicloud.com/intl/en-us/usermanual-cce/cce_10_0385.html',
  ],
  reads: [
    { annotation: 'kubernetes.io/elb.protocol-port', means: 'Huawei: https:443,http:80, as with Alibaba' },
    { annotation: 'service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type', means: 'IBM: private' },
    {
      annotation: 'service.kubernetes.io/ibm-load-balancer-cloud-provider-enable-features',
      means: 'IBM: proxy-protocol',
    },
    { annotation: 'service.kubernetes.io/qcloud-loadbalancer-internal-subnetid', means: 'Tencent: internal' },
    { annotation: `${BETA}/cce-load-balancer-internal-vpc`, means: 'Baidu: internal' },
    { annotation: 'yandex.cloud/load-balancer-type', means: 'Yandex: internal' },
    { annotation: 'kubernetes.civo.com/loadbalancer-enable-proxy-protocol', means: 'Civo: the PROXY protocol is sent' },
  ],
  front: byPairs('kubernetes.io/elb.protocol-port'),
  internal: [
    ['service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type', /^private$/i],
    ['service.kubernetes.io/qcloud-loadbalancer-internal-subnetid', /./],
    [`${BETA}/cce-load-balancer-internal-vpc`, /^true$/i],
    ['yandex.cloud/load-balancer-type', /^internal$/i],
  ],
  proxyProtocol: [
    ['service.kubernetes.io/ibm-load-balancer-cloud-provider-enable-features', /proxy-protocol/],
    ['kubernetes.civo.com/loadbalancer-enable-proxy-protocol', /^send-proxy/],
  ],
}

export const CLOUDS: readonly Cloud[] = [
  aws,
  gcp,
  azure,
  oci,
  digitalOcean,
  linode,
  vultr,
  scaleway,
  hetzner,
  openstack,
  alibaba,
  others,
]
