/**
 * From a kubeconfig to the way into one cluster (k8s.io/client-go/tools/clientcmd/api/v1/types.go).
 *
 * @module
 */
import { nearMiss } from '../../../lib/near.ts'
import type { AccessWarning, ClusterAccess } from './access.ts'
import { type ClusterFields, readCluster } from './kubeconfig-cluster.ts'
import { type Entry, type Kubeconfig, KubeconfigError } from './kubeconfig-file.ts'
import { type ExecLimits, readUser } from './kubeconfig-user.ts'

const NAMES_SHOWN = 20

/**
 * Follows a context of a kubeconfig to its cluster and its user.
 *
 * @param context `null`: the current one.
 * @param name the name by which jobs ask for the cluster.
 * @throws KubeconfigError
 */
export async function kubeconfigAccess(
  kubeconfig: Kubeconfig,
  context: string | null,
  name: string,
  limits: ExecLimits = {},
): Promise<ClusterAccess> {
  const mistakes: string[] = []
  const warnings: AccessWarning[] = []
  const fields = chosenContext(kubeconfig, context).fields.notedIn(mistakes)
  const cluster = referred(fields, 'cluster', kubeconfig.clusters)
  const user = fields.has('user') ? referred(fields, 'user', kubeconfig.users) : null
  const read: ClusterFields | null =
    cluster === null ? null : await readCluster(noted(cluster, mistakes), name, warnings)
  const credentials = await readUser(user === null ? null : noted(user, mistakes), read, limits)
  if (read === null || credentials === null || mistakes.length > 0) {
    throw new KubeconfigError(mistakes)
  }
  if (user === null) {
    warnings.push({ event: 'cluster_without_credentials', cluster: name, server: read.server })
  } else if (read.trust === null) {
    warnings.push({ event: 'cluster_in_clear_text', cluster: name, server: read.server })
  }
  const { server, host, port, basePath, trust, proxy, compression } = read
  return {
    name,
    source: 'kubeconfig',
    server,
    host,
    port,
    basePath,
    trust,
    proxy,
    compression,
    credentials,
    namespace: fields.text('namespace'),
    warnings,
  }
}

const noted = (entry: Entry, mistakes: string[]): Entry => ({ ...entry, fields: entry.fields.notedIn(mistakes) })

function chosenContext({ contexts, currentContext, files }: Kubeconfig, asked: string | null): Entry {
  const wanted = asked ?? currentContext
  const where = files.join(', ')
  const choice = `contexts are ${listed(contexts)}`
  if (wanted === null) {
    throw new KubeconfigError([`${where}: current-context is not set: set PORTOLAN_KUBE_CONTEXT; ${choice}`])
  }
  const entry = contexts.get(wanted)
  if (entry === undefined) {
    const by = asked === null ? 'current-context names' : 'there is no context'
    throw new KubeconfigError([`${where}: ${by} ${JSON.stringify(wanted)}${meant(wanted, contexts)}; ${choice}`])
  }
  return entry
}

function referred(fields: Entry['fields'], field: 'cluster' | 'user', entries: Kubeconfig['users']): Entry | null {
  const wanted = fields.text(field)
  if (wanted === null) {
    fields.wrong(field, `is missing: name one of ${listed(entries)}`)
    return null
  }
  const entry = entries.get(wanted)
  if (entry === undefined) {
    const choice = `${field}s are ${listed(entries)}`
    fields.wrong(field, `names ${JSON.stringify(wanted)}, which is not there${meant(wanted, entries)}; ${choice}`)
  }
  return entry ?? null
}

function meant(wanted: string, entries: ReadonlyMap<string, Entry>): string {
  const near = nearMiss(wanted, [...entries.keys()])
  return near === null ? '' : `; did you mean ${JSON.stringify(near)}?`
}

function listed(entries: ReadonlyMap<string, Entry>): string {
  const names = [...entries.keys()]
  const more = names.length - NAMES_SHOWN
  return names.length === 0 ? 'none' : names.slice(0, NAMES_SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
