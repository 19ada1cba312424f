/**
 * Filters of a rule as lines of an HAProxy backend.
 *
 * @module
 */
import { literal, quoted } from './conditions.ts'
import type { Cors, Filter, HeaderFilter, PathModifier, Redirect } from './objects.ts'

/** What a filter needs to know of the request. */
export type FilterContext = {
  /** The prefix that was matched; `null`: none was. */
  prefix: string | null
  /** Of the listener. */
  port: number
  scheme: 'http' | 'https'
}

/** Filters for which HAProxy has nothing: the request goes on without them. */
export const NOT_RENDERED: readonly string[] = ['RequestMirror', 'ExtensionRef']

export const renderFilters = (filters: readonly Filter[], context: FilterContext): string[] =>
  filters.flatMap((filter) => [
    ...headers('http-request', filter.requestHeaderModifier),
    ...headers('http-response', filter.responseHeaderModifier),
    ...(filter.cors === undefined ? [] : cors(filter.cors)),
    ...(filter.urlRewrite === undefined
      ? []
      : [
          ...pathLines(filter.urlRewrite.path, context),
          ...(filter.urlRewrite.hostname === undefined
            ? []
            : [`http-request set-header host ${literal(filter.urlRewrite.hostname)}`]),
        ]),
    ...(filter.requestRedirect === undefined ? [] : redirect(filter.requestRedirect, context)),
  ])

const headers = (action: string, { set = [], add = [], remove = [] }: HeaderFilter = {}): string[] => [
  ...set.map(({ name, value }) => `${action} set-header ${name} ${literal(value)}`),
  ...add.map(({ name, value }) => `${action} add-header ${name} ${literal(value)}`),
  ...remove.map((name) => `${action} del-header ${name}`),
]

function pathLines(path: PathModifier | undefined, { prefix }: FilterContext): string[] {
  if (path === undefined) {
    return []
  }
  if (path.type === 'ReplaceFullPath') {
    return [`http-request set-path ${literal(path.replaceFullPath ?? '/')}`]
  }
  const elements = (prefix ?? '').replace(/\/+$/, '').replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const instead = (path.replacePrefixMatch ?? '').replace(/\/+$/, '').replaceAll('%', '%%')
  const replace = (pattern: string, by: string) => `http-request replace-path ${quoted(pattern)} ${quoted(by)}`
  // The last of them would match what the others have made, so that each is for a path of its own.
  return instead === ''
    ? [replace(`^${elements}/?$`, '/'), replace(`^${elements}(/.+)$`, String.raw`\1`)]
    : [replace(`^${elements}(/.*)?$`, String.raw`${instead}\1`)]
}

const WELL_KNOWN: Readonly<Record<string, number>> = { http: 80, https: 443 }

function redirect(redirect: Redirect, context: FilterContext): string[] {
  const scheme = redirect.scheme ?? context.scheme
  // Without a port: that of the scheme where one is named, else that of the listener.
  const port = redirect.port ?? (redirect.scheme === undefined ? context.port : WELL_KNOWN[scheme])
  const suffix = port === undefined || port === WELL_KNOWN[scheme] ? '' : `:${port}`
  const host = redirect.hostname === undefined ? '%[var(txn.host)]' : redirect.hostname.replaceAll('%', '%%')
  return [
    ...pathLines(redirect.path, context),
    `http-request redirect location ${quoted(`${scheme}://${host}${suffix}%[pathq]`)} code ${redirect.statusCode ?? 302}`,
  ]
}

/** Answers preflights itself, and says to others what it would have said to their preflight. */
function cors({
  allowOrigins = [],
  allowMethods,
  allowHeaders,
  exposeHeaders,
  allowCredentials,
  maxAge,
}: Cors): string[] {
  const asked = (header: string) => `%[req.fhdr(${header})]`
  const list = (values: readonly string[], header: string) =>
    values.includes('*') ? quoted(asked(header)) : literal(values.join(', '))
  const own = [
    ['access-control-allow-origin', `'%[var(txn.origin)]'`],
    ...(allowCredentials === true ? [['access-control-allow-credentials', 'true']] : []),
  ]
  const exposed =
    exposeHeaders === undefined || exposeHeaders.length === 0
      ? []
      : [['access-control-expose-headers', literal(exposeHeaders.join(', '))]]
  const preflight = [
    ...own,
    ...exposed,
    ...(allowMethods === undefined
      ? []
      : [['access-control-allow-methods', list(allowMethods, 'access-control-request-method')]]),
    ...(allowHeaders === undefined
      ? []
      : [['access-control-allow-headers', list(allowHeaders, 'access-control-request-headers')]]),
    ...(maxAge === undefined ? [] : [['access-control-max-age', String(maxAge)]]),
  ]
  const isPreflight = '{ method OPTIONS } { req.hdr(access-control-request-method) -m found }'
  const isAllowed = '{ var(txn.origin) -m found }'
  return [
    ...allowOrigins.map((origin) => `http-request set-var(txn.origin) req.hdr(origin) if ${ofOrigin(origin)}`),
    `http-request return status 204 ${preflight.map(([name, value]) => `hdr ${name} ${value}`).join(' ')} if ${isPreflight} ${isAllowed}`,
    `http-request return status 204 if ${isPreflight}`,
    ...[...own, ...exposed].map(([name, value]) => `http-response set-header ${name} ${value} if ${isAllowed}`),
  ]
}

function ofOrigin(origin: string): string {
  if (origin === '*') {
    return '{ req.hdr(origin) -m found }'
  }
  const pattern = origin.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*')
  return `{ req.hdr(origin) -m reg -i -- ${quoted(`^${pattern}$`)} }`
}
