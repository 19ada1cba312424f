/**
 * Reads what a request asks for from its path, as apiserver's RequestInfoFactory does.
 *
 * @module
 */

export type RequestInfo = {
  verb: string
  query: URLSearchParams
} & (
  | { isResource: false; path: string }
  | {
      isResource: true
      path: string
      group: string
      version: string
      resource: string
      subresource?: string
      namespace?: string
      name?: string
    }
)

const VERBS: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

export function requestInfo(method: string, url: string): RequestInfo {
  const { pathname, searchParams: query } = new URL(url, 'https://server')
  const path = decodeURIComponent(pathname)
  const steps = pathname
    .split('/')
    .filter((step) => step !== '')
    .map(decodeURIComponent)
  const at = steps[0] === 'api' ? 1 : steps[0] === 'apis' ? 2 : Number.POSITIVE_INFINITY
  const [version, ...rest] = steps.slice(at)
  if (version === undefined || rest.length === 0) {
    return { isResource: false, verb: method === 'GET' ? 'get' : (VERBS[method] ?? method.toLowerCase()), path, query }
  }
  const group = at === 1 ? '' : (steps[1] ?? '')
  const isInNamespace = rest[0] === 'namespaces' && rest.length > 2
  const namespace = isInNamespace ? rest[1] : undefined
  const [resource = '', name, subresource] = isInNamespace ? rest.slice(2) : rest
  return {
    isResource: true,
    verb: verbOf(method, name, query),
    path,
    query,
    group,
    version,
    resource,
    // A namespace is in itself, for whoever authorizes
    ...(namespace !== undefined && { namespace }),
    ...(!isInNamespace && resource === 'namespaces' && name !== undefined && { namespace: name }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
  }
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams): string {
  if (method !== 'GET') {
    return VERBS[method] ?? method.toLowerCase()
  }
  if (name !== undefined) {
    return 'get'
  }
  return isTrue(query.get('watch')) ? 'watch' : 'list'
}

/** A truth value of a query, as Go's strconv.ParseBool reads it; a name without a value is true. */
export const isTrue = (value: string | null) => value !== null && /^(|1|t|true)$/i.test(value)
