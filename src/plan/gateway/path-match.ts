import type { RouteMatch } from '../../kube/gateway-objects.ts'
import type { PathMatch, PathValue } from '../path.ts'

const valuesOf = (values: RouteMatch['headers'], lower: boolean): PathValue[] =>
  values
    .map(({ type, name, value }) => ({
      name: lower ? name.toLowerCase() : name,
      value,
      ...(type === 'RegularExpression' && { regex: true as const }),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))

/** A match as paths show it, and as their ids hold it: the order of headers and parameters says nothing. */
export function pathMatch(match: RouteMatch | null): PathMatch | null {
  if (match === null) {
    return null
  }
  const { path, method, headers, query, grpc } = match
  const called = grpc && `/${grpc.service ?? '*'}/${grpc.method ?? '*'}`
  return {
    type: path?.type ?? grpc?.type ?? null,
    path: path?.value ?? called,
    method,
    headers: valuesOf(headers, true),
    query: valuesOf(query, false),
  }
}
