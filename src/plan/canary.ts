/**
 * Canaries of ingress-nginx: Ingresses that take a part of the requests for the rule of another one
 * (https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#canary).
 *
 * @module
 */
import { annotationOf, isTrue } from './annotations.ts'
import type { HttpCheck } from './check.ts'
import type { Route } from './ingress-rules.ts'

const CANARY = 'nginx.ingress.kubernetes.io/canary'

/**
 * Tells the share of plain requests, of 1, that a canary of ingress-nginx gets; one by header or cookie alone gets none.
 * `null` if the route is no canary.
 */
export function canaryShare({ ingress: { meta } }: Route): number | null {
  const { annotations } = meta
  if (!isTrue(annotations[CANARY] ?? null)) {
    return null
  }
  const weight = Number(annotations[`${CANARY}-weight`] ?? 0)
  const total = Number(annotations[`${CANARY}-weight-total`] ?? 100)
  return Number.isFinite(weight / total) ? Math.min(1, Math.max(0, weight / total)) : 0
}

/** Tells whether headers make a request one for the canary, or may: a pattern is that of nginx, and not tried here. */
export function isAskedByHeader({ ingress }: Route, headers: HttpCheck['headers']): boolean {
  if (!isTrue(annotationOf(ingress, CANARY))) {
    return false
  }
  const sent = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  const found = sent.get(annotationOf(ingress, `${CANARY}-by-header`)?.toLowerCase() ?? '')
  if (found !== undefined) {
    const wanted = annotationOf(ingress, `${CANARY}-by-header-value`)
    const isPattern = wanted === null && annotationOf(ingress, `${CANARY}-by-header-pattern`) !== null
    if (isPattern || found === (wanted ?? 'always')) {
      return true
    }
  }
  const cookie = annotationOf(ingress, `${CANARY}-by-cookie`)
  const cookies = sent.get('cookie')?.split(';') ?? []
  return cookie !== null && cookies.some((each) => each.trim() === `${cookie}=always`)
}
