import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VERDICTS } from '../check/verdict.ts'
import { indexObjects } from '../kube/object-index.ts'
import { parseManifests } from '../kube/parse.ts'
import { ProblemError } from '../lib/problem.ts'
import { judgeBatch, selectServices } from './batch.ts'
import { JOB_STATUSES, type Job } from './job.ts'

type Judged = Pick<Job, 'status' | 'verdict'>
const ended = (...verdicts: (Job['verdict'] | 'cancelled')[]): Judged[] =>
  verdicts.map((verdict) =>
    verdict === 'cancelled' ? { status: 'cancelled', verdict: null } : { status: 'finished', verdict },
  )

describe('judgeBatch', () => {
  it.each([
    [ended('pass', 'pass'), 'finished', 'pass'],
    [ended('pass', 'inconclusive'), 'finished', 'pass'],
    [ended('inconclusive'), 'finished', 'inconclusive'],
    [ended('pass', 'error', 'inconclusive'), 'finished', 'error'],
    [ended('pass', 'error', 'fail'), 'finished', 'fail'],
    [ended('pass', 'cancelled'), 'finished', 'inconclusive'],
    [ended('fail', 'cancelled'), 'finished', 'fail'],
    [ended('cancelled', 'cancelled'), 'cancelled', null],
    [[{ status: 'queued', verdict: null } as const], 'queued', null],
    [[...ended('fail'), { status: 'queued', verdict: null } as const], 'running', null],
    [[{ status: 'running', verdict: null } as const], 'running', null],
  ])('%j is %s, %s', (jobs, status, verdict) => {
    expect(judgeBatch(jobs)).toEqual({ status, verdict })
  })

  it('does not depend on the order of the jobs, and has a verdict only when all have ended', () => {
    const job = fc
      .constantFrom(...JOB_STATUSES)
      .chain((status) => fc.record({ status: fc.constant(status), verdict: verdictOf(status) }))
    fc.assert(
      fc.property(fc.array(job, { minLength: 1, maxLength: 6 }), (jobs) => {
        const { status, verdict } = judgeBatch(jobs)
        expect(judgeBatch(jobs.toReversed())).toEqual({ status, verdict })
        const over = jobs.every((one) => one.status === 'finished' || one.status === 'cancelled')
        expect(status === 'finished' || status === 'cancelled').toBe(over)
        expect(verdict !== null).toBe(status === 'finished')
      }),
    )
  })
})

const verdictOf = (status: Job['status']): fc.Arbitrary<Job['verdict']> =>
  status === 'finished' ? fc.constantFrom(...VERDICTS) : fc.constant(null)

describe('selectServices', () => {
  const service = (name: string, namespace: string | null, labels: Record<string, string> = {}) => ({
    ...{ apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: 80 }] } },
    metadata: { name, labels, ...(namespace !== null && { namespace }) },
  })
  const index = (list: Record<string, unknown>[]) => indexObjects(parseManifests(list, { pointer: '' }).objects)
  const some = index([
    service('toad', 'pond', { app: 'toad' }),
    service('frog', 'pond', { app: 'frog' }),
    service('bare', null),
  ])
  const select = (namespaces: string | string[] | null, selector: Record<string, string> | string = {}) =>
    selectServices(some, { namespaces: typeof namespaces === 'string' ? [namespaces] : namespaces, selector }).map(
      (one) => `${one.namespace}/${one.service}`,
    )

  it('takes all, those of a namespace, or those with the labels; what has no namespace is in the one asked for', () => {
    expect(select(null)).toEqual(['default/bare', 'pond/frog', 'pond/toad'])
    expect(select('pond')).toEqual(['pond/bare', 'pond/frog', 'pond/toad'])
    expect(select('sea')).toEqual(['sea/bare'])
    expect(select('pond', { app: 'toad' })).toEqual(['pond/toad'])
    expect(select(['pond', 'default'])).toEqual(['default/bare', 'pond/frog', 'pond/toad'])
    expect(select(null, 'app in (toad, newt)')).toEqual(['pond/toad'])
    expect(select(null, '!app')).toEqual(['default/bare'])
  })

  const refusal = (act: () => unknown): (string | undefined)[] | null => {
    try {
      act()
    } catch (error) {
      if (error instanceof ProblemError) {
        return [error.code, error.errors[0]?.pointer, error.detail]
      }
      throw error
    }
    return null
  }

  it('says what it found instead, and how many are too many', () => {
    expect(refusal(() => select('pond', { app: 'newt' }))).toEqual([
      ...['service_not_found', '/target/selector'],
      'There is no Service in namespace pond with the labels app=newt among the objects, which hold 3 Services.',
    ])
    const many = index(Array.from({ length: 53 }, (_, i) => service(`s${i}`, 'a')))
    const all = { namespaces: null, selector: '' }
    expect(refusal(() => selectServices(many, all))).toEqual([
      ...['impossible_request', '/target/manifests'],
      'These are 53 Services; a batch takes 50. Choose by target.namespace or target.selector, and send several batches. ' +
        'Beyond the limit are a/s7, a/s8, a/s9.',
    ])
    expect(refusal(() => selectServices(many, all, 'cluster'))?.[1]).toBe('/target')
  })

  it('says which Services were not read, where there is none among the others', () => {
    const forbidden = { kind: 'services', namespace: 'lake', besides: [], part: 'all', reason: 'forbidden' } as const
    const part = indexObjects(some.objects, [{ ...forbidden, detail: '', refused: null }], 'cluster')
    const live = () => selectServices(part, { namespaces: ['sea', 'lake'], selector: 'app=newt' }, 'cluster')
    expect(refusal(live)?.[2]).toBe(
      'There is no Service in namespaces sea, lake with the labels app=newt. Services of namespace lake were not read (forbidden).',
    )
  })

  it('is a 404 where a live cluster has no such Service', () => {
    const live = () => selectServices(some, { namespaces: ['sea', 'lake'], selector: 'app=newt' }, 'cluster')
    expect(refusal(live)).toEqual([
      ...['service_not_found', '/target/selector'],
      'There is no Service in namespaces sea, lake with the labels app=newt.',
    ])
    expect(live).toThrow(expect.objectContaining({ status: 404 }))
  })
})
