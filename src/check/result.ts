import type { Failure } from './codes.ts'
import type { DnsEvidence, HttpEvidence, Timings, TlsEvidence } from './network.ts'

export const OUTCOMES = ['pass', 'fail', 'error', 'skipped'] as const
/** `fail`: the target's side. `error`: ours, never counted against the target. `skipped`: not tested. */
export type Outcome = (typeof OUTCOMES)[number]

/** `control`: asked to judge another try (Ingress default check); shown, in no count. */
export type Purpose = 'check' | 'control'

/** The recorded evidence of one try. Never changes once recorded. */
export type Result = {
  id: string
  jobId: string
  pathId: string
  check: string
  /** The resolved address this result is about, where a hostname has several; else that of the path; '' for none. */
  address: string
  /** 1-based. */
  sample: number
  try: number
  /** 1-based; grows while `settleMs` lasts. The last round counts. */
  round: number
  purpose: Purpose
  outcome: Outcome
  /** Epoch milliseconds. */
  startedAtMs: number
  resolvedAddress: string | null
  localAddress: string | null
  timings: Timings
  dns: DnsEvidence | null
  http: HttpEvidence | null
  tls: TlsEvidence | null
  responder: string | null
  failure: Failure | null
}
