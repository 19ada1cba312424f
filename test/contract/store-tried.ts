import fc from 'fast-check'
import { expect, it } from 'vitest'
import { failure } from '../../src/check/failure.ts'
import { type Result, triedOf } from '../../src/check/result.ts'
import { conclude, judgePaths, readTries, withEvidence } from '../../src/job/finish-job.ts'
import { getJob } from '../../src/store/jobs.ts'
import { recordResults } from '../../src/store/results.ts'
import { listTried, readTelling } from '../../src/store/tried.ts'
import { aPlannedPath, aResult } from '../support/stored.ts'
import { opened, running } from './opened.ts'
import type { OpenStore } from './store.ts'

const PATHS = [
  aPlannedPath({ id: 'pth_0000000000000000000A' }),
  aPlannedPath({ id: 'pth_0000000000000000000B', kind: 'Endpoint', address: '10.244.0.1' }),
  aPlannedPath({ id: 'pth_0000000000000000000C', kind: 'Endpoint', address: '10.244.0.2' }),
  aPlannedPath({ id: 'pth_0000000000000000000D', kind: 'NodePort', address: '10.0.0.11', node: 'node-1' }),
  aPlannedPath({ id: 'pth_0000000000000000000E', kind: 'NodePort', address: '10.0.0.12', expected: 'unknown' }),
  aPlannedPath({ id: 'pth_0000000000000000000F', kind: 'Ingress', host: 'toad.example', scheme: 'https' }),
]

const tls = (days: number) => ({
  ...{ subject: 'CN=toad', issuer: 'CN=pond', altNames: ['toad.example'], authorized: true, authorizationError: null },
  ...{ notBefore: '2026-11-01T00:00:00.000Z', notAfter: new Date(1_795_392_000_000 + days * 86_400_000).toISOString() },
  protocol: 'TLSv1.3',
})

const http = (status: number, headers: Record<string, string>): Result['http'] => ({
  ...{ status, version: '1.1', headers, headerBytes: 64, location: null, bodyBytes: 512, bodySnippet: 'x'.repeat(512) },
  bodySha256: '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
})

const dns = (unanswered: string[]): Result['dns'] => ({
  ...{ server: '10.96.0.10', name: 'toad.pond.svc.', type: 'A', rcode: 'NOERROR', answers: ['10.96.0.7'] },
  ...{ cname: null, ttl: 5, lookup: ['10.96.0.7'], unanswered },
})

/** Some way for a try to go. */
const SHOWN: readonly Partial<Result>[] = [
  { outcome: 'pass' },
  { outcome: 'pass', tls: tls(3), http: http(200, { 'x-own': 'a'.repeat(1000), server: 'toad' }) },
  { outcome: 'pass', dns: dns(['10.96.0.11']), http: null },
  { outcome: 'fail', failure: failure('connection_refused', 'connect'), http: null },
  { outcome: 'fail', failure: failure('connect_timeout', 'connect'), http: null },
  { outcome: 'pass', responder: 'toad-1', resolvedAddress: '10.96.10.21', localAddress: null },
  { outcome: 'fail', failure: failure('unexpected_status', 'expectation', 'status 502'), http: http(502, {}) },
  { outcome: 'fail', failure: failure('certificate_expired', 'tls'), tls: tls(-3), http: null },
  { outcome: 'error', failure: failure('internal', 'connect'), http: null },
  { outcome: 'skipped', failure: failure('connect_timeout', 'connect'), http: null },
]

const result = fc.record({
  path: fc.nat(PATHS.length - 1),
  check: fc.constantFrom('default', 'home'),
  sample: fc.integer({ min: 1, max: 3 }),
  try: fc.integer({ min: 1, max: 2 }),
  round: fc.constantFrom(1, 1, 1, 2),
  purpose: fc.constantFrom<Result['purpose']>('check', 'check', 'check', 'control'),
  shown: fc.nat(SHOWN.length - 1),
})

export function triedContract(open: OpenStore): void {
  const store = opened(open)

  it('judges and diagnoses what is read in pages, without most headers, as if it were all there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(result, { maxLength: 60 }), async (drawn) => {
        const { job, lease } = await running(store())
        const made = [
          ...new Map(
            drawn
              .map(({ path, shown, ...of }) =>
                aResult({ ...of, jobId: job.id, ...SHOWN[shown], pathId: PATHS[path]?.id ?? '' }),
              )
              .map((each) => [each.id, each]),
          ).values(),
        ]
        await recordResults(store(), lease, made)
        const tried = made.map(triedOf)
        expect(await listTried(store(), job.id, {}, 7)).toEqual(tried)
        const checks = tried.filter(({ purpose }) => purpose === 'check')
        expect(await readTries(store(), job.id, null)).toEqual(checks)
        const plan = { target: job.target, vantage: job.vantage, notApplicable: [], ignored: [] }
        const stored = await getJob(store(), job.id)
        if (stored === null) {
          throw new Error('the job is gone')
        }
        const endBy = async (few: readonly Result[] | null) => {
          const whole = { ...plan, paths: PATHS }
          const judged = judgePaths(whole, await readTries(store(), job.id, few))
          const { judged: tested, ...end } = conclude(stored, whole, await withEvidence(store(), job.id, few, judged))
          const deciding = tested.map(({ path, outcome, flaky, deciding: by }) => [
            path.id,
            outcome,
            flaky,
            by.map(triedOf),
          ])
          return { ...end, deciding }
        }
        expect(await endBy(null)).toEqual(await endBy(made))
      }),
      { numRuns: 40 },
    )
  })

  it('reads of some paths what was recorded of them', async () => {
    const { job, lease } = await running(store())
    const made = PATHS.map(({ id }) => aResult({ jobId: job.id, pathId: id }))
    await recordResults(store(), lease, made)
    const [first, , third] = PATHS
    const paths = [first, third].map((path) => path?.id ?? '')
    expect(await listTried(store(), job.id, { paths })).toEqual(
      made.filter(({ pathId }) => paths.includes(pathId)).map(triedOf),
    )
  })

  it('has the evidence of the tries that are asked for, and nothing that is large', async () => {
    const { job, lease } = await running(store())
    const made = SHOWN.map((shown, sample) => aResult({ jobId: job.id, sample: sample + 1, ...shown }))
    await recordResults(store(), lease, made)
    const asked = made.slice(1).map(triedOf)
    const found = await readTelling(store(), job.id, asked)
    expect([...found.values()]).toEqual(
      made.slice(1).map((each) => {
        const { ttl: _ttl, ...told } = each.dns ?? {}
        const { timings, resolvedAddress, localAddress, tls, responder, http } = each
        const { 'x-own': _own, date: _date, ...headers } = http?.headers ?? {}
        return {
          ...triedOf(each),
          ...{ timings, resolvedAddress, localAddress, tls, responder, dns: each.dns && told },
          http: http && { ...http, headers },
        }
      }),
    )
  })
}
