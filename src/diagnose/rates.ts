/** Rates of failure: how often ways fail, against how often they must when some endpoints behind them fail. */
import { badShare, failing, isCut, isHanging, isRefused, isSilent, type SeenPath, type SeenPort } from './seen.ts'

/** Less likely than this is no accident. */
export const RARE = 0.05

const MANNERS: readonly [manner: string, holds: (each: SeenPath) => boolean][] = [
  ['refused', isRefused],
  ['silent', isSilent],
  ['hanging', isHanging],
  ['cut', isCut],
]

/** The manner in which a way fails. Failures of different manners have different causes. */
export const mannerOf = (each: SeenPath): string =>
  MANNERS.find(([, holds]) => holds(each))?.[0] ?? `${each.code} ${each.result?.http?.status ?? ''}`

/** The share of connections that an endpoint fails, of those that fail at all: all of a steady one's, some of a shaky one's. */
const shareOf = (port: SeenPort): number =>
  failing(port.endpoints).reduce((sum, { tries, failed }) => sum + failed / Math.max(1, tries), 0) /
  Math.max(1, port.endpoints.length)

/** The probability that all of so many tries are led to endpoints that fail. */
const chanceOf = (port: SeenPort, tries: number): number => shareOf(port) ** tries

/**
 * Tells whether it fails as the endpoints do that always fail, and no more often than by being led to them. One failure
 * can be chance; failing every time is not.
 */
export function meetsBadEndpoints(port: SeenPort, each: SeenPath): boolean {
  // When all endpoints fail alike, none of them can be told apart.
  if (badShare(port).length === 0 && !port.endpoints.some(({ unsteady }) => unsteady)) {
    return false
  }
  if (!failing(port.endpoints).some((end) => mannerOf(end) === mannerOf(each))) {
    return false
  }
  return each.unsteady || each.tries < 3 || chanceOf(port, each.tries) > RARE
}

/** The same of several ways taken together: that all of them were led there is less likely than of one. */
export const allMeetBadEndpoints = (port: SeenPort, paths: readonly SeenPath[]): boolean =>
  paths.length > 0 &&
  paths.every((each) => meetsBadEndpoints(port, each)) &&
  chanceOf(
    port,
    paths.reduce((tries, each) => tries + each.failed, 0),
  ) >
    RARE / 10

/** Tries by ways that kube-proxy spreads over the endpoints. */
export function triesByWays(port: SeenPort): { tries: number; failed: number } {
  const ways = (['ClusterIP', 'DNS', 'NodePort', 'ExternalIP'] as const).flatMap((kind) => port.of(kind))
  const sum = (of: (path: SeenPath) => number): number => ways.reduce((total, each) => total + of(each), 0)
  return { tries: sum(({ tries }) => tries), failed: sum(({ failed }) => failed) }
}

/** Tells whether ways avoid the endpoints that fail: so many tries would have met one of them. */
export const avoidsBadEndpoints = (port: SeenPort): boolean => {
  const { tries, failed } = triesByWays(port)
  const good = 1 - badShare(port).length / Math.max(1, port.endpoints.length)
  return failed === 0 && tries > 0 && good ** tries < RARE
}
