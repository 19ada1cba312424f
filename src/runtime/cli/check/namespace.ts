import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Portolan } from './open.ts'
import type { SourceOptions } from './options.ts'

const DEFAULT = 'default'

/**
 * The namespace that a request has to name. One Service is found by the context by itself; what is read of a whole
 * namespace of a live cluster has to say which.
 *
 * @returns `null`: it need not be named, or a server is asked, which says that it does not know.
 */
export async function namespaceFor(
  { server, settings }: Pick<Portolan, 'server' | 'settings'>,
  { namespace, context }: SourceOptions & { allNamespaces?: boolean },
  isWhole: boolean,
): Promise<string | null> {
  if (namespace !== undefined || !isWhole || server !== null) {
    return namespace ?? null
  }
  const { PORTOLAN_KUBECONFIG: paths, PORTOLAN_KUBE_CONTEXT } = settings.local
  if (paths === undefined) {
    const { IN_CLUSTER } = await import('../../node/cluster/is-configured.ts')
    const mounted = await readFile(join(IN_CLUSTER.folder, 'namespace'), 'utf8').catch(() => '')
    return mounted.trim() || DEFAULT
  }
  const { readKubeconfig } = await import('../../node/cluster/kubeconfig-file.ts')
  const { contexts, currentContext } = await readKubeconfig(paths)
  return contexts.get(context ?? PORTOLAN_KUBE_CONTEXT ?? currentContext ?? '')?.fields.text('namespace') ?? DEFAULT
}
