/** Types of what discovery keeps of a Service besides its schedule. */

/** Something that an annotation asks for and does not get. It never holds a value, which may be a secret. */
export type Rejection = {
  /** `Service/pond/toad-svc` or `Namespace/pond`. */
  object: string
  annotation: string
  /** The place in its YAML, as a JSON pointer; `null`: the annotation as a whole. */
  field: string | null
  detail: string
}

/** `schedule`: the id of the one that discovery keeps for the Service; `null`: none. */
export type Discovered = { schedule: string | null; rejected: readonly Rejection[] }
