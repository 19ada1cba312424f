import type { ClusterAccess, Credentials } from '../../src/runtime/node/cluster/access.ts'
import { type ApiClient, type ApiClientOptions, createApiClient } from '../../src/runtime/node/cluster/api-client.ts'
import { bearer, fixedCredentials } from '../../src/runtime/node/cluster/credentials.ts'
import { ADMIN_TOKEN, type ApiServer } from './api-server.ts'

/** Reaches a test server, as its admin unless credentials say otherwise. */
export const accessTo = (
  { port, url, caPem }: Pick<ApiServer, 'port' | 'url' | 'caPem'>,
  credentials: Credentials = fixedCredentials(bearer(ADMIN_TOKEN)),
): ClusterAccess => ({
  name: 'test',
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
  credentials,
  namespace: null,
  warnings: [],
})

export const clientTo = (
  server: Pick<ApiServer, 'port' | 'url' | 'caPem'>,
  { credentials, ...options }: ApiClientOptions & { credentials?: Credentials } = {},
): ApiClient => createApiClient(accessTo(server, credentials), options)

/** A client whose watches are taken for silent `times` as early, for whoever's time passes so fast. */
export const hurried = (client: ApiClient, times: number): ApiClient => ({
  ...client,
  watch: (request, how) => client.watch(request, { ...how, silenceMs: how.silenceMs / times }),
})
