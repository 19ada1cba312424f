/**
 * Reads what every plan has beside its Service, to tell a fault of the Service from one of the cluster: the Service of
 * the API server, and that of the cluster's DNS with its endpoints. Where these may not be read, a plan does without.
 *
 * @module
 */
import type { KubeObject } from '../../../kube/objects.ts'
import { ApiError } from './api-error.ts'
import { getOne, list } from './list.ts'
import type { Cluster, Reading } from './read-kind.ts'
import { ofService, resourceOf, selecting } from './requests.ts'

/** They hardly ever change. */
const MAX_AGE_MS = 30_000

/** The labels of the addon, whatever serves it (kubernetes/cluster/addons/dns). */
const DNS = { labelSelector: 'k8s-app=kube-dns' }

/** @param isRead tells of an object that it is read anew, or not there. */
export async function readBeside(reading: Reading, isRead: (object: KubeObject) => boolean): Promise<void> {
  const { cluster, gathered, signal } = reading
  try {
    const { value, readAtMs } = await cluster.kept.take('beside', MAX_AGE_MS, signal, () => beside(cluster))
    gathered.addBeside(
      value.filter((object) => !isRead(object)),
      readAtMs,
    )
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error
    }
  }
}

async function beside({ client }: Cluster): Promise<readonly KubeObject[]> {
  const services = { resource: resourceOf('services'), version: 'v1' }
  const found = await Promise.all([
    orNone(
      async () => (await getOne(client, { ...services, namespace: 'default', name: 'kubernetes' }, null))?.objects,
    ),
    orNone(async () => (await list(client, { ...services, namespace: 'kube-system', query: DNS }, MOST, null)).objects),
  ])
  const [, dns] = found
  const slices = { resource: resourceOf('endpointSlices'), version: 'v1', namespace: 'kube-system' }
  const ofDns = await Promise.all(
    dns.map(({ meta }) =>
      orNone(
        async () => (await list(client, { ...slices, query: selecting(ofService(meta.name)) }, MOST, null)).objects,
      ),
    ),
  )
  return [...found, ...ofDns].flat()
}

/** The addon has no more than these. */
const MOST = 1000

async function orNone(read: () => Promise<readonly KubeObject[] | undefined>): Promise<readonly KubeObject[]> {
  try {
    return (await read()) ?? []
  } catch (error) {
    if (error instanceof ApiError) {
      return []
    }
    throw error
  }
}
