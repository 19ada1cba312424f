/**
 * Types of what objects of every kind share.
 *
 * @module
 */
export type Labels = Readonly<Record<string, string>>

export type Meta = {
  name: string
  /** `null` if the manifest names none: the target's then applies. Always `null` for kinds without namespaces. */
  namespace: string | null
  labels: Labels
  /**
   * Holds the annotations of Kubernetes, its controllers, load balancers and meshes, and, of Services and Namespaces,
   * those that ask for probes. Others are left out, among them kubectl's copy of the whole object.
   */
  annotations: Labels
  createdAt: string | null
  /** Counts the changes of the spec; `null`: the kind does not count, or nobody stored the object yet. */
  generation: number | null
  /** `metadata.deletionTimestamp`: set while the object is going away. */
  deletedAt: string | null
  /** The controlling owner, or the first one. */
  owner: { kind: string; name: string } | null
}

export type Condition = { type: string; status: string; reason: string | null; message: string | null }

export type LabelSelector = {
  matchLabels: Labels
  matchExpressions: readonly { key: string; operator: string; values: readonly string[] }[]
}

/** A port as a number, or by its name in the pod (IntOrString). */
export type PortRef = number | string
