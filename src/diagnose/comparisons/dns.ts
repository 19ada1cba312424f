/** Faults of names: the Service is there, and its name does not lead to it. */
import type { FailureCode } from '../../check/codes.ts'
import type { Rule } from '../rule.ts'
import { allFail, failing, idsOf, passing, type Seen, type SeenPath, triesOf } from '../seen.ts'
import { list } from '../words.ts'

const SERVER_FAULTS: ReadonlySet<FailureCode> = new Set(['dns_timeout', 'dns_refused', 'dns_server_failure'])
const isServerFault = ({ code }: SeenPath): boolean => code !== null && SERVER_FAULTS.has(code)
const isUnknown = ({ code }: SeenPath): boolean => code === 'dns_not_found' || code === 'dns_no_data'
/** The names dialled fall with those resolved. */
const namesFailing = ({ all }: Seen, how: (path: SeenPath) => boolean): readonly SeenPath[] =>
  failing(all).filter((each) => each.path.kind === 'DNS' && how(each))

/** F26, F27. */
export const clusterDnsFails: Rule = {
  code: 'cluster_dns_fails',
  layer: 'dns',
  after: (seen) => {
    const { names } = seen
    if (!allFail(names, isServerFault)) return []
    return [
      {
        confidence: 'likely',
        title: "The cluster's DNS does not answer",
        detail: `${list([...new Set(names.map(({ code }) => code ?? ''))])} for every name. Either the DNS servers are down or not synchronised, or port 53 (UDP and TCP) is closed to the prober.`,
        fix: 'Get CoreDNS running, or let the prober reach it on port 53.',
        confirm: 'kubectl get pods,endpointslices -n kube-system -l k8s-app=kube-dns',
        evidence: triesOf(names),
        explains: idsOf(namesFailing(seen, isServerFault)),
      },
    ]
  },
}

/** F25: the short forms, which the search list completes, resolve; the long one, made with an assumed domain, does not. */
export const clusterDomainWrong: Rule = {
  code: 'cluster_domain_wrong',
  layer: 'dns',
  after: (seen, { fqdn }) => {
    const whole = seen.names.filter(({ path }) => path.dns?.how === 'resolve' && path.dns.name.endsWith(fqdn))
    const short = seen.names.filter(({ path }) => path.dns?.how === 'lookup')
    if (!allFail(whole, isUnknown) || passing(short).length === 0) return []
    return [
      {
        confidence: 'likely',
        title: `${fqdn} does not exist, and ${short[0]?.path.dns?.name} does`,
        detail:
          'The search list of the prober completes the short name with another cluster domain than the one assumed here.',
        fix: 'Say the cluster domain in addresses.clusterDomain or PORTOLAN_CLUSTER_DOMAIN.',
        confirm: 'kubectl exec POD -- cat /etc/resolv.conf',
        evidence: [...triesOf(whole), ...triesOf(passing(short)).slice(0, 1)],
        explains: idsOf(namesFailing(seen, isUnknown)),
      },
    ]
  },
}

/** F28, F29: known to the API, unknown to DNS. */
export const serviceNameUnknown: Rule = {
  code: 'service_name_unknown',
  layer: 'dns',
  unless: [
    'no_endpoints',
    'pods_not_ready',
    'selector_matches_no_pods',
    'selectorless_without_endpoints',
    'external_name_is_ip',
  ],
  after: (seen) => {
    const { names } = seen
    if (!allFail(names, isUnknown)) return []
    const works = passing(seen.all).length > 0
    return [
      {
        confidence: works ? 'likely' : 'possible',
        title: "The cluster's DNS does not know the Service",
        detail:
          'No form of its name exists. ' +
          (works
            ? 'The Service answers at its addresses: the DNS server leaves it out (a filter in the Corefile), or still remembers that it was not there, or is not that of this cluster.'
            : 'The Service may not be in this cluster at all, or the DNS server that was asked is not that of the cluster.'),
        fix: 'Ask the DNS server of the cluster (addresses.dnsServers); see its Corefile; wait 30 s after the Service was made.',
        confirm: 'kubectl get configmap -n kube-system coredns -o yaml',
        evidence: triesOf(names),
        explains: idsOf(namesFailing(seen, isUnknown)),
      },
    ]
  },
}

/** F29. */
export const staleDns: Rule = {
  code: 'stale_dns',
  layer: 'dns',
  after: ({ names }) => {
    const wrong = failing(names).filter(({ code }) => code === 'wrong_address')
    if (wrong.length === 0) return []
    return [
      {
        confidence: 'likely',
        title: 'DNS gives other addresses than the objects',
        detail: `${list(wrong.map(({ path }) => path.dns?.name ?? ''))}: the Service or its endpoints have changed, and the DNS server or a cache before it has not yet, or the objects handed in are old.`,
        fix: 'Wait for the cache (30 s at most, by default) and try again (settleMs); hand in the objects of now.',
        confirm: `kubectl run -it --rm dns --image=busybox --restart=Never -- nslookup ${wrong[0]?.path.dns?.name}`,
        evidence: triesOf(wrong),
        explains: idsOf(wrong),
      },
    ]
  },
}

/** F32, F64: a name outside the cluster that something points to. */
export const outsideNameUnresolved: Rule = {
  code: 'outside_name_unresolved',
  layer: 'dns',
  after: ({ all }) => {
    const wrong = failing(all).filter(
      (each) =>
        (each.path.kind === 'ExternalName' || each.path.kind === 'LoadBalancer' || each.path.kind === 'Ingress') &&
        (isUnknown(each) || isServerFault(each)),
    )
    return [...Map.groupBy(wrong, ({ path }) => path.dns?.name ?? path.address).entries()].map(([name, paths]) => {
      const isAlias = paths.some(({ path }) => path.kind === 'ExternalName')
      return {
        confidence: 'certain' as const,
        title: `${name} does not resolve`,
        detail: isAlias
          ? 'The name of the Service leads to a name that does not exist.'
          : 'A load balancer gives this name as its address. After it was made, its DNS record may take minutes.',
        fix: isAlias
          ? 'Set spec.externalName to a name that exists.'
          : 'Wait, then see in the DNS of the provider why it is missing.',
        confirm: `nslookup ${name}`,
        evidence: triesOf(paths),
        explains: idsOf(paths),
      }
    })
  },
}
