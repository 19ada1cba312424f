/**
 * The cluster that is read from here, by the API server's own words.
 *
 * @module
 */
import type { Client } from '../../../client/index.ts'
import type { components } from '../../../client/schema.ts'
import { toldToUser } from '../check/open.ts'
import { type Line, line } from './line.ts'

type Cluster = components['schemas']['Cluster']

const NOT_THERE =
  'Name a kubeconfig by --kubeconfig, give manifests by -f FILE, or ask a server that reads the cluster by --server URL.'

/**
 * @param namespace the one to look into; `null`: all of them.
 * @returns what was found, and whether a check could be made of what is there.
 */
export async function clusterLines(
  client: Client,
  namespace: string | null,
): Promise<{ lines: Line[]; isWell: boolean }> {
  const clusters = (await client.listClusters()).items.filter(({ source }) => source !== null)
  if (clusters.length === 0) {
    return { lines: [line('none', 'cluster', 'none is read from here', NOT_THERE)], isWell: false }
  }
  const read = await Promise.all(clusters.map((cluster) => oneCluster(client, cluster, namespace)))
  return { lines: read.flatMap(({ lines }) => lines), isWell: read.some(({ isWell }) => isWell) }
}

const DO: Readonly<Record<Cluster['state'], string>> = {
  synced: '',
  syncing: 'Wait, and ask again: it has not answered yet.',
  unreachable: 'Is it running, and does kubectl reach it by the same kubeconfig and context?',
  refused: 'Log in again as kubectl needs it, or name another context by --context.',
  absent: NOT_THERE,
}

async function oneCluster(
  client: Client,
  cluster: Cluster,
  namespace: string | null,
): Promise<{ lines: Line[]; isWell: boolean }> {
  const { name, server, state, version, problem, source } = cluster
  const from = source === 'in-cluster' ? 'by the service account of this pod' : 'by the kubeconfig'
  if (state !== 'synced') {
    const lines = [line('wrong', 'cluster', `${name} (${server}, ${from}): ${problem ?? state}`, DO[state])]
    return { lines, isWell: false }
  }
  const answers = line('ok', 'cluster', `${name} (${server}, ${from}) answers${version === null ? '' : `, ${version}`}`)
  const access = await accessLines(client, name, namespace)
  return { lines: [answers, ...access.lines], isWell: access.isWell }
}

/** Tells whether Services may be read, and which rights are missing for a complete plan of one of them. */
async function accessLines(
  client: Client,
  cluster: string,
  namespace: string | null,
): Promise<{ lines: Line[]; isWell: boolean }> {
  const where = namespace === null ? 'in all namespaces' : `in the namespace ${namespace}`
  try {
    const within = namespace === null ? {} : { namespace }
    const { items } = await client.listClusterServices(cluster, { limit: 1, ...within })
    const [service] = items
    if (service === undefined) {
      return { lines: [line('ok', 'access', `Services may be read ${where}, and there is none`)], isWell: true }
    }
    const target = { cluster, namespace: service.namespace, service: service.name }
    const { objects, paths } = await client.createPlan({ target })
    const shown = `${service.namespace}/${service.name}`
    const tested = paths.filter(({ skipped }) => skipped === null).length
    const lines = [
      line(
        'ok',
        'access',
        `Services may be read ${where}; of ${shown} ${tested} of ${paths.length} paths can be tested from here`,
      ),
      ...objects.forbidden.map(({ verb, resource, namespace: of, effect }) =>
        line(
          'remark',
          'access',
          `may not ${verb} ${resource}${of === null ? '' : ` in ${of}`}: ${effect}`,
          `portolan plan ${service.name} -n ${service.namespace} -o json has the RBAC rule to add, at .objects.forbidden`,
        ),
      ),
    ]
    return { lines, isWell: true }
  } catch (error) {
    const told = toldToUser(error, null)
    if (!(told instanceof Error)) {
      throw error
    }
    const todo =
      namespace === null
        ? 'Name a namespace that you may read by -n, or have yourself granted to get and list Services.'
        : `Have yourself granted to get and list Services in ${namespace}.`
    return { lines: [line('wrong', 'access', told.message, todo)], isWell: false }
  }
}
