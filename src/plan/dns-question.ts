/**
 * The question that a DNS server is asked by default, and which ports are taken for one's.
 *
 * @module
 */
import type { Service, ServicePort } from '../kube/objects.ts'
import type { DnsQueryExpect, QueryType } from './check.ts'

const DNS_PORT = 53

/** Names of ports are made of these where they mean DNS and nothing around it: not `dns-over-tls`, not `dns-metrics`. */
const MEANS_DNS: ReadonlySet<string> = new Set(['dns', 'domain'])
const ALONGSIDE: ReadonlySet<string> = new Set(['tcp', 'udp', 'server', 'service', 'query'])

/** IANA's name for the service is `domain`. */
const isNamedDns = (name: string): boolean => {
  const words = name.toLowerCase().split(/[-_.]/)
  return (
    words.some((word) => MEANS_DNS.has(word)) &&
    words.every((word) => MEANS_DNS.has(word) || ALONGSIDE.has(word) || /^\d+$/.test(word))
  )
}

/** Tells whether a DNS server is taken to listen on the port: by `appProtocol`, else by its number or its name. */
export const speaksDns = ({ appProtocol, name, port, protocol }: ServicePort): boolean =>
  protocol !== 'SCTP' && (appProtocol === null ? port === DNS_PORT || isNamedDns(name ?? '') : isNamedDns(appProtocol))

/** The label of the cluster's DNS (kubernetes/cluster/addons/dns); whatever serves it is called so. */
export const CLUSTER_DNS = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } } as const

/** Services that are the cluster's DNS without the label: of kubeadm and its like, and of OpenShift. */
const CLUSTER_DNS_NAMES: Readonly<Record<string, readonly string[]>> = {
  'kube-system': ['kube-dns', 'coredns'],
  'openshift-dns': ['dns-default'],
}

/** @param namespace that the Service is in: its manifest need not say. */
export function isClusterDns(namespace: string, { meta: { name, labels } }: Pick<Service, 'meta'>): boolean {
  const isMarked = namespace === CLUSTER_DNS.namespace && labels['k8s-app'] === CLUSTER_DNS.labels['k8s-app']
  return isMarked || (CLUSTER_DNS_NAMES[namespace] ?? []).includes(name)
}

export type DnsQuestion = { name: string; type: QueryType; expect: DnsQueryExpect | null }

const NOERROR: DnsQueryExpect = {
  rcode: ['NOERROR'],
  validateAnswerRrs: {
    failIfMatchesRegexp: [],
    failIfAllMatchRegexp: [],
    failIfNotMatchesRegexp: [],
    failIfNoneMatchesRegexp: [],
  },
  maxDurationMs: null,
}

/**
 * The cluster's DNS must know the name of the API server's Service (Kubernetes DNS specification 1.1.0, 2.3). Of another
 * server nothing is known: it is asked for a name that servers answer by themselves (RFC 6303 4.2), so that whoever it
 * would ask in turn has no part in it, and any answer will do.
 */
export const defaultQuestion = (isOfCluster: boolean, clusterDomain: string): DnsQuestion =>
  isOfCluster
    ? { name: `kubernetes.default.svc.${clusterDomain}`, type: 'A', expect: NOERROR }
    : { name: '1.0.0.127.in-addr.arpa', type: 'PTR', expect: null }
