/**
 * The configuration of HAProxy as a Gateway, made from the objects of the Gateway API alone. A port with TLS is a
 * frontend that reads the server name and hands the connection to one for each listener, over a socket of its own:
 * so listeners share a port by host, whatever becomes of TLS.
 *
 * @module
 */
import { type Backend, backendsOf } from './backends.ts'
import {
  type AnyOf,
  byPrecedence,
  ofGrpcMatch,
  ofHost,
  ofHttpMatch,
  precedenceOfGrpc,
  precedenceOfHttp,
} from './conditions.ts'
import { renderFilters } from './filters.ts'
import { attachmentsOf, byHost, type GatewayFiles, isPassthrough, type Listener, listenersOf } from './listeners.ts'
import { byAge, type GatewayObjects, type HttpMatch, type Route, type Rule } from './objects.ts'

const HEAD = `global
  maxconn 2000
  log stderr format raw daemon notice
  ssl-server-verify none
defaults
  retries 1
  option redispatch 1
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 60s
`

/** @param sections of one or more of {@link renderGateways}. */
export const configuration = (...sections: readonly string[]): string => `${HEAD}${sections.join('\n')}\n`

/** @param name a word that tells these objects from others in the same proxy. */
export function renderGateways(objects: GatewayObjects, files: GatewayFiles, name = 'g'): string {
  const served = objects.gateways.filter(({ spec }) =>
    objects.gatewayClasses.some(
      (each) => each.metadata.name === spec.gatewayClassName && each.spec.controllerName === files.controllerName,
    ),
  )
  const sections = served.toSorted(byAge).flatMap((gateway, turn) => {
    const listeners = listenersOf(objects, gateway, files, `${name}.${turn}`)
    return [...Map.groupBy(listeners, ({ spec }) => spec.port).values()].flatMap((onPort) =>
      renderPort(
        objects,
        onPort.toSorted((a, b) => byHost(a.hostname, b.hostname)),
        files,
      ),
    )
  })
  return sections.join('\n')
}

function renderPort(objects: GatewayObjects, listeners: readonly Listener[], files: GatewayFiles): string[] {
  const [first] = listeners
  if (first === undefined) {
    return []
  }
  const bind = `bind ${files.address(first.gateway)}:${first.spec.port}`
  switch (first.spec.protocol) {
    case 'HTTP':
      return renderHttp(objects, listeners, files, { id: first.id, bind, own: null })
    case 'TCP':
      return renderTcp(objects, listeners, files, { id: first.id, bind, host: null })
    default:
      return [
        ...renderTls(objects, listeners, files, bind),
        ...listeners
          .filter((listener) => !isPassthrough(listener))
          .flatMap((own) => {
            const inner = { id: `${own.id}.tls`, bind: innerBind(own) }
            return own.spec.protocol === 'HTTPS'
              ? renderHttp(
                  objects,
                  listeners.filter(({ spec }) => spec.protocol === 'HTTPS'),
                  files,
                  { ...inner, own },
                )
              : renderTcp(objects, [own], files, { ...inner, host: 'ssl_fc_sni,lower' })
          }),
      ]
  }
}

function innerBind({ id, certificate, clients, spec }: Listener): string {
  const verify =
    clients === null
      ? ''
      : clients.isDemanded
        ? ` verify required ca-file ${clients.authority}`
        : ` verify optional ca-file ${clients.authority} crt-ignore-err all ca-ignore-err all`
  const alpn = spec.protocol === 'HTTPS' ? ' alpn h2,http/1.1' : ''
  return `bind abns@${id} accept-proxy ssl crt ${certificate}${alpn}${verify}`
}

/** Conditions with a name each, so that a line may have as many as it needs. */
class Conditions {
  readonly lines: string[] = []
  readonly #names = new Map<string, string>()

  /** @returns the name of a condition; an empty string where it always holds. */
  name(any: AnyOf | null): string {
    if (any === null || any.length === 0) {
      return ''
    }
    const key = any.join('\n')
    const known = this.#names.get(key)
    if (known !== undefined) {
      return known
    }
    const name = `c${this.#names.size}`
    this.#names.set(key, name)
    this.lines.push(...any.map((each) => `acl ${name} ${each}`))
    return name
  }

  all(conditions: readonly (AnyOf | null)[]): string {
    return conditions.map((each) => this.name(each)).join(' ')
  }
}

const section = (head: string, lines: readonly string[]): string =>
  `${head}\n${lines.map((line) => `  ${line}`).join('\n')}`

type Frontend = { id: string; bind: string }

/** One match of one rule, with where it leads. */
type Entry = {
  listener: Listener
  hostname: string
  route: Route
  rule: Rule
  conditions: readonly AnyOf[]
  precedence: readonly number[]
  /** The prefix that its filters replace. */
  prefix: string | null
}

/**
 * A request is for the listener with the most specific host, and there for the most specific host of a route, then for
 * the most specific match. `own`: TLS ended for this listener, and requests that are another's are misdirected.
 */
function renderHttp(
  objects: GatewayObjects,
  listeners: readonly Listener[],
  files: GatewayFiles,
  { id, bind, own }: Frontend & { own: Listener | null },
): string[] {
  const conditions = new Conditions()
  const choose: string[] = listeners.map(
    (listener) =>
      `http-request set-var(txn.l) str(${listener.id}) if !{ var(txn.l) -m found } ${conditions.name(ofHost('var(txn.host)', listener.hostname))}`,
  )
  const entries = (own === null ? listeners : [own]).flatMap((listener) => entriesOf(objects, listener))
  const backends: string[] = []
  const take = entries.flatMap((entry, turn) => {
    const name = `${id}.r${turn}`
    const ways = backendsOf(objects, entry.listener, entry.route, entry.rule.backendRefs ?? [], files)
    const context = {
      prefix: entry.prefix,
      port: entry.listener.spec.port,
      scheme: own === null ? ('http' as const) : ('https' as const),
    }
    const shares = sharesOf(ways)
    backends.push(
      ...shares.map(({ way }, place) =>
        section(`backend ${name}.${place}`, [
          'mode http',
          ...timeouts(entry.rule),
          ...renderFilters([...(entry.rule.filters ?? []), ...(way?.ref.filters ?? [])], context),
          ...(isRedirected(entry.rule, way) ? [] : serverLines(way, 'http-request deny deny_status 500')),
        ]),
      ),
    )
    const all = conditions.all([ofHost('var(txn.host)', entry.hostname), ...entry.conditions])
    return [
      `http-request set-var(txn.r) str(${name}) if !{ var(txn.r) -m found } { var(txn.l) -m str ${entry.listener.id} } ${all}`,
      ...draw('http-request', 'txn', name, shares),
    ]
  })
  return [
    section(`frontend ${id}`, [
      'mode http',
      bind,
      'http-request set-var(txn.host) req.hdr(host),field(1,:),lower',
      ...conditions.lines,
      ...choose,
      ...(own === null
        ? []
        : [`http-request deny deny_status 421 if { var(txn.l) -m found } !{ var(txn.l) -m str ${own.id} }`]),
      ...take,
      'http-request deny deny_status 404 if !{ var(txn.b) -m found }',
      'use_backend %[var(txn.b)]',
    ]),
    ...backends,
  ]
}

const entriesOf = (objects: GatewayObjects, listener: Listener): Entry[] =>
  attachmentsOf(objects, listener)
    .flatMap(({ route, hostnames }) =>
      hostnames.flatMap((hostname) =>
        (route.spec.rules ?? [{}]).flatMap((rule) =>
          (rule.matches?.length ? rule.matches : [{}]).map((match): Entry => {
            const isGrpc = route.kind === 'GRPCRoute'
            return {
              listener,
              hostname,
              route,
              rule,
              conditions: isGrpc ? ofGrpcMatch(match) : ofHttpMatch(match),
              precedence: isGrpc ? precedenceOfGrpc(match) : precedenceOfHttp(match),
              prefix: isGrpc ? null : prefixOf(match),
            }
          }),
        ),
      ),
    )
    .toSorted((a, b) => byHost(a.hostname, b.hostname) || byPrecedence(a.precedence, b.precedence))

/** The request goes no further, wherever the rule would lead. */
const isRedirected = ({ filters = [] }: Rule, way: Backend | null): boolean =>
  [...filters, ...(way?.ref.filters ?? [])].some(({ type }) => type === 'RequestRedirect')

const prefixOf = ({ path = {} }: HttpMatch): string | null =>
  (path.type ?? 'PathPrefix') === 'PathPrefix' ? (path.value ?? '/') : null

/** Each way with the numbers below which a draw is for it. */
type Share = { way: Backend | null; below: number }

/** No way at all is one that leads nowhere. */
function sharesOf(ways: readonly Backend[]): Share[] {
  const shares = ways
    .filter(({ weight }) => weight > 0)
    .map((way, turn, taken) => ({ way, below: taken.slice(0, turn + 1).reduce((sum, { weight }) => sum + weight, 0) }))
  return shares.length === 0 ? [{ way: null, below: 1 }] : shares
}

/** Chooses among the backends NAME.0, NAME.1 … of what was found. */
function draw(action: string, scope: string, name: string, shares: readonly Share[]): string[] {
  const isIt = `{ var(${scope}.r) -m str ${name} }`
  const [, ...others] = shares
  return [
    `${action} set-var(${scope}.b) str(${name}.0) if ${isIt}`,
    ...(others.length === 0 ? [] : [`${action} set-var(${scope}.n) rand(${shares.at(-1)?.below}) if ${isIt}`]),
    ...others.map(
      (_share, place) =>
        `${action} set-var(${scope}.b) str(${name}.${place + 1}) if ${isIt} !{ var(${scope}.n) -m int lt ${shares[place]?.below} }`,
    ),
  ]
}

const serverLines = (way: Backend | null, otherwise: string): string[] =>
  way === null || way.servers === null ? [otherwise] : way.servers.map((server, turn) => `server s${turn} ${server}`)

/** Silence for this long is the end; a retry begins anew. */
function timeouts({ timeouts = {}, retry }: Rule): string[] {
  const [limit] = [timeouts.backendRequest, timeouts.request].filter(
    (duration): duration is string => duration !== undefined && !/^0[a-z]*$/.test(duration),
  )
  const codes = (retry?.codes ?? []).join(' ')
  return [
    ...(limit === undefined ? [] : [`timeout server ${limit}`]),
    ...(retry === undefined
      ? []
      : [`retries ${retry.attempts ?? 1}`, `retry-on conn-failure empty-response response-timeout ${codes}`.trimEnd()]),
  ]
}

/** Reads the name that the client asks for, and hands the connection on. */
function renderTls(
  objects: GatewayObjects,
  listeners: readonly Listener[],
  files: GatewayFiles,
  bind: string,
): string[] {
  const [first] = listeners
  const ended = listeners.filter((listener) => !isPassthrough(listener))
  const passed = tcpRoutes(objects, listeners.filter(isPassthrough), files, 'var(sess.host)')
  const { conditions } = passed
  const choose = listeners.map(
    (listener) =>
      `tcp-request content set-var(sess.l) str(${listener.id}) if !{ var(sess.l) -m found } ${conditions.name(ofHost('var(sess.host)', listener.hostname))}`,
  )
  return [
    section(`frontend ${first?.id}`, [
      'mode tcp',
      bind,
      'tcp-request inspect-delay 5s',
      'tcp-request content reject if !{ req.ssl_hello_type 1 }',
      'tcp-request content set-var(sess.host) req.ssl_sni,lower',
      ...conditions.lines,
      ...choose,
      ...ended.map(({ id }) => `tcp-request content set-var(sess.b) str(${id}.to) if { var(sess.l) -m str ${id} }`),
      ...passed.lines,
      'tcp-request content reject if !{ var(sess.b) -m found }',
      'use_backend %[var(sess.b)]',
    ]),
    ...passed.backends,
    ...ended.map(({ id }) => section(`backend ${id}.to`, ['mode tcp', `server inner abns@${id} send-proxy-v2`])),
  ]
}

/** @param host what has the server name where TLS ended here; `null`: routes have no hosts. */
function renderTcp(
  objects: GatewayObjects,
  listeners: readonly Listener[],
  files: GatewayFiles,
  { id, bind, host }: Frontend & { host: string | null },
): string[] {
  const { conditions, lines, backends } = tcpRoutes(objects, listeners, files, host)
  return [
    section(`frontend ${id}`, [
      'mode tcp',
      bind,
      ...conditions.lines,
      ...listeners.map((listener) => `tcp-request content set-var(sess.l) str(${listener.id})`),
      ...lines,
      'tcp-request content reject if !{ var(sess.b) -m found }',
      'use_backend %[var(sess.b)]',
    ]),
    ...backends,
  ]
}

/** The most specific host, then the oldest route takes the connection. */
function tcpRoutes(
  objects: GatewayObjects,
  listeners: readonly Listener[],
  files: GatewayFiles,
  host: string | null,
): { conditions: Conditions; lines: string[]; backends: string[] } {
  const conditions = new Conditions()
  const backends: string[] = []
  const lines = listeners.flatMap((listener) =>
    attachmentsOf(objects, listener)
      .flatMap(({ route, hostnames }) => hostnames.map((hostname) => ({ route, hostname })))
      .toSorted((a, b) => byHost(a.hostname, b.hostname))
      .flatMap(({ route, hostname }, turn) => {
        const name = `${listener.id}.r${turn}`
        const refs = (route.spec.rules ?? []).flatMap(({ backendRefs = [] }) => backendRefs)
        const shares = sharesOf(backendsOf(objects, listener, route, refs, files))
        backends.push(
          ...shares.map(({ way }, place) =>
            section(`backend ${name}.${place}`, ['mode tcp', ...serverLines(way, 'tcp-request content reject')]),
          ),
        )
        const taken = host === null ? '' : conditions.name(ofHost(host, hostname))
        return [
          `tcp-request content set-var(sess.r) str(${name}) if !{ var(sess.r) -m found } { var(sess.l) -m str ${listener.id} } ${taken}`,
          ...draw('tcp-request content', 'sess', name, shares),
        ]
      }),
  )
  return { conditions, lines, backends }
}
