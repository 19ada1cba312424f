import type { Failure } from './codes.ts'
import type { ControlShown } from './control.ts'
import { type DnsEvidence, type HttpEvidence, type Rare, rareIn, type Timings, type TlsEvidence } from './network.ts'

export const OUTCOMES = ['pass', 'fail', 'error', 'skipped'] as const
/** `fail`: the target's side. `error`: ours, never counted against the target. `skipped`: not tested. */
export type Outcome = (typeof OUTCOMES)[number]

/** `control`: asked to judge another try, or to diagnose a job (`control.ts`); shown, in no count. */
export type Purpose = 'check' | 'control'

/** The recorded evidence of one try. Never changes once recorded. */
export type Result = Rare & {
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
  /** The question of a control that a diagnosis wanted. Absent for a check, and for a control that a try asked itself. */
  control?: ControlShown
}

/** The part of a result that is judged. It is small whatever was answered, so that all those of a job can be held at once. */
export type Tried = Pick<
  Result,
  'id' | 'pathId' | 'check' | 'address' | 'sample' | 'try' | 'round' | 'purpose' | 'outcome' | 'startedAtMs' | 'failure'
>

/** Headers that tell who answers, or how. */
export const TELLING_HEADERS = [
  'content-encoding',
  'content-type',
  'server',
  'via',
  'www-authenticate',
  'x-powered-by',
] as const

/** The part of an answer that is diagnosed. It is small whatever was answered. */
export type TellingAnswer = Omit<HttpEvidence, 'headers'> & {
  headers: Readonly<Partial<Record<(typeof TELLING_HEADERS)[number], string>>>
}

/** The part of a result that is diagnosed; it is read for some tries of a path. */
export type Telling = Tried &
  Rare &
  Pick<Result, 'timings' | 'resolvedAddress' | 'localAddress' | 'tls' | 'responder'> & {
    dns: Omit<DnsEvidence, 'ttl'> | null
    http: TellingAnswer | null
    control?: ControlShown
  }

/** Lets go of everything else that the result holds. */
export function tellingOf(result: Result): Telling {
  const { timings, resolvedAddress, localAddress, tls, responder, dns, http } = result
  const { ttl: _ttl, ...asked } = dns ?? { ttl: null }
  return {
    ...triedOf(result),
    timings,
    resolvedAddress,
    localAddress,
    tls,
    responder,
    dns: dns && (asked as Telling['dns']),
    http: http && { ...http, headers: tellingHeaders(http.headers) },
    ...rareIn(result),
    ...(result.control && { control: result.control }),
  }
}

export const tellingHeaders = (headers: Readonly<Record<string, string | null>>): TellingAnswer['headers'] =>
  Object.fromEntries(TELLING_HEADERS.flatMap((name) => (headers[name] ? [[name, headers[name]]] : [])))

/** Lets go of everything else that the result holds. */
export function triedOf(result: Tried): Tried {
  const { id, pathId, check, address, sample, round, purpose, outcome, startedAtMs, failure } = result
  return { id, pathId, check, address, sample, try: result.try, round, purpose, outcome, startedAtMs, failure }
}

/** The figures of a try that metrics tell. */
export type TryFigures = {
  outcome: Outcome
  timings: Timings
  /** It was to speak HTTP, whether it got so far or not. */
  isHttp: boolean
  http: Pick<HttpEvidence, 'status' | 'version'> | null
  tls: Pick<TlsEvidence, 'notAfter' | 'protocol'> | null
  resolvedAddress: string | null
  failure: Pick<Failure, 'code' | 'phase' | 'source'> | null
}
