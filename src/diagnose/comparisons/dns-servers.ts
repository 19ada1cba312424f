/** DNS servers that are of no use: they do not answer, or not always. */

import { count, list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { allFail, codesOf, failing, idsOf, isOutside, type SeenPath, triesOf } from '../seen.ts'
import { clusterNames, isAnswered, isServerFault, nameOf, namesOf, outsideNames } from './named.ts'

type Manner = { title: string; means: string }

/** A DNS server that does not help behaves in one of these manners, which its answer tells, if there is one. */
const MANNERS: readonly [(path: SeenPath) => boolean, Manner][] = [
  [
    ({ result }) => result?.dns?.rcode === 'SERVFAIL',
    {
      title: 'answers no question (SERVFAIL)',
      means:
        'It runs, but does not know the answer: CoreDNS has not read the Services from the API server, or has no upstream.',
    },
  ],
  [
    ({ code }) => code === 'dns_refused',
    {
      title: 'refuses to answer',
      means:
        'It runs, but does not serve these names or this client: it is another DNS server than that of the cluster.',
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

/** Several paths may fail differently: what the server itself said counts most. */
const mannerOf = (paths: readonly SeenPath[]): Manner => MANNERS.find(([holds]) => paths.some(holds))?.[1] ?? NO_MANNER

const serversOf = (paths: readonly SeenPath[]): readonly string[] => [
  ...new Set(paths.flatMap(({ result }) => result?.dns?.server ?? [])),
]

export const clusterDnsFails: Rule = {
  code: 'cluster_dns_fails',
  layer: 'dns',
  scope: 'dns',
  // Its own cluster IP is as dead, or nothing at all is reached.
  unless: [
    'cluster_ips_unreachable',
    'dns_udp_dropped',
    'dns_cluster_ip_fails',
    'service_proxy_fails',
    'prober_reaches_nothing',
    'traffic_between_nodes_lost',
  ],
  after: (seen) => {
    const names = clusterNames(seen)
    if (!allFail(names, isServerFault)) {
      return []
    }
    const outside = outsideNames(seen)
    const fallsWithIt = outside.some(isAnswered) ? [] : outside
    const { title, means } = mannerOf(names)
    const servers = serversOf(names)
    return [
      {
        confidence: 'likely',
        title: `The cluster's DNS ${title}`,
        detail: `${list(codesOf(names))} for every name${servers.length === 0 ? '' : ` that ${list(servers)} was asked for`} (${count(new Set(names.map(nameOf)).size, 'name')}). ${means} The Service itself has no part in it: every name of the cluster is affected alike.`,
        fix: 'Get CoreDNS running and synchronised, or let the prober reach it on port 53 (UDP and TCP).',
        confirm: 'kubectl get pods,endpointslices -n kube-system -l k8s-app=kube-dns',
        evidence: triesOf(names),
        explains: idsOf([...names, ...fallsWithIt]),
      },
    ]
  },
}

/** Names that the cluster's DNS forwards get one finding, however many they are. */
export const outsideDnsFails: Rule = {
  code: 'outside_dns_fails',
  layer: 'dns',
  scope: 'dns',
  unless: ['cluster_dns_fails', 'service_proxy_fails', 'prober_reaches_nothing', 'traffic_between_nodes_lost'],
  after: (seen) => {
    const outside = outsideNames(seen)
    const bad = failing(outside).filter(isServerFault)
    if (bad.length === 0) {
      return []
    }
    const others = outside.filter(isAnswered)
    const ours = clusterNames(seen)
    const known = ours.filter(isAnswered)
    // The same server looks up the target of the Service's own name.
    const aliases = bad.some(isOutside) ? ours.filter(isServerFault) : []
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
        detail: `${list(codesOf(bad))}. That does not tell whether the name exists. ${why}`,
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

/** One of several servers to ask is dead: what is asked waits for it first. Seen where the caller names the servers. */
export const dnsServerSilent: Rule = {
  code: 'dns_server_silent',
  layer: 'dns',
  scope: 'dns',
  unless: ['cluster_dns_fails', 'service_proxy_fails', 'prober_reaches_nothing', 'traffic_between_nodes_lost'],
  after: ({ all }) => {
    const waited = all.filter(({ result }) => (result?.dns?.unanswered?.length ?? 0) > 0)
    const silent = [...new Set(waited.flatMap(({ result }) => result?.dns?.unanswered ?? []))]
    const others = [...new Set(all.flatMap(({ result }) => (result?.dns?.rcode ? (result.dns.server ?? []) : [])))]
    const dead = silent.filter((server) => !others.includes(server))
    if (dead.length === 0 || others.length === 0) {
      return []
    }
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

/** With several DNS servers, or lost packets, an answer is a matter of luck, or of patience. */
export const dnsAnswersSometimes: Rule = {
  code: 'dns_answers_sometimes',
  layer: 'dns',
  unless: [
    'packet_loss',
    'cluster_domain_wrong',
    'aaaa_lookup_fails',
    'service_name_unknown',
    'outside_dns_fails',
    'dns_server_silent',
    'service_proxy_fails',
    'prober_reaches_nothing',
    'traffic_between_nodes_lost',
  ],
  after: (seen) => {
    const names = clusterNames(seen)
    const bad = failing(names).filter(isServerFault)
    const good = names.filter((each) => isAnswered(each) || each.unsteady)
    if (bad.length === 0 || good.length === 0) {
      return []
    }
    const how = [...new Set(bad.map(({ code }) => (code === 'dns_refused' ? 'refuses' : 'leaves')))]
    const isRefusal = how.length === 1 && how[0] === 'refuses'
    return [
      {
        // One question of one try may be lost to a busy machine.
        confidence: bad.length === 1 && bad.every(({ tries }) => tries === 1) ? 'possible' : 'likely',
        title: `DNS ${isRefusal ? 'refuses' : 'leaves'} ${
          bad.some(({ unsteady }) => unsteady)
            ? `some questions${isRefusal ? '' : ' unanswered'}, now and then`
            : `${bad.length} of ${count(names.length, 'question')}${isRefusal ? '' : ' unanswered'}`
        }`,
        detail: `${namesOf(bad)}: ${list(codesOf(bad))}; answered: ${namesOf(good)}. ${
          isRefusal
            ? 'REFUSED is an answer: the server is up, and has a rule against that name or that client (an acl or a view), or hands the name on to one that has.'
            : 'Either one of several DNS servers (or pods behind the one address) is down, or packets are lost. A short name suffers first: it takes a question for each entry of the search list.'
        }`,
        fix: isRefusal
          ? 'See acl, view and forward in the Corefile, and which servers are asked beside it.'
          : 'See that every DNS pod answers, and that no server in the list of nameservers is dead; more samples show how often it happens.',
        confirm: 'kubectl get pods -n kube-system -l k8s-app=kube-dns -o wide',
        evidence: [...triesOf(bad), ...triesOf(good).slice(0, 1)],
        explains: idsOf(bad),
      },
    ]
  },
}
