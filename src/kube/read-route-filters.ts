import type { Field } from './fields.ts'
import type { HeaderFilter, PathModifier, RouteFilter } from './gateway-objects.ts'
import { readTexts } from './read-meta.ts'
import { readBackendName, readObjectName, TO_NAMED } from './read-references.ts'
import { subdomain } from './validation.ts'

type Reader = { key: string; read: (body: Field) => RouteFilter }

/** Readers by the type of the filter. A type without one may do anything: it is of an implementation, or is newer. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['RequestRedirect', { key: 'requestRedirect', read: readRedirect }],
  ['URLRewrite', { key: 'urlRewrite', read: readRewrite }],
  [
    'RequestHeaderModifier',
    { key: 'requestHeaderModifier', read: (body) => ({ type: 'RequestHeaderModifier', ...readHeaders(body) }) },
  ],
  [
    'ResponseHeaderModifier',
    { key: 'responseHeaderModifier', read: (body) => ({ type: 'ResponseHeaderModifier', ...readHeaders(body) }) },
  ],
  [
    'RequestMirror',
    {
      key: 'requestMirror',
      read: (body) => ({ type: 'RequestMirror', backend: readBackendName(body.get('backendRef').need('the backend')) }),
    },
  ],
  ['CORS', { key: 'cors', read: readCors }],
  [
    'ExtensionRef',
    { key: 'extensionRef', read: (body) => ({ type: 'ExtensionRef', ref: readObjectName(body, TO_NAMED) }) },
  ],
])

export const readFilters = (list: Field): readonly RouteFilter[] => list.items().map(readFilter)

function readFilter(filter: Field): RouteFilter {
  const type =
    filter
      .get('type')
      .need(`the type of the filter, like ${[...READERS.keys()].join(', ')}`)
      .text() ?? ''
  const reader = READERS.get(type)
  if (reader === undefined) {
    return { type: 'Unknown', written: type }
  }
  return reader.read(filter.get(reader.key).need(`what the filter of type ${type} does`))
}

function readRedirect(body: Field): RouteFilter {
  return {
    type: 'RequestRedirect',
    scheme: body.get('scheme').oneOf(['http', 'https']),
    hostname: body.get('hostname').matching(subdomain),
    path: readModifier(body.get('path')),
    port: body.get('port').port(),
    statusCode: body.get('statusCode').integer(300, 399) ?? 302,
  }
}

function readRewrite(body: Field): RouteFilter {
  return {
    type: 'URLRewrite',
    hostname: body.get('hostname').matching(subdomain),
    path: readModifier(body.get('path')),
  }
}

const MODIFIERS = { ReplaceFullPath: 'replaceFullPath', ReplacePrefixMatch: 'replacePrefixMatch' } as const

/** An empty path is a value here: it takes the prefix away. */
function readModifier(path: Field): PathModifier | null {
  if (path.absent) {
    return null
  }
  const type = path
    .get('type')
    .need('ReplaceFullPath or ReplacePrefixMatch')
    .oneOf(['ReplaceFullPath', 'ReplacePrefixMatch'])
  if (type === null) {
    return null
  }
  const value = path.get(MODIFIERS[type])
  if (value.absent) {
    value.complain(`must be specified when type is set to '${type}'.`)
  }
  return { type, value: value.text() ?? '' }
}

const readHeaders = (body: Field): HeaderFilter => ({
  set: readPairs(body.get('set')),
  add: readPairs(body.get('add')),
  remove: readTexts(body.get('remove')),
})

const readPairs = (list: Field): readonly { name: string; value: string }[] =>
  list.items().map((item) => ({
    name: item.get('name').need('the name of a header').text() ?? '',
    value: item.get('value').need('the value of the header').text() ?? '',
  }))

function readCors(body: Field): RouteFilter {
  return {
    type: 'CORS',
    allowOrigins: readTexts(body.get('allowOrigins')),
    allowMethods: readTexts(body.get('allowMethods')),
    allowHeaders: readTexts(body.get('allowHeaders')),
    allowCredentials: body.get('allowCredentials').flag() ?? false,
  }
}
