/**
 * Reads the routes of the Gateway API, with the defaults of their CRDs.
 *
 * @module
 */

import { adviceFor } from './field-advice.ts'
import type { Field } from './fields.ts'
import type {
  GatewayRoute,
  RouteBackend,
  RouteKind,
  RouteMatch,
  RouteParentStatus,
  RouteRule,
  ValueMatch,
} from './gateway-objects.ts'
import { readMeta, readTexts } from './read-meta.ts'
import { refuseSequences } from './read-path.ts'
import { readBackendName, readDuration, readObserved, readParentRef } from './read-references.ts'
import { readFilters } from './read-route-filters.ts'
import { absolutePath, ingressHost, subdomain } from './validation.ts'

type Reader = {
  hostnames: boolean
  /** Gives the matches of a rule that has none. */
  everything: readonly RouteMatch[]
  readMatch: (match: Field) => RouteMatch
  /** It has this rule where no rule is written. */
  byDefault: boolean
}

const PLAIN: RouteMatch = { path: null, method: null, headers: [], query: [], grpc: null }
const EVERY_PATH: RouteMatch = { ...PLAIN, path: { type: 'PathPrefix', value: '/' } }

const WITHOUT_MATCHES = { everything: [], readMatch: () => PLAIN, byDefault: false }
const KINDS: Readonly<Record<RouteKind, Reader>> = {
  HTTPRoute: { hostnames: true, everything: [EVERY_PATH], readMatch: readHttpMatch, byDefault: true },
  GRPCRoute: { hostnames: true, everything: [PLAIN], readMatch: readGrpcMatch, byDefault: false },
  TLSRoute: { hostnames: true, ...WITHOUT_MATCHES },
  TCPRoute: { hostnames: false, ...WITHOUT_MATCHES },
  UDPRoute: { hostnames: false, ...WITHOUT_MATCHES },
}

export const readGatewayRoute =
  (kind: RouteKind) =>
  (object: Field): GatewayRoute => {
    const reader = KINDS[kind]
    const spec = object.get('spec')
    const rules = spec.get('rules')
    const status = object.get('status')
    return {
      kind,
      meta: readMeta(object, subdomain),
      parentRefs: spec.get('parentRefs').items().map(readParentRef),
      hostnames: reader.hostnames ? readTexts(spec.get('hostnames'), ingressHost) : [],
      rules: rules.absent && reader.byDefault ? [EMPTY_RULE] : rules.items().map((rule) => readRule(rule, reader)),
      parents: status.get('parents').absent ? null : status.get('parents').items().map(readParent),
    }
  }

const EMPTY_RULE: RouteRule = {
  name: null,
  matches: [EVERY_PATH],
  filters: [],
  backends: [],
  timeouts: { requestMs: null, backendRequestMs: null },
}

function readRule(rule: Field, { everything, readMatch }: Reader): RouteRule {
  const matches = everything.length === 0 ? [] : rule.get('matches').items().map(readMatch)
  const timeouts = rule.get('timeouts')
  return {
    name: rule.get('name').text(),
    matches: matches.length === 0 ? everything : matches,
    filters: readFilters(rule.get('filters')),
    backends: rule.get('backendRefs').items().map(readBackend),
    timeouts: {
      requestMs: readDuration(timeouts.get('request')),
      backendRequestMs: readDuration(timeouts.get('backendRequest')),
    },
  }
}

const readBackend = (ref: Field): RouteBackend => ({
  ...readBackendName(ref),
  weight: ref.get('weight').integer(0, 1_000_000) ?? 1,
  filters: readFilters(ref.get('filters')),
})

const VALUE_TYPES = ['Exact', 'RegularExpression'] as const
const PATH_TYPES = ['Exact', 'PathPrefix', 'RegularExpression'] as const
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'] as const

const readValues = (list: Field): readonly ValueMatch[] =>
  list.items().map((item) => ({
    type: item.get('type').oneOf(VALUE_TYPES) ?? 'Exact',
    name: item.get('name').need('the name').text() ?? '',
    value: item.get('value').need('the value').text() ?? '',
  }))

function readHttpMatch(match: Field): RouteMatch {
  return {
    path: readPath(match.get('path')),
    method: match.get('method').oneOf(METHODS),
    headers: readValues(match.get('headers')),
    query: readValues(match.get('queryParams')),
    grpc: null,
  }
}

/** HTTPPathMatch: its characters are those that RFC 3986 has in a path. */
function readPath(path: Field): { type: string; value: string } {
  const type = path.get('type').oneOf(PATH_TYPES) ?? 'PathPrefix'
  const value = path.get('value')
  if (type === 'RegularExpression') {
    return { type, value: value.text() ?? '/' }
  }
  const text = value.matching(absolutePath) ?? '/'
  refuseSequences(value)
  if (text.startsWith('/') && !/^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/.test(text)) {
    const odd = /[^-A-Za-z0-9/._~!$&'()*+,;=:@%]/u.exec(text)?.[0] ?? '%'
    value.complain(`must not contain ${JSON.stringify(odd)}. ${adviceFor(text) || 'Write it percent-encoded.'}`)
  }
  return { type, value: text }
}

function readGrpcMatch(match: Field): RouteMatch {
  const method = match.get('method')
  return {
    ...PLAIN,
    headers: readValues(match.get('headers')),
    grpc: method.absent
      ? null
      : {
          type: method.get('type').oneOf(VALUE_TYPES) ?? 'Exact',
          service: method.get('service').text(),
          method: method.get('method').text(),
        },
  }
}

const readParent = (parent: Field): RouteParentStatus => ({
  parentRef: readParentRef(parent.get('parentRef')),
  controllerName: parent.get('controllerName').text(),
  conditions: readObserved(parent),
})
