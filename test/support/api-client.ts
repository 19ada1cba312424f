import type { Credentials } from '../../src/runtime/node/cluster/access.ts'
import { type ApiClient, type ApiClientOptions, createApiClient } from '../../src/runtime/node/cluster/api-client.ts'
import { ADMIN_TOKEN, type ApiServer } from './api-server.ts'
import { accessTo } from './live-cluster.ts'

/** Reaches a test server, as its admin unless credentials say otherwise. */
export const clientTo = (
  server: Pick<ApiServer, 'port' | 'url' | 'caPem'>,
  { credentials, ...options }: ApiClientOptions & { credentials?: Credentials } = {},
): ApiClient => createApiClient({ ...accessTo(server, ADMIN_TOKEN), ...(credentials && { credentials }) }, options)

/** A client whose watches are taken for silent `times` as early, for whoever's time passes so fast. */
export const hurried = (client: ApiClient, times: number): ApiClient => ({
  ...client,
  watch: (request, how) => client.watch(request, { ...how, silenceMs: how.silenceMs / times }),
})
