/**
 * Tells sources of paths which items of a factor to make paths of: all, unless the plan would be too large (`size.ts`).
 *
 * @module
 */
import type { ServicePort } from '../kube/objects.ts'
import type { PathKind } from './kinds.ts'

/** The paths of a kind are a product of these. */
export type Factor = 'ports' | 'nodes' | 'endpoints' | 'addresses' | 'rules'

/** Chooses among the items of one factor: all of them, unless the plan would be too large. */
export type Take = <T>(
  kind: PathKind,
  factor: Factor,
  items: readonly T[],
  keyOf: (item: T) => string,
  must?: (item: T) => boolean,
) => readonly T[]

/** The key of a port, as the selectors of a request are matched with it. */
export const portKey = ({ name, port, protocol }: ServicePort): string => `${port}/${protocol} ${name ?? ''}`
