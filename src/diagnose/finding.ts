/** A diagnosis: findings over all results of a job, or over the objects alone. */

export type Layer =
  | 'objects'
  | 'workload'
  | 'endpoints'
  | 'dns'
  | 'proxy'
  | 'node'
  | 'network'
  | 'loadbalancer'
  | 'ingress'
  | 'gateway'
  | 'tls'
  | 'application'
  | 'vantage'

export type Evidence = { object: string; field: string; value: unknown } | { path: string; result: string | null }

export type Finding = {
  /** Stable, snake_case; a page under `docs/diagnoses/`. */
  code: string
  layer: Layer
  confidence: 'certain' | 'likely' | 'possible'
  title: string
  detail: string
  /** The change that repairs it. */
  fix: string
  /** A command that confirms it. */
  confirm: string
  evidence: readonly Evidence[]
  /** Ids of the paths whose failure it explains. */
  explains: readonly string[]
  docs: string
}

export type Diagnosis = { status: 'healthy' | 'degraded' | 'broken' | 'unknown'; findings: readonly Finding[] }

/** Nothing is known yet. */
export const NO_DIAGNOSIS: Diagnosis = { status: 'unknown', findings: [] }
