import { stateNow } from '../history/now.ts'
import { wholeId } from '../history/observe.ts'
import type { PathHistory, PathWindow, SeriesState, ServiceWindow } from '../history/types.ts'
import { KINDS } from '../plan/kinds.ts'
import type { Store } from './db.ts'
import { listIncidents } from './incidents.ts'
import { type KnownService, readService } from './services.ts'
import { type Tally, tallyService } from './tally.ts'
import { partsOf, readKept, type Window } from './window.ts'

/** Incidents that a report shows; lists page through all. */
const INCIDENTS = 100

const NOTHING: Tally = {
  counts: { pass: 0, fail: 0, error: 0, skipped: 0 },
  latency: {
    p50Ms: null,
    p95Ms: null,
    p99Ms: null,
    phases: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, downloadMs: null },
  },
  failures: {},
}

/**
 * A Service over a window: the whole and each path, all Endpoint paths of a port and family as one. Paths that
 * retired before the window are left out.
 *
 * @param nowMs what `toMs: null` is shown as.
 */
export async function readServiceWindow(
  store: Store,
  known: KnownService,
  window: Window,
  nowMs: number,
): Promise<ServiceWindow | null> {
  const parts = partsOf(window, await readKept(store.db))
  const history = await readService(store, known, window)
  if (history === null) {
    return null
  }
  const tallies = await tallyService(store.db, known.no, parts)
  const {
    target,
    firstAtMs: _first,
    counts: _counts,
    openIncidents: _open,
    cause: _cause,
    diagnosis,
    paths,
    ...now
  } = history
  const covered = { fromMs: parts.fromMs, toMs: parts.toMs }
  return {
    ...(tallies.get(wholeId(target)) ?? NOTHING),
    target,
    now,
    fromMs: covered.fromMs,
    toMs: covered.toMs ?? nowMs,
    paths: paths.flatMap((path) => windowOf(path, tallies.get(path.path.id), covered.fromMs)),
    incidents: await listIncidents(store, known, covered, { limit: INCIDENTS, before: null }),
    diagnosis,
  }
}

function windowOf({ path, retiredAtMs, states }: PathHistory, tally: Tally | undefined, fromMs: number): PathWindow[] {
  // A member of a group has no tally of its own: that of its group stands for it.
  if (tally === undefined && (KINDS[path.kind].grouped || (retiredAtMs !== null && retiredAtMs < fromMs))) {
    return []
  }
  const latest = states.reduce<SeriesState | null>((a, b) => (a === null || b.lastAtMs > a.lastAtMs ? b : a), null)
  const failed = states.flatMap(({ lastFailure }) => lastFailure ?? []).sort((a, b) => b.atMs - a.atMs)
  return [
    {
      ...(tally ?? NOTHING),
      path,
      retiredAtMs,
      ...stateNow(states),
      lastAtMs: latest?.lastAtMs ?? null,
      lastOutcome: latest?.lastOutcome ?? null,
      lastFailure: failed[0] ?? null,
    },
  ]
}
