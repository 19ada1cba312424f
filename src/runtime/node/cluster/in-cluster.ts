import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClusterAccess } from './access.ts'
import { authoritiesIn } from './authorities.ts'
import { tokenFileCredentials } from './credentials.ts'
import { IN_CLUSTER, type InClusterSources } from './is-configured.ts'

/**
 * Reaches the API server of the cluster that Portolan runs in, as the service account of its pod
 * (kubernetes.io/docs/tasks/run-application/access-api-from-pod).
 */
export async function inClusterAccess(name: string, sources: InClusterSources = IN_CLUSTER): Promise<ClusterAccess> {
  const { folder, env } = sources
  const host = (env.KUBERNETES_SERVICE_HOST ?? '').replace(/^\[|\]$/g, '')
  const port = Number(env.KUBERNETES_SERVICE_PORT || 443)
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`
  const namespace = await readFile(join(folder, 'namespace'), 'utf8').catch(() => '')
  return {
    name,
    source: 'in-cluster',
    server,
    host,
    port,
    basePath: '',
    trust: { authorities: authoritiesIn(server, join(folder, 'ca.crt')), verify: true, serverName: null },
    proxy: null,
    compression: true,
    credentials: tokenFileCredentials(server, join(folder, 'token')),
    namespace: namespace.trim() || null,
    warnings: [],
  }
}
