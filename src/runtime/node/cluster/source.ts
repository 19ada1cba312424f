/**
 * The source of objects that reads a live cluster: each time anew, and no more than is asked about.
 *
 * @module
 */
import type { ObjectSource, ObjectsRead, ReadTarget, ServiceTarget } from '../../../kube/object-source.ts'
import type { Clock } from '../../../lib/clock.ts'
import type { ApiClient } from './api-client.ts'
import type { Held } from './held.ts'
import { createKept } from './kept.ts'
import { onlyService } from './no-service.ts'
import type { Cluster } from './read-kind.ts'
import { readOn } from './read-on.ts'
import { readService } from './read-service.ts'
import { readServices } from './read-services.ts'
import { createServed } from './served.ts'
import { createTurns } from './turns.ts'
import { within } from './within.ts'

export type ClusterSourceDeps = {
  clock: Clock
  /**
   * Requests without a namespace are about this one; `null`: `default`. As kubectl takes it from the context or the
   * pod.
   */
  namespace: string | null
  /** These are read one by one where a kind may not be read in all namespaces. */
  namespaces: readonly string[]
  /** Milliseconds for all requests of one Service's read together. */
  deadlineMs?: number
  /** Holds objects that schedules read often; left out: everything is read each time. */
  held?: Pick<Held, 'select'>
}

/** Milliseconds for all requests of one Service's read together; those of many Services have three times as long. */
const DEADLINE_MS = 10_000
const LONGER_FOR_MANY = 3

/** Reads of one cluster under way at once. */
const PLACES = 8

export function createClusterSource(unbounded: ApiClient, deps: ClusterSourceDeps): ObjectSource {
  const { clock, namespaces, deadlineMs = DEADLINE_MS } = deps
  const msFor = (target: ReadTarget) => ('namespaces' in target ? deadlineMs * LONGER_FOR_MANY : deadlineMs)
  // A server that says when to come again is asked again only where there is time for it
  const client: ApiClient = {
    ...unbounded,
    get: (request, how) => unbounded.get(request, { timeoutMs: deadlineMs, ...how }),
  }
  const kept = createKept(clock)
  const cluster: Cluster = { client, clock, namespaces, kept, served: createServed(client, kept), held: null }
  const withHeld: Cluster = { ...cluster, held: deps.held ?? null }
  /** They are read on as they were read. */
  const readFromHeld = new WeakSet<ObjectsRead>()
  let readsOn = 0
  const turns = createTurns({ clock, places: PLACES, waitMs: deadlineMs })

  async function readOne(cluster: Cluster, target: ServiceTarget, signal: AbortSignal): Promise<ObjectsRead> {
    const namespace = target.namespace ?? deps.namespace ?? 'default'
    const place = { cluster: target.cluster, namespace }
    if (target.service !== null) {
      const { service, within } = target
      return readService(cluster, { ...place, service, ...(within && { within }) }, signal)
    }
    const { service, known } = await onlyService(cluster, place, signal)
    return readService(cluster, { ...place, service }, signal, known)
  }

  return {
    async read(target, { held, only }) {
      const from = held ? withHeld : cluster
      const read = await turns.take(JSON.stringify([held, target, only]), () =>
        within(clock, msFor(target), (signal) =>
          'namespaces' in target ? readServices(from, target, signal, only) : readOne(from, target, signal),
        ),
      )
      return noted(read, from)
    },
    async readOn(target, read, wanted) {
      const from = readFromHeld.has(read) ? withHeld : cluster
      // It goes on from one read, so that nobody shares it
      const more = await turns.take(`on ${++readsOn}`, () =>
        within(clock, msFor(target), (signal) => readOn(from, read, wanted, signal)),
      )
      return noted(more, from)
    },
  }

  function noted(read: ObjectsRead, from: Cluster): ObjectsRead {
    if (from === withHeld) {
      readFromHeld.add(read)
    }
    return read
  }
}
