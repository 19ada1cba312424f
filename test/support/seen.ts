/** Outcomes as a finished run leaves them, for the diagnosis: told by a function of the path. */
import { FAILURE_CODES, type FailureCode, type Phase } from '../../src/check/codes.ts'
import { type HttpEvidence, NO_TIMINGS } from '../../src/check/network.ts'
import type { Result } from '../../src/check/result.ts'
import type { TestedPath } from '../../src/diagnose/seen.ts'
import type { PlannedPath } from '../../src/plan/path.ts'

/** A failure's code, a status (500 and above fail, 404 fails on Ingress), or `pass`; `null`: an error of ours. */
export type Told = 'pass' | FailureCode | number | null

const PHASES: Readonly<Record<string, Phase>> = { dns: 'dns', connect: 'connect', tls: 'tls', exchange: 'response' }

/** An answer without headers and without a body. */
export const emptyAnswer = (status: number): HttpEvidence => ({
  status,
  version: '1.1',
  headers: {},
  headerBytes: 0,
  location: null,
  bodyBytes: 0,
  bodySnippet: '',
  bodySha256: '',
})

type Evidence = Pick<Result, 'localAddress' | 'outcome' | 'address' | 'dns' | 'tls' | 'timings'>

/** What was skipped at planning stays so; what nothing promises and fails is skipped as not expected. */
export function seenAs(path: PlannedPath, told: Told, evidence: Partial<Evidence> = {}): TestedPath {
  if (path.skipped !== null) {
    return { path, outcome: 'skipped', skipped: path.skipped, deciding: [], telling: null, told: [] }
  }
  if (told === null) {
    return { path, outcome: 'error', skipped: null, deciding: [], telling: null, told: [] }
  }
  const status = typeof told === 'number' ? told : null
  const code = typeof told === 'number' ? 'unexpected_status' : told
  const failed =
    code === 'pass'
      ? null
      : { code, phase: PHASES[FAILURE_CODES[code]] ?? 'expectation', source: 'target' as const, message: code }
  const outcome = failed === null ? 'pass' : (evidence.outcome ?? (path.expected === 'unknown' ? 'skipped' : 'fail'))
  const result: Result = {
    id: `res_${path.id}`,
    jobId: 'job_1',
    pathId: path.id,
    check: 'default',
    address: path.address ?? '',
    sample: 1,
    try: 1,
    round: 1,
    purpose: 'check',
    outcome,
    startedAtMs: 0,
    resolvedAddress: path.address,
    localAddress: null,
    timings: NO_TIMINGS,
    dns: null,
    http: status === null ? null : emptyAnswer(status),
    tls: null,
    responder: null,
    failure: failed,
    ...evidence,
  }
  const skipped = outcome === 'skipped' ? { reason: 'not_expected' as const, detail: code } : null
  return { path, outcome, skipped, deciding: [result], telling: result, told: [result] }
}
