/** Jobs and results as the store takes them: every one valid, each its own, what matters to a test given. */
import { NO_TIMINGS } from '../../src/check/network.ts'
import type { Result } from '../../src/check/result.ts'
import { newId, resultId } from '../../src/lib/id.ts'
import { type PlannedPath, vantageAt } from '../../src/plan/path.ts'
import { FROM_MANIFESTS } from '../../src/record/objects-used.ts'
import type { IdempotencyClaim } from '../../src/store/idempotency.ts'
import type { NewJob } from '../../src/store/stored-job.ts'
import { httpCheck } from './checks.ts'
import { aRequest } from './request.ts'

/** 2026-11-23T00:00:00Z: the clock of these tests stands here. */
export const NOW = 1_795_392_000_000

export function aPlannedPath(over: Partial<PlannedPath> = {}): PlannedPath {
  return {
    id: 'pth_0000000000000000000A',
    kind: 'ClusterIP',
    port: { name: 'http', number: 80, protocol: 'TCP' },
    address: '10.96.10.20',
    addressPort: 80,
    family: 'IPv4',
    node: null,
    host: null,
    serverName: null,
    rulePath: null,
    pathType: null,
    parent: null,
    match: null,
    scheme: 'http',
    url: 'http://10.96.10.20/',
    expected: 'reachable',
    because: [{ ref: 'Service/toad-svc', field: 'spec.clusterIPs[0]' }],
    shortCut: false,
    skipped: null,
    variable: null,
    dns: null,
    checks: [httpCheck({ path: null })],
    ...over,
  }
}

export function aJob(over: Partial<NewJob> = {}): NewJob {
  const createdAtMs = over.createdAtMs ?? NOW
  const target = over.target ?? { cluster: 'default', namespace: 'default', service: 'toad-svc' }
  return {
    id: newId('job', createdAtMs),
    createdAtMs,
    owner: 'admin',
    target,
    vantage: vantageAt('in-cluster'),
    labels: {},
    request: aRequest({ target }),
    plan: { target, vantage: vantageAt('in-cluster'), paths: [aPlannedPath()], notApplicable: [], ignored: [] },
    diagnosis: { status: 'unknown', findings: [] },
    comparison: null,
    objects: FROM_MANIFESTS,
    sealed: null,
    deadlineAtMs: null,
    deadlineMs: 60_000,
    history: true,
    scheduleId: null,
    batchId: null,
    ...over,
  }
}

/** @param over with `jobId`; the id follows from which try it is. */
export function aResult(over: Partial<Omit<Result, 'id'>> & { jobId: string }): Result {
  const result: Omit<Result, 'id'> = {
    pathId: 'pth_0000000000000000000A',
    check: 'default',
    address: '10.96.10.20',
    sample: 1,
    try: 1,
    round: 1,
    purpose: 'check',
    outcome: 'pass',
    startedAtMs: NOW + 100,
    resolvedAddress: '10.96.10.20',
    localAddress: '10.244.3.100',
    timings: { ...NO_TIMINGS, connectMs: 0.412, firstByteMs: 1.9, downloadMs: 0, totalMs: 2.55 },
    dns: null,
    http: {
      status: 200,
      version: '1.1',
      headers: { 'content-type': 'text/plain', date: 'Mon, 23 Nov 2026 00:00:00 GMT' },
      headerBytes: 63,
      location: null,
      bodyBytes: 23,
      bodySnippet: "You've hit toad-xueq1\n",
      bodySha256: '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
    },
    tls: null,
    responder: null,
    failure: null,
    ...over,
  }
  const { jobId, pathId, check, address, sample, round, purpose } = result
  return {
    id: resultId(jobId, [pathId, check, address], {
      sample,
      try: result.try,
      round,
      control: purpose === 'control' ? 1 : 0,
    }),
    ...result,
  }
}

export const REFUSED: Partial<Omit<Result, 'id' | 'jobId'>> = {
  outcome: 'fail',
  http: null,
  timings: { ...NO_TIMINGS, totalMs: 0.3 },
  failure: { code: 'connection_refused', phase: 'connect', source: 'target', message: 'connect ECONNREFUSED' },
}

export const aClaim = (over: Partial<IdempotencyClaim> = {}): IdempotencyClaim => ({
  principal: 'admin',
  method: 'POST',
  path: '/v1/jobs',
  key: 'build-1',
  fingerprint: 'f1',
  expiresAtMs: NOW + 86_400_000,
  ...over,
})
