/**
 * Chooses the checks that run on a path: the caller's that are for it, else the default one for what the port speaks.
 * All that a check needs is filled in here (path, scheme, Host, SNI), so that running it needs no knowledge of
 * Kubernetes.
 *
 * @module
 */

import type { Service, ServicePort } from '../kube/objects.ts'
import { familyOf, hostPort } from '../lib/address.ts'
import { type Because, doubted, fieldOf } from './because.ts'
import {
  type Check,
  type DnsQueryCheck,
  type GrpcCheck,
  type HttpCheck,
  isHealthCheck,
  protocolsOf,
  type TcpCheck,
} from './check.ts'
import type { PlanContext } from './context.ts'
import { type DnsQuestion, defaultQuestion, isClusterDns, speaksDns } from './dns-question.ts'
import { type PathDraft, serverNameOf } from './draft.ts'
import { KINDS } from './kinds.ts'
import { schemeOf, speaksHttp } from './scheme.ts'
import { namesPort } from './selector.ts'
import { speaksGrpc } from './speaks-grpc.ts'

export const DEFAULT_CHECK = 'default'

/** The parts of a plan's context that checks are filled in from. */
export type ChecksContext = Pick<PlanContext, 'service' | 'target' | 'clusterDomain'>

/** Chooses the checks of a path. Variables are compared, not dialled, and have none. */
export function checksFor(path: PathDraft, context: ChecksContext, checks: readonly Check[]): readonly Check[] {
  if (path.variable !== null) {
    return []
  }
  const { service } = context
  const asked = checks.filter((check) => isFor(check, path, service))
  const chosen = asked.length > 0 ? asked : [defaultCheck(path)]
  return chosen.map((check) => fillIn(check, path, context))
}

function isFor(check: Check, path: PathDraft, service: Service): boolean {
  const { port } = path
  if (check.port !== null && (port === null || !namesPort(check.port, { name: port.name, number: port.port }))) {
    return false
  }
  if (path.dns !== null || check.type === 'dns') {
    return path.dns !== null && check.type === 'dns'
  }
  const { checks, routedBy } = KINDS[path.kind]
  if (!checks.includes(check.type) || (port !== null && !protocolsOf(check).includes(port.protocol))) {
    return false
  }
  if (check.type === 'dnsQuery') {
    // It is as for HTTP below: without a port it is for those that speak DNS, and if none is known to, for all
    return check.port !== null || (port !== null && speaksDns(port)) || !hasDns(service)
  }
  if (check.type === 'grpc') {
    return check.port !== null || !checks.includes('http') || isGrpc(port) || !hasGrpc(service)
  }
  if (routedBy === 'request' || check.type === 'tcp' || check.port !== null) {
    return true
  }
  // A check without a port is for those that speak HTTP. If none is known to, the caller must know better.
  return speaksHttp(path.scheme) || !hasHttp(service)
}

/** This is asked for every path and check, so it is worked out once for each Service. */
function onceForEach(works: (service: Service) => boolean): (service: Service) => boolean {
  const known = new WeakMap<Service, boolean>()
  return (service) => {
    const found = known.get(service) ?? works(service)
    known.set(service, found)
    return found
  }
}
const hasHttp = onceForEach(({ ports }) => ports.some((port) => speaksHttp(schemeOf(port))))
const hasDns = onceForEach(({ ports }) => ports.some(speaksDns))
const hasGrpc = onceForEach(({ ports }) => ports.some((port) => speaksGrpc(port) !== null))

const isGrpc = (port: ServicePort | null): boolean => port !== null && speaksGrpc(port) !== null

function defaultCheck(path: PathDraft): Check {
  const common = { name: DEFAULT_CHECK, isDefault: true, port: null }
  const tls = {
    ...{ serverName: null, insecureSkipVerify: !path.judgesCertificate, caPem: null, minDaysToExpiry: null },
    ...(path.judgesName.length > 0 && { names: path.judgesName }),
  }
  if (path.dns !== null) {
    return { type: 'dns', ...common }
  }
  if (isDnsServer(path)) {
    return {
      type: 'dnsQuery',
      ...common,
      queryName: null,
      queryType: null,
      transportProtocol: null,
      recursionDesired: true,
      expect: null,
    }
  }
  const { checks, routedBy } = KINDS[path.kind]
  // Kinds that are routed by the request say what they speak, whatever the port says
  if (checks.includes('grpc') && (routedBy === 'request' ? !checks.includes('http') : isGrpc(path.port))) {
    return {
      type: 'grpc',
      ...common,
      service: '',
      call: null,
      metadata: {},
      scheme: null,
      mayBeTls: true,
      host: null,
      expect: null,
      tls,
    }
  }
  if (!speaksHttp(path.scheme)) {
    return { type: 'tcp', ...common, tls: path.overTls ? tls : null, queryResponse: [], maxDurationMs: null }
  }
  return {
    type: 'http',
    ...common,
    method: MADE_METHOD,
    path: null,
    ingressPath: null,
    headers: {},
    body: null,
    scheme: null,
    host: null,
    expect: path.expect,
    followRedirects: false,
    httpVersion: '1.1',
    upgrade: null,
    tls,
    responder: null,
  }
}

/** A router that reads what passes, and a front that ends TLS, speak otherwise than the port does. */
const isDnsServer = ({ kind, port, scheme, overTls }: PathDraft): boolean =>
  port !== null && !overTls && !speaksHttp(scheme) && speaksDns(port) && KINDS[kind].checks.includes('dnsQuery')

function fillIn(check: Check, path: PathDraft, context: ChecksContext): Check {
  switch (check.type) {
    case 'http':
      return fillInHttp(check, path)
    case 'tcp':
      return fillInTcp(check, path)
    case 'grpc':
      return fillInGrpc(check, path)
    case 'dnsQuery':
      return fillInDnsQuery(check, path, questionOf(context))
    case 'dns':
      return check
  }
}

const questionOf = ({ service, target, clusterDomain }: ChecksContext): DnsQuestion =>
  defaultQuestion(isClusterDns(target.namespace, service), clusterDomain.name)

function fillInDnsQuery(check: DnsQueryCheck, { port }: PathDraft, question: DnsQuestion): DnsQueryCheck {
  const transportProtocol = port?.protocol === 'UDP' ? 'udp' : 'tcp'
  if (check.queryName !== null) {
    return { ...check, queryType: check.queryType ?? 'A', transportProtocol }
  }
  const { name, type, expect } = question
  return { ...check, queryName: name, queryType: type, transportProtocol, expect: check.expect ?? expect }
}

function fillInGrpc(check: GrpcCheck, path: PathDraft): GrpcCheck {
  const { mayBeTls, ...filled } = check
  const { asks, port, kind } = path
  const own = speaksHttp(path.scheme) ? (path.scheme as 'http' | 'https') : null
  const tls = port === null ? null : (speaksGrpc(port)?.tls ?? null)
  const told = path.overTls ? 'https' : (own ?? (tls === null ? null : tls ? 'https' : 'http'))
  const scheme = KINDS[kind].routedBy === 'request' ? told : (check.scheme ?? told)
  const serverName = check.tls.serverName ?? nameOf(check.host) ?? path.sni
  const call = asks?.grpc ?? null
  return {
    ...filled,
    ...(mayBeTls && scheme === null && { mayBeTls }),
    scheme: scheme ?? 'http',
    host: check.host ?? hostHeader(path, scheme ?? 'http'),
    call: call !== null && isHealthCheck(call) ? null : call,
    ...headersFor(path),
    tls: { ...check.tls, serverName },
  }
}

function fillInHttp(check: HttpCheck, path: PathDraft): HttpCheck {
  const isRouted = KINDS[path.kind].routedBy === 'request'
  const own = path.scheme === 'https' ? 'https' : 'http'
  // A router decides by itself what it speaks to clients, whatever the port speaks.
  const scheme = isRouted ? own : (check.scheme ?? own)
  const serverName = check.tls.serverName ?? nameOf(check.host) ?? path.sni
  const request = isRouted ? routedAs(check, path) : { path: check.path ?? path.urlPath, method: check.method }
  return {
    ...check,
    scheme,
    ...request,
    ...headersFor(path),
    ...(path.behind !== null && { behind: path.behind(request.path) }),
    host: check.host ?? hostHeader(path, scheme),
    tls: { ...check.tls, serverName, ...(check.trustsAsDefault && { insecureSkipVerify: !path.judgesCertificate }) },
  }
}

/** A rule that asks for headers gets no request without them, whatever the check says. */
const headersFor = ({ asks }: PathDraft): Pick<HttpCheck, 'ruleHeaders'> =>
  asks !== null && Object.keys(asks.headers).length > 0 ? { ruleHeaders: asks.headers } : {}

/** Behind a router, the rule's host without a port: some controllers match it with one, most do not. */
function hostHeader({ kind, host, address, addressPort }: PathDraft, scheme: string): string | null {
  if (KINDS[kind].routedBy === 'request' && host !== null) {
    return host
  }
  const name = host ?? address
  return name === null ? null : hostPort(name, addressPort, scheme)
}

/** Takes the check's path and method only where the rule gets them; its headers always. */
function routedAs(
  { path: wanted, ingressPath: given, method: own, headers }: HttpCheck,
  { routes, urlPath, asks }: PathDraft,
): { path: string; method: string } {
  const method = asks?.method ?? own
  const path = given ?? wanted
  const asked = path === null ? null : withQuery(path, asks?.query ?? {})
  const gets = (at: string): boolean => routes === null || routes(at, method)
  const isKept = (at: string): boolean => routes === null || routes(at, method, headers)
  // Below another path the headers may make no difference
  if (asked !== null && (given !== null || isKept(asked) || (gets(asked) && !isKept(urlPath)))) {
    return { path: asked, method }
  }
  return { path: urlPath, method: asks?.method != null || gets(urlPath) ? method : MADE_METHOD }
}

/** The end of such a doubt. */
export const HEADER_DOUBT = 'another rule may get the request'

/**
 * A router may send what has a header of the caller elsewhere, as a canary is asked for: what comes back then says
 * nothing about this path. Values may be secret, and are not told.
 */
export function headerDoubts({ routes }: PathDraft, checks: readonly Check[]): readonly Because[] {
  return checks.flatMap((check) => {
    const request = requestedBy(check)
    if (routes === null || request === null) {
      return []
    }
    const { path, method, headers } = request
    const isKept = (sent: HttpCheck['headers']): boolean => routes(path, method, sent)
    if (isKept(headers) || !isKept({})) {
      return []
    }
    const each = Object.entries(headers).filter(([name, value]) => !isKept({ [name]: value }))
    const names = (each.length > 0 ? each : Object.entries(headers)).map(([name]) => name).join(', ')
    const field = fieldOf(null, `${check.type === 'grpc' ? 'metadata' : 'headers'} of check ${check.name}`)
    return [doubted(field, `with ${names} ${HEADER_DOUBT}`)]
  })
}

function requestedBy(check: Check): { path: string; method: string; headers: HttpCheck['headers'] } | null {
  switch (check.type) {
    case 'http':
      return { path: check.path ?? '/', method: check.method, headers: check.headers }
    case 'grpc':
      return { path: '/', method: 'POST', headers: check.metadata }
    default:
      return null
  }
}

/** Requests that nobody says anything about are made with this. */
const MADE_METHOD = 'GET'

/** Adds the parameters that a path does not have yet. */
export function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const [before = '', ...rest] = path.split('?')
  const has = new URLSearchParams(rest.join('?'))
  const added = Object.entries(query).filter(([name, value]) => has.get(name) !== value)
  if (added.length === 0) {
    return path
  }
  // The first of several values is the one that routers compare (HTTPQueryParamMatch.name).
  const kept = [...has].filter(([name]) => !added.some(([other]) => other === name))
  return `${before}?${new URLSearchParams([...added, ...kept])}`
}

/** Reads the name in a Host header, which SNI follows (as in blackbox_exporter); an address is no name. */
function nameOf(host: string | null): string | null {
  if (host === null || host.startsWith('[')) {
    return null
  }
  const name = serverNameOf(host.replace(/:\d+$/, ''))
  return familyOf(name) === null ? name : null
}

function fillInTcp(check: TcpCheck, { sni }: PathDraft): TcpCheck {
  return check.tls === null ? check : { ...check, tls: { ...check.tls, serverName: check.tls.serverName ?? sni } }
}
