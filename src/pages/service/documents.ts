/** The documents of the API that the page of a Service shows. */
import type { Answer, Finding, HistoryResult, Incident, PathState, Series, ServiceHistory } from '../../client/index.ts'
import { KINDS } from '../../plan/kinds.ts'

export type { Finding, HistoryResult, Incident, PathState, Series, ServiceHistory }
export type ServiceReport = Answer<'getServiceReport'>
export type PathReport = ServiceReport['paths'][number]
export type Target = ServiceHistory['target']

/** History keeps one path for all Endpoints of a port and family besides each of them. */
export const isGroup = ({ kind, address }: Pick<PathState, 'kind' | 'address'>): boolean =>
  KINDS[kind].grouped && address === null

/** The paths of now, each once. */
export const livePaths = ({ paths }: Pick<ServiceHistory, 'paths'>): PathState[] =>
  paths.filter((path) => path.retiredAt === null && !isGroup(path))

/** Those whose state says something of the Service: tested, and promised, or working all the same. */
export const testedPaths = (service: Pick<ServiceHistory, 'paths'>): PathState[] =>
  livePaths(service).filter(({ state, expected }) => state !== null && (state === 'pass' || expected !== 'unknown'))
