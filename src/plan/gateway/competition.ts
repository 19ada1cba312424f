/**
 * Decides which listener of a Gateway, which host and which rule of the routes on it get a request
 * (gateway.networking.k8s.io/v1 GatewaySpec.listeners, HTTPRouteSpec.hostnames, HTTPRouteRule.matches). Where data
 * planes read the specification in several ways, or may leave a part of it out, all of those ways are told.
 *
 * @module
 */
import { type Claimed, type Contender, type Contenders, claimed, contendersOf } from './contenders.ts'
import { canonicalHost, hostnamesFor } from './hosts.ts'
import { acceptedKinds } from './kinds-apart.ts'
import type { Attachment, Listener, RoutedRequest, RouteWay } from './types.ts'

/** The reader of the beginning of a connection. Listeners of one port and one transport share their connections. */
type Transport = 'plain' | 'tls' | 'tcp' | 'udp'

const TRANSPORTS: Readonly<Record<string, Transport>> = {
  HTTP: 'plain',
  HTTPS: 'tls',
  TLS: 'tls',
  TCP: 'tcp',
  UDP: 'udp',
}

/** A request, or the beginning of a connection, as it reaches an address of a Gateway. */
export type Asked = {
  port: number
  transport: Transport
  /** SNI; `null`: none, or no TLS. */
  serverName: string | null
  /** `null`: nothing is read but the handshake. */
  request: RoutedRequest | null
}

/** Somebody else may get a request, because data planes differ, or because the objects do not tell. */
export type Rival = {
  /** `null`: nobody gets it. */
  contender: Contender | null
  why: Why
}
export type Why = 'pattern' | 'age' | 'isolation' | 'virtual-hosts' | 'kinds'

export type Outcome = {
  /** The listener that takes it; `null`: there is none. */
  listener: Listener | null
  /** The one that gets it by the specification; `null`: nobody does. */
  winner: Contender | null
  /** The Gateway answers with this itself: 404, or 421 where the host belongs to another listener than the SNI. */
  status: 404 | 421 | null
  rivals: readonly Rival[]
}

/** The routes on one listener. */
type Served = {
  listener: Listener
  /** Finds contenders by the routes' own hostnames. */
  own: Hosts
  /** Finds contenders by the hostnames that routes and the listener have in common. */
  shared: Hosts
  /** Finds routes of the other kind too, where nothing tells which kind came first; `null`: there are none. */
  both: Hosts | null
}

type Hosts = (host: string | null) => Contenders | null

export type Competition = ReadonlyMap<string, ReadonlyMap<string | null, readonly Served[]>>

const keyOf = (port: number, transport: Transport): string => `${transport} ${port}`

export const transportOf = ({ listener }: Listener): Transport | null => TRANSPORTS[listener.protocol] ?? null

/** Returns the hostname that a listener is chosen by; `null`: it takes any, as do TCP and UDP, which name none. */
const hostnameOf = ({ listener }: Listener): string | null =>
  listener.hostname === null || listener.protocol === 'TCP' || listener.protocol === 'UDP'
    ? null
    : canonicalHost(listener.hostname)

/**
 * @param listeners of one Gateway and its ListenerSets, in order of precedence.
 * @param attachments of routes on them.
 */
export function compete(listeners: readonly Listener[], attachments: readonly Attachment[]): Competition {
  const byListener = Map.groupBy(attachments, ({ listener }) => listener)
  const competition = new Map<string, Map<string | null, Served[]>>()
  for (const listener of listeners) {
    const { port } = listener.listener
    const transport = transportOf(listener)
    if (listener.refused !== null || port === null || transport === null) {
      continue
    }
    const key = keyOf(port, transport)
    const byHostname = competition.get(key) ?? new Map<string | null, Served[]>()
    competition.set(key, byHostname)
    const hostname = hostnameOf(listener)
    byHostname.set(hostname, [...(byHostname.get(hostname) ?? []), serve(listener, byListener.get(listener) ?? [])])
  }
  return competition
}

function serve(listener: Listener, attachments: readonly Attachment[]): Served {
  const { accepted, contested } = acceptedKinds(attachments)
  return {
    listener,
    own: hostsOf(accepted, (attachment) => ownHosts(attachment)),
    shared: hostsOf(accepted, ({ hosts }) => hosts.map((host) => host && canonicalHost(host))),
    both: contested ? hostsOf(attachments, (attachment) => ownHosts(attachment)) : null,
  }
}

/** Makes the contenders of a host when they are first asked for. */
function hostsOf(
  attachments: readonly Attachment[],
  hostsOfOne: (attachment: Attachment) => readonly (string | null)[],
): Hosts {
  const byHost = new Map<string | null, Attachment[]>()
  for (const attachment of attachments) {
    for (const host of new Set(hostsOfOne(attachment))) {
      const list = byHost.get(host) ?? []
      byHost.set(host, list)
      list.push(attachment)
    }
  }
  const made = new Map<string | null, Contenders>()
  return (host) => {
    const of = byHost.get(host)
    if (of === undefined) {
      return null
    }
    const found = made.get(host) ?? contendersOf(of.flatMap((attachment) => waysOf(attachment, host)))
    made.set(host, found)
    return found
  }
}

/** Lists what competes of an attachment: a rule for each of its matches. A route by port or SNI has one rule that counts. */
function waysOf(attachment: Attachment, host: string | null): Contender[] {
  const { route } = attachment
  return route.rules.flatMap((rule, ruleAt) => {
    const matches = rule.matches.length === 0 ? [null] : rule.matches
    return matches.map((match, matchAt) => ({ attachment, host, way: { route, rule, ruleAt, match, matchAt } }))
  })
}

/** Finds the route's own hostnames that make what it has in common with the listener; `null`: it names none. */
function ownHosts({ route, hosts }: Attachment): (string | null)[] {
  const own = new Set(route.hostnames.map(canonicalHost))
  if (own.size === 0) {
    return hosts.length === 0 ? [] : [null]
  }
  return hosts.flatMap((host) => {
    const found =
      host === null ? undefined : hostnamesFor(canonicalHost(host)).find((each) => each !== null && own.has(each))
    return found === undefined ? [] : [found]
  })
}

const NOTHING: Claimed = { sure: null, maybe: [], tied: [] }

/** Stands for a connection of which nothing but the handshake is read. */
const NO_REQUEST: RoutedRequest = { host: '', path: '/', method: '', headers: [], query: [] }

/** Decides who gets a request. */
export function outcomeOf(competition: Competition, asked: Asked): Outcome {
  const byHostname = competition.get(keyOf(asked.port, asked.transport))
  const host = asked.request === null ? null : canonicalHost(asked.request.host)
  const named = asked.transport === 'tls' ? asked.serverName && canonicalHost(asked.serverName) : host
  const matching = [...hostnamesFor(named)].flatMap((each) => byHostname?.get(each) ?? [])
  const [served] = matching
  if (byHostname === undefined || served === undefined) {
    return { listener: null, winner: null, status: 404, rivals: [] }
  }
  const { listener } = served
  const wanted = listener.listener.protocol === 'TLS' ? named : host
  if (isMisdirected(served, byHostname, wanted)) {
    return { listener, winner: null, status: 421, rivals: [] }
  }
  const request = asked.request ?? NO_REQUEST
  const found = byOwnHosts([served.own], wanted, request)
  const alike = matching.length < 2 ? [] : matching.filter(isAlike(served))
  const { both } = served
  const rivals: Rival[] = [
    ...found.maybe.map((contender): Rival => ({ contender, why: 'pattern' })),
    ...found.tied.map((contender): Rival => ({ contender, why: 'age' })),
    ...differing(found, 'virtual-hosts', byFirstHost([served.shared], wanted, request)),
    ...(both === null ? [] : differing(found, 'kinds', byOwnHosts([both], wanted, request))),
    ...(alike.length < 2 ? [] : withoutIsolation(found, alike, wanted, request)),
  ]
  return { listener, winner: found.sure, status: found.sure === null ? 404 : null, rivals }
}

/** A listener that ends TLS and one that hands it on do not share their routes. */
const isAlike =
  ({ listener: { listener } }: Served) =>
  (other: Served): boolean =>
    other.listener.listener.protocol === listener.protocol && other.listener.listener.tls?.mode === listener.tls?.mode

/** The host belongs to another listener than the SNI did (GatewaySpec.listeners[].hostname, RFC 9110 15.5.20). */
function isMisdirected(
  served: Served,
  byHostname: ReadonlyMap<string | null, readonly Served[]>,
  host: string | null,
): boolean {
  if (served.listener.listener.protocol !== 'HTTPS' || host === null) {
    return false
  }
  const first = hostnamesFor(host)
    .map((each) => byHostname.get(each)?.[0])
    .find((each) => each !== undefined)
  return first !== undefined && first !== served
}

/** Rules of the route with the most specific hostname come first, and those of the next are asked where they do not take it. */
function byOwnHosts(all: readonly Hosts[], host: string | null, request: RoutedRequest): Claimed {
  const maybe: Contender[] = []
  for (const hostname of hostnamesFor(host)) {
    const found = claimed(
      all.flatMap((hosts) => hosts(hostname) ?? []),
      request,
    )
    maybe.push(...found.maybe)
    if (found.sure !== null) {
      return { ...found, maybe }
    }
  }
  return { ...NOTHING, maybe }
}

/** Proxies with virtual hosts ask the most specific alone, and merge all routes that have it. */
function byFirstHost(all: readonly Hosts[], host: string | null, request: RoutedRequest): Claimed {
  for (const hostname of hostnamesFor(host)) {
    const first = all.flatMap((hosts) => hosts(hostname) ?? [])
    if (first.length > 0) {
      return claimed(first, request)
    }
  }
  return NOTHING
}

/** Isolation of listeners is Extended: without it, the routes of all that take the host compete. */
function withoutIsolation(
  found: Claimed,
  alike: readonly Served[],
  host: string | null,
  request: RoutedRequest,
): readonly Rival[] {
  const byOwn = byOwnHosts(
    alike.map(({ own }) => own),
    host,
    request,
  )
  const byFirst = byFirstHost(
    alike.map(({ shared }) => shared),
    host,
    request,
  )
  return isSameWay(byOwn.sure, byFirst.sure)
    ? differing(found, 'isolation', byOwn)
    : [...differing(found, 'isolation', byOwn), ...differing(found, 'isolation', byFirst)]
}

const differing = (found: Claimed, why: Why, { sure }: Claimed): readonly Rival[] =>
  isSameWay(sure, found.sure) ? [] : [{ contender: sure, why }]

export const isSameWay = (a: { way: RouteWay } | null, b: { way: RouteWay } | null): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.way.route === b.way.route &&
    a.way.ruleAt === b.way.ruleAt &&
    a.way.matchAt === b.way.matchAt)
