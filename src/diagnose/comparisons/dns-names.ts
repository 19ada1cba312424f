/** Names that lead nowhere, or to the wrong place, though DNS answers. */
import { familyOf } from '../../lib/address.ts'
import { isSent } from '../belied.ts'
import { list } from '../phrases.ts'
import type { Cause, Rule } from '../rule.ts'
import {
  allFail,
  codesOf,
  failing,
  idsOf,
  isName,
  isOutside,
  passing,
  type SeenPath,
  triesOf,
  urlsOf,
} from '../seen.ts'
import {
  clusterNames,
  isOfRoute,
  isSentNowhere,
  isServerFault,
  isUnknown,
  nameOf,
  namesFailing,
  namesOf,
  outsideNames,
} from './named.ts'

/** The short forms, which the search list completes, resolve; the long one, made with an assumed domain, does not. */
export const clusterDomainWrong: Rule = {
  code: 'cluster_domain_wrong',
  layer: 'dns',
  scope: 'dns',
  after: (seen, { fqdn }) => {
    const whole = seen.names.filter(({ path }) => path.dns?.how === 'resolve' && path.dns.name.endsWith(fqdn))
    const short = seen.names.filter(({ path }) => path.dns?.how === 'lookup')
    // A name of no zone of the cluster is handed on to servers that may be of no use.
    const isStrange = (each: SeenPath) => isUnknown(each) || isServerFault(each)
    if (!allFail(whole, isStrange) || passing(short).length === 0) {
      return []
    }
    return [
      {
        confidence: whole.every(isUnknown) ? 'likely' : 'possible',
        title: `${fqdn} ${whole.every(isUnknown) ? 'does not exist' : 'gets no answer'}, and ${short[0]?.path.dns?.name} ${whole.every(isUnknown) ? 'does' : 'resolves'}`,
        detail:
          'The search list of the prober completes the short name with another cluster domain than the one assumed here.',
        fix: 'Set the cluster domain in addresses.clusterDomain or PORTOLAN_CLUSTER_DOMAIN.',
        confirm: 'cat /etc/resolv.conf # where the prober runs',
        evidence: [...triesOf(whole), ...triesOf(passing(short)).slice(0, 1)],
        explains: idsOf(namesFailing(seen, isStrange)),
      },
    ]
  },
}

/** The whole name resolves, and the forms that applications write do not. */
export const searchListWrong: Rule = {
  code: 'search_list_wrong',
  layer: 'dns',
  scope: 'dns',
  after: (seen, { fqdn, namespace, service }) => {
    // The target of an external name is looked up as well, and may itself not exist.
    const whole = seen.names.filter(
      ({ path }) => path.dns?.how === 'resolve' && path.dns.type !== 'CNAME' && path.dns.name === fqdn,
    )
    const short = seen.names.filter(({ path }) => path.dns?.how === 'lookup')
    const bad = failing(short).filter((each) => !isOfRoute(each) && isUnknown(each))
    if (bad.length === 0 || !whole.some(({ passed }) => passed)) {
      return []
    }
    const tried = [...new Set(bad.flatMap(({ result }) => result?.dns?.name ?? []))]
    return [
      {
        confidence: 'likely',
        title: `${namesOf(bad)} ${bad.length === 1 ? 'does' : 'do'} not resolve, and ${fqdn} does`,
        detail: `The record is there, and the search list that would complete the short name does not lead to it${tried.length === 0 ? '' : ` (asked last: ${list(tried, 3)})`}. A pod on the network of its node, or with dnsPolicy Default or None, has the list of the node; ndots decides how many dots a name needs for the list to be used last.`,
        fix: `Set dnsPolicy: ClusterFirst (ClusterFirstWithHostNet with hostNetwork: true), or write searches ${namespace}.svc.${domainOf(fqdn, service, namespace)} and ndots: 5 in dnsConfig; else use the whole name.`,
        confirm: 'cat /etc/resolv.conf # where the prober runs',
        evidence: [...triesOf(bad), ...triesOf(passing(whole)).slice(0, 1)],
        explains: idsOf(bad),
      },
    ]
  },
}

const domainOf = (fqdn: string, service: string, namespace: string): string =>
  fqdn.startsWith(`${service}.${namespace}.svc.`) ? fqdn.slice(`${service}.${namespace}.svc.`.length) : 'cluster.local'

/** Its A record is right, and its AAAA record is said not to exist, or is not told: half of the resolvers give up. */
export const aaaaLookupFails: Rule = {
  code: 'aaaa_lookup_fails',
  layer: 'dns',
  degrades: true,
  after: (seen) => {
    const asked = clusterNames(seen).filter(({ result }) => result?.dns?.aaaa !== undefined)
    if (asked.length === 0 || !asked.every(({ passed }) => passed)) {
      return []
    }
    const answers = [...new Set(asked.flatMap(({ result }) => result?.dns?.aaaa ?? []))]
    return [
      {
        confidence: 'likely',
        title: `${namesOf(asked)} has an A record, and ${list(answers)} for AAAA`,
        detail: `A name that has any record exists, so that a question for another type is answered with nothing (NOERROR). ${list(answers)} says otherwise: musl (Alpine), .NET and nginx ask for both, and take the name for missing or the server for broken; others wait.`,
        fix: 'See what answers AAAA: a template or rewrite for IPv6 in the Corefile, or a cache or DNS server in between that knows IPv4 alone. It must answer NOERROR without records.',
        confirm: `nslookup -type=AAAA ${asked.map(nameOf)[0]}`,
        evidence: triesOf(asked),
        // Lookups ask for both.
        explains: idsOf(failing(clusterNames(seen)).filter((each) => isUnknown(each) || isServerFault(each))),
      },
    ]
  },
}

/** The Service is known to the API and unknown to DNS. */
export const serviceNameUnknown: Rule = {
  code: 'service_name_unknown',
  layer: 'dns',
  scope: 'dns',
  unless: [
    'no_endpoints',
    'pods_not_ready',
    'selector_matches_no_pods',
    'selectorless_without_endpoints',
    'external_name_is_ip',
  ],
  after: (seen) => {
    const names = clusterNames(seen)
    const whole = names.filter(({ path }) => path.dns?.how !== 'lookup')
    // Short forms end in questions to others, who may be of no use.
    if (!allFail(names, (each) => isUnknown(each) || isServerFault(each)) || !allFail(whole, isUnknown)) {
      return []
    }
    const works = passing(seen.all).length > 0
    return [
      {
        confidence: works ? 'likely' : 'possible',
        title: "The cluster's DNS does not know the Service",
        detail:
          'It answers, and no form of the name exists. ' +
          (works
            ? 'The Service answers at its addresses: the DNS server leaves it out (a filter in the Corefile), or still remembers that it was not there, or is not that of this cluster.'
            : 'The Service may not be in this cluster at all, or the DNS server that was asked is not that of the cluster.'),
        fix: 'Ask the DNS server of the cluster (addresses.dnsServers); see its Corefile; wait 30 s after the Service was made.',
        confirm: 'kubectl get configmap -n kube-system coredns -o yaml',
        evidence: triesOf(names),
        explains: idsOf(names),
      },
    ]
  },
}

export const staleDns: Rule = {
  code: 'stale_dns',
  layer: 'dns',
  unless: ['hosts_file_overrides'],
  after: ({ all, names }, { source }) => {
    const wrong = failing(names).filter(({ code }) => code === 'wrong_address')
    if (wrong.length === 0) {
      return []
    }
    const led = failing(all).filter(({ path, result }) =>
      wrong.some(
        (each) =>
          path.dns === null &&
          path.address === each.path.dns?.name &&
          result?.failure?.phase !== 'dns' &&
          !each.path.dns.values?.includes(result?.address ?? '') &&
          each.result?.dns?.answers.includes(result?.address ?? ''),
      ),
    )
    return [
      {
        confidence: 'likely',
        title: 'DNS gives other addresses than the objects',
        detail: `${namesOf(wrong)}: the Service or its endpoints have changed, and the DNS server or a cache before it has not yet${isSent(source) ? ', or the objects handed in are old' : ''}.`,
        fix: `Wait for the cache (30 s at most, by default) and try again (settleMs)${isSent(source) ? '; send the objects as they are now' : ''}.`,
        confirm: `nslookup ${wrong[0]?.path.dns?.name} # where the prober runs`,
        evidence: triesOf(wrong),
        explains: idsOf([...wrong, ...led]),
      },
    ]
  },
}

/** A name outside the cluster, which an object points to, does not resolve. */
export const outsideNameUnresolved: Rule = {
  code: 'outside_name_unresolved',
  layer: 'dns',
  after: (seen) => {
    const wrong = failing(outsideNames(seen)).filter(isUnknown)
    return [...Map.groupBy(wrong, nameOf).entries()].map(([name, paths]) => {
      const isAlias = paths.some(isOutside)
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
        explains: idsOf([...paths, ...(isAlias ? failing(clusterNames(seen)).filter(isUnknown) : [])]),
      }
    })
  },
}

/** It answers, with a redirect to where nobody can follow. */
export const redirectTargetUnresolved: Rule = {
  code: 'redirect_target_unresolved',
  layer: 'dns',
  after: ({ ports }) =>
    ports.flatMap((port) => {
      const bad = failing(port.dialled).filter(isSentNowhere)
      if (bad.length === 0) {
        return []
      }
      const locations = [...new Set(bad.flatMap(({ result }) => result?.http?.location ?? []))]
      const host = locations.flatMap((location) => (URL.canParse(location) ? new URL(location).hostname : []))[0]
      return [
        {
          confidence: bad.every(isUnknown) ? ('certain' as const) : ('likely' as const),
          title: `Port ${port.number} redirects to ${host ?? 'a name'}, which does not resolve from here`,
          detail: `${urlsOf(bad)}: the connection is made and answered, with a redirect${locations.length === 0 ? '' : ` to ${list(locations, 2)}`}; DNS has no address for that name (${list(codesOf(bad))}). Clients that follow it get no further.`,
          fix: 'Give the name a DNS record, or correct the address that the application (or the controller) redirects to: often a base URL or a public host in its settings.',
          confirm: `nslookup ${host ?? 'NAME'}`,
          evidence: triesOf(bad),
          explains: idsOf(bad),
        },
      ]
    }),
}

/** A file of the prober's own (hosts, hostAliases) goes before DNS, which is right. */
export const hostsFileOverrides: Rule = {
  code: 'hosts_file_overrides',
  layer: 'dns',
  scope: 'vantage',
  degrades: true,
  after: ({ tested, all }): Cause[] => {
    const shown = tested.filter(({ path, telling }) => {
      const { values, how, type } = path.dns ?? { values: null, how: null, type: null }
      const { answers = [], lookup = null } = telling?.dns ?? {}
      if (how !== 'resolve' || values === null || (type !== 'A' && type !== 'AAAA') || lookup === null) {
        return false
      }
      const known = new Set([...values, ...answers])
      const found = lookup.filter((address) => familyOf(address) === (type === 'A' ? 'IPv4' : 'IPv6'))
      return (
        answers.some((address) => values.includes(address)) &&
        found.length > 0 &&
        !found.some((each) => known.has(each))
      )
    })
    const [first] = shown
    if (first === undefined) {
      return []
    }
    const name = first.path.dns?.name ?? ''
    const led = new Set(shown.flatMap(({ telling }) => telling?.dns?.lookup ?? []))
    const found = list([...led], 3)
    const misled = failing(all).filter(
      (each) =>
        isName(each) &&
        (each.path.dns === null
          ? each.result?.failure?.phase !== 'dns' && led.has(each.result?.resolvedAddress ?? '')
          : each.code === 'wrong_address' && (each.result?.dns?.answers ?? []).some((address) => led.has(address))),
    )
    return [
      {
        confidence: 'likely',
        title: `Applications on the prober's machine are led to ${found} by ${name}, and DNS says otherwise`,
        detail: `DNS answers ${list(first.telling?.dns?.answers ?? [], 3)}, as the objects promise; what applications ask (getaddrinfo) gives ${found}. An entry in /etc/hosts (hostAliases of a pod), another source in nsswitch.conf or a cache (nscd, systemd-resolved) goes before DNS there.`,
        fix: 'Remove the entry from /etc/hosts, or hostAliases from the pod; restart whatever caches names.',
        confirm: `getent hosts ${name}; nslookup ${name}; cat /etc/hosts`,
        evidence: shown.map(({ path, telling }) => ({ path: path.id, result: telling?.id ?? null })),
        explains: idsOf(misled),
      },
    ]
  },
}
