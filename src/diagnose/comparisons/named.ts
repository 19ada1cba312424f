/** Paths that are reached by a name, and how DNS answered for it. */
import type { FailureCode } from '../../check/codes.ts'
import { type Because, isOfKind } from '../../plan/because.ts'
import { kindsThat } from '../../plan/kinds.ts'
import { list } from '../phrases.ts'
import { failing, isName, type Seen, type SeenPath } from '../seen.ts'

const SERVER_FAULTS: ReadonlySet<FailureCode> = new Set(['dns_timeout', 'dns_refused', 'dns_server_failure'])
export const isServerFault = ({ code }: SeenPath): boolean => code !== null && SERVER_FAULTS.has(code)
export const isUnknown = ({ code }: SeenPath): boolean => code === 'dns_not_found' || code === 'dns_no_data'
/** Nothing at all came from the DNS server. */
export const isUnanswered = (each: SeenPath): boolean =>
  isName(each) && (each.code === 'dns_timeout' || (each.code === 'dns_server_failure' && !each.result?.dns?.rcode))

/** Whatever became of it: that a name does not exist is an answer. */
export const isAnswered = (each: SeenPath): boolean => !isServerFault(each)

/** It was reached, and sent on to a name for which DNS had no address: no word about its own. */
export const isSentNowhere = ({ path, result }: SeenPath): boolean =>
  result?.failure?.phase === 'dns' &&
  path.dns === null &&
  (path.family !== null || (result.http?.location ?? null) !== null)

export const isNamed = (each: SeenPath): boolean => {
  const { path } = each
  return path.dns !== null || (path.address !== null && path.family === null && !isSentNowhere(each))
}
const ROUTES = kindsThat(({ routedBy }) => routedBy !== null)
/** Tells whether a reason is a field of a route, as an Ingress is one. */
export const isFieldOfRoute = (because: Because): boolean => ROUTES.some((kind) => isOfKind(because, kind))
/** The host of a route is a name, too, and none that the cluster's DNS knows of. */
export const isOfRoute = ({ path }: Pick<SeenPath, 'path'>): boolean => path.because.some(isFieldOfRoute)
const isOfCluster = (each: SeenPath): boolean => isName(each) && !isOfRoute(each)
/** Names that the cluster's own DNS must know, dialled or only resolved. */
export const clusterNames = ({ all }: Seen): readonly SeenPath[] =>
  all.filter((each) => isOfCluster(each) && isNamed(each))
/** Names that something points to, and that others have to know. */
export const outsideNames = ({ all }: Seen): readonly SeenPath[] =>
  all.filter((each) => !isOfCluster(each) && isNamed(each))
export const nameOf = ({ path }: SeenPath): string => path.dns?.name ?? path.address ?? ''
export const namesOf = (paths: readonly SeenPath[]): string => list([...new Set(paths.map(nameOf))])

/** The names dialled fall with those resolved. */
export const namesFailing = ({ all }: Seen, how: (path: SeenPath) => boolean): readonly SeenPath[] =>
  failing(all).filter((each) => isName(each) && !isSentNowhere(each) && how(each))
