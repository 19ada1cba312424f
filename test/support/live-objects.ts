/** Stands in for a live cluster where a test is not about how it is read: the objects are there, and change. */
import type { ObjectSource, ObjectsRead, Provenance, ReadHow, ReadTarget } from '../../src/kube/object-source.ts'
import { parseManifests } from '../../src/kube/parse.ts'
import { ProblemError } from '../../src/lib/problem.ts'

export type LiveObjects = {
  source: ObjectSource
  /** The reads so far, each with its options. */
  reads: readonly { target: ReadTarget; how: ReadHow }[]
  /** From now on there are these. */
  set(manifests: readonly unknown[], provenance?: Partial<Provenance>): void
  /** From now on reading ends with this. `null`: no more. */
  refuse(problem: ProblemError | null): void
}

export const READ_AT = '2026-11-30T10:00:00.000Z'

export function liveObjects(manifests: readonly unknown[] = []): LiveObjects {
  let objects = manifests
  let refusal: ProblemError | null = null
  let provenance: Provenance = {
    source: 'cluster',
    readAtMs: Date.parse(READ_AT),
    resourceVersions: { services: '4711' },
    stale: false,
    unread: [],
  }
  const reads: { target: ReadTarget; how: ReadHow }[] = []
  const source: ObjectSource = {
    async read(target, how): Promise<ObjectsRead> {
      await Promise.resolve()
      reads.push({ target, how })
      if (refusal !== null) {
        throw refusal
      }
      return { ...parseManifests([...objects] as Record<string, unknown>[], { pointer: '' }), provenance }
    },
  }
  return {
    source,
    reads,
    set(next, about = {}) {
      objects = next
      provenance = { ...provenance, ...about }
    },
    refuse(problem) {
      refusal = problem
    },
  }
}

export const unreachable = () =>
  new ProblemError('cluster_unreachable', 'The API server of cluster "default" does not answer: connection_refused.')
