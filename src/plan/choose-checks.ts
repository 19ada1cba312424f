/**
 * Chooses the checks that run on a path: the caller's that are for it, or else the default one of what the port speaks.
 *
 * @module
 */

import type { Service, ServicePort } from '../kube/objects.ts'
import { type Because, doubted, fieldOf } from './because.ts'
import { type Check, type HttpCheck, protocolsOf } from './check.ts'
import { speaksDns } from './dns-question.ts'
import type { PathDraft } from './draft.ts'
import { type ChecksContext, fillIn, MADE_METHOD } from './fill-in-check.ts'
import { KINDS } from './kinds.ts'
import { schemeOf, speaksHttp } from './scheme.ts'
import { namesPort } from './selector.ts'
import { speaksGrpc } from './speaks-grpc.ts'

export const DEFAULT_CHECK = 'default'

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
