import { type ServiceAt, serviceAt, UNKNOWN_SERVICE } from '../history/events.ts'
import type { Plan } from '../plan/path.ts'
import type { Store } from './db.ts'
import { listIncidents } from './incidents.ts'
import { findServices, readService } from './services.ts'

/** Nothing was counted then, and of incidents only those that are open reach it. */
const NOW_ALONE = { fromMs: Number.MAX_SAFE_INTEGER, toMs: null }
/** More than a Service has of paths and checks. */
const INCIDENTS = 100_000

/** A Service as events see it. */
export async function readServiceAt(store: Store, target: Plan['target']): Promise<ServiceAt> {
  const [known] = await findServices(store, target.namespace, target.service, target.cluster)
  const history = known && (await readService(store, known, NOW_ALONE))
  if (!known || !history) {
    return UNKNOWN_SERVICE
  }
  return serviceAt(history, await listIncidents(store, known, NOW_ALONE, { limit: INCIDENTS, before: null }))
}
