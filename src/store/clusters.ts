/**
 * Clusters by name: each history belongs to the cluster that had its name first.
 *
 * @module
 */
import { and, eq, sql } from 'drizzle-orm'
import type { Verdict } from '../check/verdict.ts'
import { clusters } from './cluster-schema.ts'
import type { Store } from './db.ts'
import { services } from './history-schema.ts'
import { within } from './visible.ts'

export type KnownCluster = { uid: string; firstAtMs: number }

/** Keeps which cluster has a name, if none has it yet, and tells which one has. */
export async function claimClusterName(store: Store, name: string, uid: string, nowMs: number): Promise<KnownCluster> {
  await store.db.insert(clusters).values({ name, uid, firstAtMs: nowMs }).onConflictDoNothing()
  const [row] = await store.db.select().from(clusters).where(eq(clusters.name, name))
  return row ?? { uid, firstAtMs: nowMs }
}

export type LastVerdict = { verdict: Verdict; jobId: string; atMs: number }

/**
 * Gives the last verdicts of these Services, by `namespace/name`; those that were never probed are absent.
 *
 * @param names each as `namespace/name`.
 */
export async function lastVerdicts(
  store: Store,
  cluster: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, LastVerdict>> {
  const rows = await store.db
    .select()
    .from(services)
    .where(
      and(
        eq(services.cluster, cluster),
        within(store, services),
        sql`${services.namespace} || '/' || ${services.name} in (select value from json_each(${JSON.stringify(names)}))`,
      ),
    )
  return new Map(
    rows.flatMap(({ namespace, name, lastVerdict, lastJobId, lastAtMs }) =>
      lastVerdict === null || lastJobId === null || lastAtMs === null
        ? []
        : [[`${namespace}/${name}`, { verdict: lastVerdict, jobId: lastJobId, atMs: lastAtMs }] as const],
    ),
  )
}
