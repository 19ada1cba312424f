import type { Clock } from '../../../lib/clock.ts'
import type { Log } from '../../../lib/log.ts'
import type { ClusterAccess } from './access.ts'
import type { ApiClient } from './api-client.ts'
import type { Reader } from './clusters.ts'
import { createHeld } from './held.ts'
import { createClusterSource } from './source.ts'

export type ReaderDeps = {
  clock: Clock
  log: Log
  /** These are read one by one where a kind may not be read in all namespaces. */
  namespaces: readonly string[]
  /** Objects that nobody has confirmed for so long are called stale. */
  staleAfterMs: number
}

const WATCHED = ['services', 'namespaces'] as const

/** Reads one cluster, and holds of it what pays, or what discovery wants. */
export function createReader(
  client: ApiClient,
  { name, namespace }: Pick<ClusterAccess, 'name' | 'namespace'>,
  { clock, log, namespaces, staleAfterMs }: ReaderDeps,
): Required<Reader> {
  const held = createHeld({ client, clock, log, cluster: name, namespaces, random: Math.random, staleAfterMs })
  return {
    source: createClusterSource(client, { clock, namespace, namespaces, held }),
    kinds: () =>
      held.states().map(({ kind, count, watched, lagMs, forbidden }) => ({ kind, count, watched, lagMs, forbidden })),
    watchServices(changed) {
      held.pin(WATCHED)
      for (const kind of WATCHED) {
        held.onChange(kind, changed)
      }
    },
    close: () => held.close(),
  }
}
