import { expect, it } from 'vitest'
import type { Result } from '../../src/check/result.ts'
import { getJob } from '../../src/store/jobs.ts'
import { lastSeqOf, listResults, recordResults } from '../../src/store/results.ts'
import { allPages } from '../support/pages.ts'
import { aJob, aResult, NOW, REFUSED } from '../support/stored.ts'
import { finish, opened, running } from './opened.ts'
import type { OpenStore } from './store.ts'

export function resultsContract(open: OpenStore): void {
  const store = opened(open)
  const recorded = async (jobId: string): Promise<Result[]> =>
    (await listResults(store(), jobId)).map(({ result }) => result)

  it('gives evidence back as it was given, timings to the microsecond', async () => {
    const { job, lease } = await running(store())
    const jobId = job.id
    const results = [
      aResult({ jobId }),
      aResult({ jobId, sample: 2, ...REFUSED }),
      aResult({ jobId, purpose: 'control', round: 2, try: 3, resolvedAddress: '10.0.0.9' }),
      aResult({
        ...{
          jobId,
          check: 'name',
          address: '',
          outcome: 'error',
          resolvedAddress: null,
          localAddress: null,
          http: null,
        },
        timings: { dnsMs: 12.345, connectMs: null, tlsMs: 0, firstByteMs: null, downloadMs: null, totalMs: 5000.001 },
        dns: {
          ...{ server: '127.0.0.1:5353', name: 'toad.', type: 'A', rcode: 'NOERROR', answers: ['10.0.0.1'] },
          ...{ cname: null, ttl: 5, lookup: [] },
        },
        tls: {
          ...{ subject: 'CN=toad 🐸', issuer: null, altNames: ['DNS:toad'], notBefore: null, notAfter: null },
          ...{ authorized: false, authorizationError: 'CERT_HAS_EXPIRED', protocol: 'TLSv1.3' },
        },
        responder: 'toad-xueq1',
        failure: { code: 'internal', phase: 'dns', source: 'internal', message: 'a "quoted" \u0000 message' },
      }),
      aResult({ jobId, check: 'ttl', dns: null, responder: 'null' }),
    ]
    expect(await recordResults(store(), lease, results)).toBe(true)
    expect(await recorded(jobId)).toEqual(results)
  })

  it('records a try once, however often it is handed in', async () => {
    const { job, lease } = await running(store())
    const jobId = job.id
    const first = [aResult({ jobId }), aResult({ jobId, sample: 2 })]
    expect(await recordResults(store(), lease, [...first, ...first])).toBe(true)
    const again = [...first.map((result) => ({ ...result, ...REFUSED })), aResult({ jobId, sample: 3 })]
    expect(await recordResults(store(), lease, again)).toBe(true)
    expect(await recorded(jobId)).toEqual([...first, aResult({ jobId, sample: 3 })])
  })

  it('tells tries apart by path, check, address, sample, try, round and purpose', async () => {
    const { job, lease } = await running(store())
    const jobId = job.id
    const others: Partial<Result>[] = [
      {},
      { pathId: 'pth_0000000000000000000B' },
      { check: 'home' },
      { address: '10.0.0.9' },
      { sample: 2 },
      { try: 2 },
      { round: 2 },
      { purpose: 'control' },
    ]
    const results = others.map((other) => aResult({ ...other, jobId }))
    expect(await recordResults(store(), lease, results)).toBe(true)
    expect(await recorded(jobId)).toEqual(results)
  })

  it('records nothing for a job that has ended, and nothing that is not of the job', async () => {
    const { job, lease } = await running(store())
    await expect(recordResults(store(), lease, [aResult({ jobId: aJob().id })])).rejects.toThrow('several jobs')
    await finish(store(), lease)
    expect(await recordResults(store(), lease, [aResult({ jobId: job.id })])).toBe(false)
    expect(await recorded(job.id)).toEqual([])
    expect(await recordResults(store(), lease, [])).toBe(true)
  })

  it('reads results on from any of them, in the order of recording, of this job alone', async () => {
    const { job, lease } = await running(store())
    const { job: other, lease: otherLease } = await running(store())
    const samples = Array.from({ length: 30 }, (_, i) => i + 1)
    for (const sample of samples) {
      await recordResults(store(), lease, [aResult({ jobId: job.id, sample })])
      await recordResults(store(), otherLease, [aResult({ jobId: other.id, sample })])
    }
    const seen = await allPages<Awaited<ReturnType<typeof listResults>>[number], number>(
      (after) => listResults(store(), job.id, after ?? 0, 7),
      ({ seq }) => seq,
    )
    expect(seen.map(({ result }) => result.sample)).toEqual(samples)
    expect(await lastSeqOf(store(), job.id)).toBe(seen.at(-1)?.seq)
    expect(await listResults(store(), 'job_none')).toEqual([])
    expect(await lastSeqOf(store(), 'job_none')).toBe(0)
  })

  it('takes a thousand results with large evidence in one write', async () => {
    const { job, lease } = await running(store())
    const results = Array.from({ length: 1000 }, (_, i) => {
      const result = aResult({ jobId: job.id, sample: i + 1, pathId: `pth_${String(i % 500).padStart(20, '0')}` })
      const http = result.http && { ...result.http, bodySnippet: `${i} 🐸${'é'.repeat(1000)}`, bodySha256: `${i}` }
      return { ...result, http }
    })
    expect(await recordResults(store(), lease, results)).toBe(true)
    expect(await recorded(job.id)).toEqual(results)
  })

  it('grows the version of the job with each write that readers could see', async () => {
    const { job, lease } = await running(store())
    await recordResults(store(), lease, [aResult({ jobId: job.id, startedAtMs: NOW })])
    expect((await getJob(store(), job.id))?.version).toBe(3)
  })
}
