import { byKind } from '../../../kube/kinds.ts'
import type { RoutesUnread, ServicesFound } from '../../../kube/live-clusters.ts'
import type { KubeObject } from '../../../kube/objects.ts'
import { readStored } from '../../../kube/read-stored.ts'
import { RESOURCES, type Resource } from '../../../kube/resources.ts'
import { ProblemError } from '../../../lib/problem.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { pathsOf } from './held-kinds.ts'
import { listAll } from './list-all.ts'
import { problemOfRead, whyUnread } from './met.ts'

const [SERVICES] = RESOURCES.services
const ROUTES: readonly Resource[] = [...RESOURCES.ingresses, ...RESOURCES.gatewayRoutes, ...RESOURCES.openShiftRoutes]

/** `namespaces` are looked at one by one; `null`: all at once or, if that is forbidden, each of those `allowed`. */
export type Where = { namespaces: readonly string[] | null; allowed: readonly string[]; selector: string | null }

/**
 * Lists Services, and the routes that may lead to them.
 *
 * @param cluster its name, for messages.
 * @throws ProblemError if the Services cannot be listed.
 */
export async function findServices(
  client: ApiClient,
  cluster: string,
  where: Where,
  signal: AbortSignal,
): Promise<ServicesFound> {
  try {
    return await findIn(client, cluster, where, signal)
  } catch (error) {
    const isRefused = error instanceof ProblemError && error.code === 'cluster_refused'
    if (where.namespaces !== null || where.allowed.length === 0 || !isRefused) {
      throw error
    }
    return findIn(client, cluster, { ...where, namespaces: where.allowed }, signal)
  }
}

async function findIn(client: ApiClient, cluster: string, where: Where, signal: AbortSignal): Promise<ServicesFound> {
  if (SERVICES === undefined) {
    throw new Error('no resource of Services')
  }
  const places = where.namespaces ?? [null]
  const query = where.selector === null ? {} : { labelSelector: where.selector }
  const unread: RoutesUnread[] = []
  const listOf = async (resource: Resource, namespace: string | null): Promise<readonly KubeObject[]> => {
    try {
      return await list(client, resource, namespace, {}, signal)
    } catch (error) {
      const { reason } = whyUnread(error, { verb: 'list', resource, namespace })
      // A kind that is not served has no objects
      if (reason !== 'not_served') {
        unread.push({ kind: resource.kind, namespace, reason })
      }
      return []
    }
  }
  const services = Promise.all(
    places.map((namespace) =>
      list(client, SERVICES, namespace, query, signal).catch((error: unknown) => {
        throw problemOfRead(error, { verb: 'list', resource: SERVICES, namespace }, cluster)
      }),
    ),
  )
  const routes = Promise.all(places.flatMap((namespace) => ROUTES.map((resource) => listOf(resource, namespace))))
  // Both at once: where Services are refused, nobody would hear how the reading of routes ends
  const objects = (await Promise.all([services, routes])).flat(2)
  const { services: found, ingresses, gatewayRoutes, openShiftRoutes } = byKind(objects)
  return { services: found, ingresses, gatewayRoutes, openShiftRoutes, unread }
}

/** Asks for the newest version that is served. @throws ApiError */
async function list(
  client: ApiClient,
  resource: Resource,
  namespace: string | null,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  let absent: unknown
  for (const path of pathsOf(resource, namespace)) {
    try {
      const { items } = await listAll(
        client,
        { path, query },
        ({ item, apiVersion }) => readStored([item], resource.kind, apiVersion).objects,
        { signal },
      )
      return items.flat()
    } catch (error) {
      if (!(error instanceof ApiError && error.kind === 'not_served')) {
        throw error
      }
      absent = error
    }
  }
  throw absent
}
