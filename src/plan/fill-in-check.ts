/**
 * Fills in all that a check needs on a path (path, scheme, Host, SNI), so that running it needs no knowledge of
 * Kubernetes.
 *
 * @module
 */
import { familyOf, hostPort } from '../lib/address.ts'
import {
  type Check,
  type DnsQueryCheck,
  type GrpcCheck,
  type HttpCheck,
  isHealthCheck,
  type TcpCheck,
} from './check.ts'
import type { PlanContext } from './context.ts'
import { type DnsQuestion, defaultQuestion, isClusterDns } from './dns-question.ts'
import { type PathDraft, serverNameOf } from './draft.ts'
import { KINDS } from './kinds.ts'
import { speaksHttp } from './scheme.ts'
import { speaksGrpc } from './speaks-grpc.ts'

/** The parts of a plan's context that checks are filled in from. */
export type ChecksContext = Pick<PlanContext, 'service' | 'target' | 'clusterDomain'>

export function fillIn(check: Check, path: PathDraft, context: ChecksContext): Check {
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

/** Requests that nobody says anything about are made with this. */
export const MADE_METHOD = 'GET'

/** Adds the parameters that a path does not have yet. */
function withQuery(path: string, query: Readonly<Record<string, string>>): string {
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
