/** Faults of names: the Service is there, and its name does not lead to it. */
import type { FailureCode } from '../../check/codes.ts'
import type { Rule } from '../rule.ts'
import { allFail, codesOf, failing, idsOf, passing, type Seen, type SeenPath, triesOf } from '../seen.ts'
import { count, list } from '../words.ts'

const SERVER_FAULTS: ReadonlySet<FailureCode> = new Set(['dns_timeout', 'dns_refused', 'dns_server_failure'])
const isServerFault = ({ code }: SeenPath): boolean => code !== null && SERVER_FAULTS.has(code)
const isUnknown = ({ code }: SeenPath): boolean => code === 'dns_not_found' || code === 'dns_no_data'
/** Whatever became of it: that a name does not exist is an answer. */
const isAnswered = (each: SeenPath): boolean => !isServerFault(each)

const isNamed = ({ path }: SeenPath): boolean => path.dns !== null || (path.address !== null && path.family === null)
/** The host of an Ingress is of kind DNS, too, and nothing that the cluster's DNS knows of. */
const isOfCluster = ({ path }: SeenPath): boolean =>
  path.kind === 'DNS' && !path.because.some((field) => field.startsWith('Ingress/'))
/** Names that the cluster's own DNS must know, dialled or only resolved. */
const clusterNames = ({ all }: Seen): readonly SeenPath[] => all.filter((each) => isOfCluster(each) && isNamed(each))
/** Names that something points to, and that others have to know. */
const outsideNames = ({ all }: Seen): readonly SeenPath[] => all.filter((each) => !isOfCluster(each) && isNamed(each))
const nameOf = ({ path }: SeenPath): string => path.dns?.name ?? path.address ?? ''
const namesOf = (paths: readonly SeenPath[]): string => list([...new Set(paths.map(nameOf))])

/** The names dialled fall with those resolved. */
const namesFailing = ({ all }: Seen, how: (path: SeenPath) => boolean): readonly SeenPath[] =>
  failing(all).filter((each) => each.path.kind === 'DNS' && how(each))

type Manner = { title: string; means: string }

/** What a server that is of no use does: by what it answers, if anything. */
const MANNERS: readonly [(path: SeenPath) => boolean, Manner][] = [
  [
    ({ result }) => result?.dns?.rcode === 'SERVFAIL',
    {
      title: 'answers no question (SERVFAIL)',
      means: 'It runs, and cannot find out: CoreDNS has not read the Services from the API server, or has no upstream.',
    },
  ],
  [
    ({ code }) => code === 'dns_refused',
    {
      title: 'refuses to answer',
      means:
        'It runs, and is not there for these names or for this client: another DNS server than that of the cluster.',
    },
  ],
  [
    ({ code }) => code === 'dns_timeout',
    {
      title: 'does not answer',
      means: 'Questions vanish: something drops port 53 (UDP and TCP) on the way, or the server hangs.',
    },
  ],
  [
    () => true,
    {
      title: 'does not answer',
      means: 'Nobody listens there: CoreDNS does not run, or its Service has no endpoint.',
    },
  ],
]

const NO_MANNER: Manner = { title: 'does not answer', means: '' }

/** Of several, what the server itself has said counts most. */
const mannerOf = (paths: readonly SeenPath[]): Manner => MANNERS.find(([holds]) => paths.some(holds))?.[1] ?? NO_MANNER

const serversOf = (paths: readonly SeenPath[]): readonly string[] => [
  ...new Set(paths.flatMap(({ result }) => result?.dns?.server ?? [])),
]

/** F26, F27. */
export const clusterDnsFails: Rule = {
  code: 'cluster_dns_fails',
  layer: 'dns',
  // Its own cluster IP is as dead.
  unless: ['service_proxy_fails'],
  after: (seen) => {
    const names = clusterNames(seen)
    if (!allFail(names, isServerFault)) return []
    const outside = outsideNames(seen)
    const fallsWithIt = outside.some(isAnswered) ? [] : outside
    const { title, means } = mannerOf(names)
    const servers = serversOf(names)
    return [
      {
        confidence: 'likely',
        title: `The cluster's DNS ${title}`,
        detail: `${list(codesOf(names))} for every name${servers.length === 0 ? '' : ` that ${list(servers)} was asked for`} (${count(new Set(names.map(nameOf)).size, 'name')}). ${means} The Service itself has no part in it: every name of the cluster is met alike.`,
        fix: 'Get CoreDNS running and synchronised, or let the prober reach it on port 53 (UDP and TCP).',
        confirm: 'kubectl get pods,endpointslices -n kube-system -l k8s-app=kube-dns',
        evidence: triesOf(names),
        explains: idsOf([...names, ...fallsWithIt]),
      },
    ]
  },
}

/** F26, of names that the cluster's DNS hands on: one finding, however many names. */
export const outsideDnsFails: Rule = {
  code: 'outside_dns_fails',
  layer: 'dns',
  unless: ['cluster_dns_fails', 'service_proxy_fails'],
  after: (seen) => {
    const outside = outsideNames(seen)
    const bad = failing(outside).filter(isServerFault)
    if (bad.length === 0) return []
    const others = outside.filter(isAnswered)
    const ours = clusterNames(seen)
    const known = ours.filter(isAnswered)
    // What the Service's own name stands for is asked for by the same server.
    const aliases = bad.some(({ path }) => path.kind === 'ExternalName') ? ours.filter(isServerFault) : []
    const why =
      others.length > 0
        ? `Other names outside the cluster are answered (${namesOf(others)}): the fault is with the DNS servers of this one.`
        : known.length > 0
          ? "The cluster's DNS answers for its own names. What it asks for all others (forward in the Corefile, by default the node's resolv.conf) does not answer it, or the DNS servers of this name do not."
          : 'Either the DNS server that is asked for everything does not answer, or the DNS servers of this name do not.'
    return [
      {
        confidence: others.length > 0 || known.length > 0 ? 'likely' : 'possible',
        title: `DNS gives no answer for ${namesOf(bad)}`,
        detail: `${list(codesOf(bad))}. That is no word about whether the name exists. ${why}`,
        fix:
          others.length > 0
            ? 'See the zone of that name: its servers, its delegation, DNSSEC.'
            : "See what CoreDNS forwards to and whether its pods reach it on port 53; from outside, the prober's own DNS server.",
        confirm: `nslookup ${bad.map(nameOf)[0]}; nslookup kubernetes.io`,
        evidence: [...triesOf(bad), ...triesOf(known).slice(0, 1)],
        explains: idsOf([...bad, ...aliases]),
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
    // A name of no zone of the cluster is handed on to servers that may be of no use.
    const isStrange = (each: SeenPath) => isUnknown(each) || isServerFault(each)
    if (!allFail(whole, isStrange) || passing(short).length === 0) return []
    return [
      {
        confidence: whole.every(isUnknown) ? 'likely' : 'possible',
        title: `${fqdn} ${whole.every(isUnknown) ? 'does not exist' : 'gets no answer'}, and ${short[0]?.path.dns?.name} ${whole.every(isUnknown) ? 'does' : 'resolves'}`,
        detail:
          'The search list of the prober completes the short name with another cluster domain than the one assumed here.',
        fix: 'Say the cluster domain in addresses.clusterDomain or PORTOLAN_CLUSTER_DOMAIN.',
        confirm: 'kubectl exec POD -- cat /etc/resolv.conf',
        evidence: [...triesOf(whole), ...triesOf(passing(short)).slice(0, 1)],
        explains: idsOf(namesFailing(seen, isStrange)),
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
    const names = clusterNames(seen)
    const whole = names.filter(({ path }) => path.dns?.how !== 'lookup')
    // Short forms end in questions to others, who may be of no use.
    if (!allFail(names, (each) => isUnknown(each) || isServerFault(each)) || !allFail(whole, isUnknown)) return []
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

/** One of several servers to ask is dead: what is asked waits for it first. Seen where the caller names the servers. */
export const dnsServerSilent: Rule = {
  code: 'dns_server_silent',
  layer: 'dns',
  unless: ['cluster_dns_fails', 'service_proxy_fails'],
  after: ({ all }) => {
    const waited = all.filter(({ result }) => (result?.dns?.unanswered?.length ?? 0) > 0)
    const silent = [...new Set(waited.flatMap(({ result }) => result?.dns?.unanswered ?? []))]
    const others = [...new Set(all.flatMap(({ result }) => (result?.dns?.rcode ? (result.dns.server ?? []) : [])))]
    const dead = silent.filter((server) => !others.includes(server))
    if (dead.length === 0 || others.length === 0) return []
    const bad = failing(waited).filter(isServerFault)
    return [
      {
        confidence: 'likely',
        title: `${dead.length === 1 ? 'The DNS server' : 'The DNS servers'} ${list(dead)} ${dead.length === 1 ? 'does' : 'do'} not answer, ${list(others)} ${others.length === 1 ? 'does' : 'do'}`,
        detail: `${count(waited.length, 'path')} waited for it before the next server was asked. Applications wait as well, for 5 s by default (resolv.conf, timeout), and some give up before.`,
        fix: 'Get that server to answer, or take it out of the list of nameservers.',
        confirm: `nslookup kubernetes.default.svc ${dead[0]}`,
        evidence: triesOf(waited),
        explains: idsOf(bad),
      },
    ]
  },
}

/** F26: with several DNS servers, or lost packets, an answer is a matter of luck, or of patience. */
export const dnsAnswersSometimes: Rule = {
  code: 'dns_answers_sometimes',
  layer: 'dns',
  unless: ['cluster_domain_wrong', 'service_name_unknown', 'outside_dns_fails', 'dns_server_silent'],
  after: (seen) => {
    const names = clusterNames(seen)
    const bad = failing(names).filter(isServerFault)
    const good = names.filter((each) => isAnswered(each) || each.unsteady)
    if (bad.length === 0 || good.length === 0) return []
    return [
      {
        confidence: 'likely',
        title: bad.some(({ unsteady }) => unsteady)
          ? 'DNS leaves some questions unanswered, now and then'
          : `DNS leaves ${bad.length} of ${count(names.length, 'question')} unanswered`,
        detail: `${namesOf(bad)}: ${list(codesOf(bad))}; answered: ${namesOf(good)}. Either one of several DNS servers (or pods behind the one address) is down, or packets are lost. A short name suffers first: it takes a question for each entry of the search list.`,
        fix: 'See that every DNS pod answers, and that no server in the list of nameservers is dead; samples shows how often it happens.',
        confirm: 'kubectl get pods -n kube-system -l k8s-app=kube-dns -o wide',
        evidence: [...triesOf(bad), ...triesOf(good).slice(0, 1)],
        explains: idsOf(bad),
      },
    ]
  },
}

/** F29. */
export const staleDns: Rule = {
  code: 'stale_dns',
  layer: 'dns',
  after: ({ all, names }) => {
    const wrong = failing(names).filter(({ code }) => code === 'wrong_address')
    if (wrong.length === 0) return []
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
        detail: `${namesOf(wrong)}: the Service or its endpoints have changed, and the DNS server or a cache before it has not yet, or the objects handed in are old.`,
        fix: 'Wait for the cache (30 s at most, by default) and try again (settleMs); hand in the objects of now.',
        confirm: `kubectl run -it --rm dns --image=busybox --restart=Never -- nslookup ${wrong[0]?.path.dns?.name}`,
        evidence: triesOf(wrong),
        explains: idsOf([...wrong, ...led]),
      },
    ]
  },
}

/** F32, F64: a name outside the cluster that something points to. */
export const outsideNameUnresolved: Rule = {
  code: 'outside_name_unresolved',
  layer: 'dns',
  after: (seen) => {
    const wrong = failing(outsideNames(seen)).filter(isUnknown)
    return [...Map.groupBy(wrong, nameOf).entries()].map(([name, paths]) => {
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
        explains: idsOf([...paths, ...(isAlias ? failing(clusterNames(seen)).filter(isUnknown) : [])]),
      }
    })
  },
}
