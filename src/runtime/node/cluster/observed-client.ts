import type { ClusterState } from '../../../kube/live-clusters.ts'
import { RESOURCES, type Resource } from '../../../kube/resources.ts'
import type { Clock } from '../../../lib/clock.ts'
import type { ApiClient, ApiRequest } from './api-client.ts'
import { ApiError, type ApiErrorKind, NoLongerWanted } from './api-error.ts'

export type Observed = {
  state: Exclude<ClusterState, 'absent'>
  sinceMs: number
  /** The API server last answered, or last failed to, at this time; `null`: nothing was asked yet. */
  lookedAtMs: number | null
  problem: string | null
  /** The kinds that were asked for, and whether the last answer about each was a refusal. */
  forbidden: ReadonlyMap<Resource, boolean>
}

/** The state of the cluster that a failed read shows. A healthy API server may give the kinds that are absent here. */
const STATES: Partial<Readonly<Record<ApiErrorKind, Observed['state']>>> = {
  unreachable: 'unreachable',
  unavailable: 'unreachable',
  silent: 'unreachable',
  malformed: 'unreachable',
  unauthorized: 'refused',
  credentials: 'refused',
}

/** No API server is without these: where they are not, it is another server, or another path of it. */
const ALWAYS_SERVED = /^\/(version$|api\/v1\/)/

const BY_PATH: readonly [RegExp, Resource][] = Object.values(RESOURCES)
  .flat()
  .map((resource) => {
    const group = resource.group === '' ? '/api' : `/apis/${resource.group.replaceAll('.', '\\.')}`
    return [new RegExp(`^${group}/[^/]+(/namespaces/[^/]+)?/${resource.resource}(/|$)`), resource]
  })

/** Makes a client that also tells the state of the cluster, by the outcome of each of its reads. */
export function observed(client: ApiClient, clock: Clock): { client: ApiClient; seen(): Observed } {
  const forbidden = new Map<Resource, boolean>()
  let seen: Omit<Observed, 'forbidden'> = { state: 'syncing', sinceMs: clock.now(), lookedAtMs: null, problem: null }
  const note = (state: Observed['state'], problem: string | null): void => {
    const nowMs = clock.now()
    seen = { state, sinceMs: state === seen.state ? seen.sinceMs : nowMs, lookedAtMs: nowMs, problem }
  }
  const noteKind = ({ path }: Pick<ApiRequest, 'path'>, isForbidden: boolean): void => {
    const resource = BY_PATH.find(([pattern]) => pattern.test(path))?.[1]
    if (resource !== undefined) {
      forbidden.set(resource, isForbidden)
    }
  }
  const heard = (request: Pick<ApiRequest, 'path'>): void => {
    note('synced', null)
    noteKind(request, false)
  }
  const missed = (request: Pick<ApiRequest, 'path'>, error: unknown): void => {
    if (!(error instanceof ApiError) || error instanceof NoLongerWanted) {
      return
    }
    if (error.kind === 'not_served' && ALWAYS_SERVED.test(request.path)) {
      note('unreachable', `${error.message}: is its address right, with its path?`)
      return
    }
    const state = STATES[error.kind] ?? 'synced'
    note(state, state === 'synced' ? null : error.message)
    if (state === 'synced') {
      noteKind(request, error.kind === 'forbidden')
    }
  }
  async function noted<T>(request: Pick<ApiRequest, 'path'>, asked: Promise<T>): Promise<T> {
    try {
      const answer = await asked
      heard(request)
      return answer
    } catch (error) {
      missed(request, error)
      throw error
    }
  }
  return {
    client: {
      get: (request, how) => noted(request, client.get(request, how)),
      ask: (question, how) => noted(question, client.ask(question, how)),
      async *watch(request, how) {
        try {
          for await (const line of client.watch(request, how)) {
            heard(request)
            yield line
          }
        } catch (error) {
          missed(request, error)
          throw error
        }
      },
      close: () => client.close(),
    },
    seen: () => ({ ...seen, forbidden }),
  }
}
