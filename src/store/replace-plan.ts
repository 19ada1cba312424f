/** A job that was planned anew while it runs: the plan that counts from then on. */
import { type SQL, sql } from 'drizzle-orm'
import type { Store } from './db.ts'
import { objectsRow, storedPlan, textOf } from './job-rows.ts'
import { held, type Lease } from './leases.ts'
import type { StoredJob } from './stored-job.ts'
import { keepText } from './texts.ts'
import { onlyServer } from './visible.ts'

/**
 * @param next its plan is without the secrets of its checks.
 * @returns `false`: the lease is lost, and nothing has changed.
 */
export async function replacePlan(
  store: Store,
  lease: Lease,
  next: Pick<StoredJob, 'plan' | 'diagnosis' | 'objects'>,
  nowMs: number,
): Promise<boolean> {
  onlyServer(store)
  const texts: SQL[] = []
  const keep = (value: unknown): string | null => {
    if (value === null) {
      return null
    }
    const { hash, json } = textOf(value)
    texts.push(...keepText(hash, json, nowMs))
    return hash
  }
  const { objects, objectsReadAtMs, resourceVersions } = objectsRow(next.objects, keep)
  const returned = await store.atomic([
    sql`update jobs set plan = ${keep(next.plan && storedPlan(next.plan))}, diagnosis = ${keep(next.diagnosis)},
        objects = ${objects}, objects_read_at_ms = ${objectsReadAtMs},
        resource_versions = ${resourceVersions && JSON.stringify(resourceVersions)}, version = version + 1
      where ${held(lease)} returning no`,
    ...texts,
  ])
  return (returned[0]?.length ?? 0) > 0
}
