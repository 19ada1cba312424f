/** Weights of a route, held against the pods that answer. */
import { describe, expect, it } from 'vitest'
import { answerJob } from '../../../test/support/answering.ts'
import { httpCheck } from '../../../test/support/checks.ts'
import { gateway, httpRoute } from '../../../test/support/gateway-manifests.ts'
import { service, slice } from '../../../test/support/manifests.ts'

const rule = (own: number, other: number) => ({
  backendRefs: [
    { name: 'toad', port: 80, weight: own },
    { name: 'frog', port: 80, weight: other },
  ],
})
const PODS: Readonly<Record<string, string>> = { '10.244.1.5': 'toad-1', '10.244.2.6': 'toad-2' }

type Told = { weights?: [own: number, other: number]; samples?: number; asks?: boolean }

/** @param through who answers through the Gateway, sample by sample, from 1. */
function found(
  through: (sample: number) => string | null,
  { weights: [own, other] = [1, 1], samples = 20, asks = true }: Told = {},
  pods = PODS,
) {
  const job = answerJob(
    [
      ...[service(), slice([{ at: '10.244.1.5' }, { at: '10.244.2.6' }]), gateway()],
      httpRoute({ hostnames: ['toad.example.com'], rules: [rule(own, other)] }),
    ],
    ({ path, sample }) => ({
      responder: path.kind === 'Endpoint' ? (pods[path.address ?? ''] ?? null) : through(sample),
    }),
    { samples, request: { checks: [httpCheck({ responder: asks ? { header: 'x-pod' } : null })] } },
  )
  return job.diagnosis.findings.filter(({ code }) => code === 'share_not_kept').map(({ title }) => title)
}

const URL = 'http://toad.example.com/'

describe('the share that weights promise', () => {
  it('is missed where pods of the Service never answer, or always', () => {
    expect(found(() => 'frog-1')).toEqual([
      `None of 20 answers on ${URL} came from pods of the Service, whose share is 50 %`,
    ])
    expect(found((sample) => `toad-${(sample % 2) + 1}`, { weights: [1, 9] })).toEqual([
      `All of 20 answers on ${URL} came from pods of the Service, whose share is 10 %`,
    ])
  })

  it('is not judged by what chance brings once in a thousand jobs', () => {
    // 0.5 ** 9 = 0.002, 0.5 ** 10 = 0.00098
    expect([9, 10].map((samples) => found(() => 'frog-1', { samples }).length)).toEqual([0, 1])
    expect(found(() => 'frog-1', { weights: [1, 9] })).toEqual([])
    expect(found((sample) => (sample === 1 ? 'toad-1' : 'frog-1'))).toEqual([])
  })

  it.each<[string, () => string[]]>([
    ['no check asks who answers', () => found(() => 'frog-1', { asks: false })],
    ['an answer does not say it', () => found((sample) => (sample === 1 ? null : 'frog-1'))],
    ['a pod does not say it', () => found(() => 'frog-1', {}, { '10.244.1.5': 'toad-1' })],
    [
      'pods have one name together',
      () => found(() => 'nginx', { weights: [1, 9] }, { '10.244.1.5': 'nginx', '10.244.2.6': 'nginx' }),
    ],
    ['the Service has everything', () => found(() => 'frog-1', { weights: [1, 0] })],
  ])('is not judged where %s', (_name, findings) => {
    expect(findings()).toEqual([])
  })
})
