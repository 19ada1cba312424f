import type { PathParent, PathPort, PathSelector, PlannedPath } from './path.ts'

/** Tells whether a caller's word means a Service port: its name, or its number (also as text). */
export const namesPort = (ref: string | number, { name, number }: Pick<PathPort, 'name' | 'number'>): boolean =>
  ref === name || Number(ref) === number

/** Tells whether a selector means a path: everything that it names must fit. A node is meant by its name or address. */
export function selects(
  selector: PathSelector,
  path: Pick<PlannedPath, 'kind' | 'port' | 'node' | 'address' | 'host' | 'parent'>,
): boolean {
  const { kind, port, node, host, parent } = selector
  if (kind !== path.kind) {
    return false
  }
  if (port !== undefined && (path.port === null || !namesPort(port, path.port))) {
    return false
  }
  if (node !== undefined && path.node !== node && path.address !== node) {
    return false
  }
  if (parent !== undefined && !(path.parent !== null && namesOf(path.parent).includes(parent))) {
    return false
  }
  return host === undefined || path.host === host
}

/** The words by which a selector may name a parent: `edge`, `shop/edge`, `Gateway/shop/edge`. */
export function namesOf({ kind, namespace, name }: PathParent): readonly string[] {
  const placed = namespace === null ? name : `${namespace}/${name}`
  return [name, placed, `${kind}/${placed}`]
}
