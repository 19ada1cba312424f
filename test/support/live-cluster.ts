/**
 * A cluster to read: the test API server, and a source that reads it as Portolan does.
 *
 * @module
 */
import { createPolicy } from '../../src/check/policy.ts'
import type { PlanDeps } from '../../src/job/plan-request.ts'
import type { ObjectSource } from '../../src/kube/object-source.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { systemClock } from '../../src/lib/clock.ts'
import type { ClusterAccess } from '../../src/runtime/node/cluster/access.ts'
import { type ApiClient, createApiClient } from '../../src/runtime/node/cluster/api-client.ts'
import { bearer, fixedCredentials } from '../../src/runtime/node/cluster/credentials.ts'
import { createClusterSource } from '../../src/runtime/node/cluster/source.ts'
import { ADMIN_TOKEN, type ApiServer, type ApiServerOptions, type KubeObject, startApiServer } from './api-server.ts'
import { aPlace } from './place.ts'

/** Planning as a server outside of the cluster does it, which needs nothing of this machine. */
export const PLAN_DEPS: PlanDeps = {
  place: aPlace(),
  policy: createPolicy({ allow: [], deny: [] }),
  settings: { cluster: 'default', queueLimit: 10_000, dnsServers: [] },
}

export const accessTo = (
  { url, port, caPem }: Pick<ApiServer, 'url' | 'port' | 'caPem'>,
  token: string,
): ClusterAccess => ({
  name: 'default',
  source: 'kubeconfig',
  server: url,
  host: '127.0.0.1',
  port,
  basePath: '',
  trust: url.startsWith('https:')
    ? { authorities: () => Promise.resolve(caPem), verify: true, serverName: null }
    : null,
  proxy: null,
  compression: true,
  credentials: fixedCredentials(bearer(token)),
  namespace: null,
  warnings: [],
})

export type SourceOptions = {
  token?: string
  clock?: Clock
  namespace?: string | null
  namespaces?: readonly string[]
  /** For all requests of one read together. */
  deadlineMs?: number
}

/** Closes what it has opened when the test file ends: hand its `closeAll` to `afterEach`. */
export function liveClusters() {
  const opened: { close(): Promise<void> }[] = []

  async function start(options: ApiServerOptions = {}): Promise<ApiServer> {
    const server = await startApiServer({ isPlain: true, ...options })
    opened.push({ close: () => server.close() })
    return server
  }

  function connect(server: ApiServer, { token = ADMIN_TOKEN, ...options }: SourceOptions = {}) {
    const { clock = systemClock, namespace = null, namespaces = [], deadlineMs } = options
    const client: ApiClient = createApiClient(accessTo(server, token), { clock })
    opened.push(client)
    const source: ObjectSource = createClusterSource(client, {
      ...{ clock, namespace, namespaces },
      ...(deadlineMs !== undefined && { deadlineMs }),
    })
    return { client, source }
  }

  return {
    start,
    connect,
    /** Starts a server with these objects, and connects to it as one who may everything. */
    async of(objects: readonly KubeObject[], options: ApiServerOptions & SourceOptions = {}) {
      const server = await start(options)
      server.objects.applyAll(objects)
      return { server, ...connect(server, options) }
    },
    async closeAll(): Promise<void> {
      for (const each of opened.splice(0).toReversed()) {
        await each.close()
      }
    },
  }
}

/**
 * Lets a service account read these resources (`deployments.apps`) in these namespaces (`null`: everywhere).
 *
 * @returns its token.
 */
export function mayRead(
  server: ApiServer,
  name: string,
  resources: readonly string[],
  namespaces: readonly string[] | null = null,
): string {
  const token = `token-of-${name}-${server.objects.version}`
  server.tokens.addServiceAccount(token, 'portolan', name)
  const rules = resources.map((each) => {
    const [resource = '', ...group] = each.split('.')
    return { apiGroups: [group.join('.')], resources: [resource], verbs: ['get', 'list', 'watch'] }
  })
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules }
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: 'portolan' }],
  }
  server.objects.applyAll([
    role,
    ...(namespaces === null
      ? [{ ...binding, kind: 'ClusterRoleBinding', metadata: { name } }]
      : namespaces.map((namespace) => ({ ...binding, kind: 'RoleBinding', metadata: { name, namespace } }))),
  ])
  return token
}
