/**
 * Chooses the checks that run on a path: the caller's that are for it, else the default one for what the port speaks.
 * All that a check needs is filled in here (path, scheme, Host, SNI), so that running it needs no knowledge of
 * Kubernetes.
 *
 * @module
 */

import type { Service } from '../kube/objects.ts'
import { familyOf, hostPort } from '../lib/address.ts'
import type { Check, HttpCheck, TcpCheck } from './check.ts'
import { type PathDraft, serverNameOf } from './draft.ts'
import { KINDS } from './kinds.ts'
import { schemeOf, speaksHttp } from './scheme.ts'
import { namesPort } from './selector.ts'

export const DEFAULT_CHECK = 'default'

/** Chooses the checks of a path. Variables are compared, not dialled, and have none. */
export function checksFor(path: PathDraft, service: Service, checks: readonly Check[]): readonly Check[] {
  if (path.variable !== null) {
    return []
  }
  const asked = checks.filter((check) => isFor(check, path, service)).map((check) => fillIn(check, path))
  return asked.length > 0 ? asked : [fillIn(defaultCheck(path), path)]
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
  if (!checks.includes(check.type)) {
    return false
  }
  if (routedBy === 'request') {
    return true
  }
  if (check.type === 'tcp' || check.port !== null) {
    return true
  }
  // A check without a port is for those that speak HTTP. If none is known to, the caller must know better.
  return speaksHttp(path.scheme) || !hasHttp(service)
}

/** This is asked for every path and check, so it is worked out once for each Service. */
const httpServices = new WeakMap<Service, boolean>()
function hasHttp(service: Service): boolean {
  const found = httpServices.get(service) ?? service.ports.some((each) => speaksHttp(schemeOf(each)))
  httpServices.set(service, found)
  return found
}

function defaultCheck(path: PathDraft): Check {
  const common = { name: DEFAULT_CHECK, isDefault: true, port: null }
  const tls = { serverName: null, insecureSkipVerify: !path.judgesCertificate, caPem: null, minDaysToExpiry: null }
  if (path.dns !== null) {
    return { type: 'dns', ...common }
  }
  if (!speaksHttp(path.scheme)) {
    return { type: 'tcp', ...common, tls: null, queryResponse: [], maxDurationMs: null }
  }
  return {
    type: 'http',
    ...common,
    method: 'GET',
    path: null,
    ingressPath: null,
    headers: {},
    body: null,
    scheme: null,
    host: null,
    expect: null,
    followRedirects: false,
    httpVersion: '1.1',
    tls,
    responder: null,
  }
}

function fillIn(check: Check, path: PathDraft): Check {
  if (check.type === 'http') {
    return fillInHttp(check, path)
  }
  if (check.type === 'tcp') {
    return fillInTcp(check, path)
  }
  return check
}

function fillInHttp(check: HttpCheck, path: PathDraft): HttpCheck {
  const isRouted = KINDS[path.kind].routedBy === 'request'
  const own = path.scheme === 'https' ? 'https' : 'http'
  // A router decides by itself what it speaks to clients, whatever the port speaks.
  const scheme = isRouted ? own : (check.scheme ?? own)
  const serverName = check.tls.serverName ?? nameOf(check.host) ?? path.sni
  return {
    ...check,
    scheme,
    path: isRouted ? routedPath(check, path) : (check.path ?? path.urlPath),
    host: check.host ?? hostHeader(path, scheme),
    tls: { ...check.tls, serverName, ...(check.trustsAsDefault && { insecureSkipVerify: !path.judgesCertificate }) },
  }
}

/** Behind a router, the rule's host without a port: some controllers match it with one, most do not. */
function hostHeader({ kind, host, address, addressPort }: PathDraft, scheme: string): string | null {
  if (KINDS[kind].routedBy === 'request' && host !== null) {
    return host
  }
  const name = host ?? address
  return name === null ? null : hostPort(name, addressPort, scheme)
}

/** Takes the check's path only where the rule gets it. */
function routedPath({ path: wanted, ingressPath: given }: HttpCheck, { routes, urlPath }: PathDraft): string {
  if (given !== null) {
    return given
  }
  return wanted !== null && (routes === null || routes(wanted)) ? wanted : urlPath
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
