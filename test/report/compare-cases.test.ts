import fc from 'fast-check'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { Parser } from 'tap-parser'
import { describe, expect, it } from 'vitest'
import type { CompareDocument, ComparedRequestDocument } from '../../src/report/compare/document.ts'
import { renderCompareJunit } from '../../src/report/compare/junit.ts'
import { renderCompareTap } from '../../src/report/compare/tap.ts'
import { hostileString } from '../fixtures/hostile.ts'

const side = { address: '10.0.0.1', addressPort: 80, because: [], failure: null, tries: 3, totalMs: 1.5, curl: null }
const answer = { status: 200, location: null, contentType: 'text/plain', bodyBytes: 1, bodySha256: 'a' }

const aRequest = (over: Partial<ComparedRequestDocument> = {}): ComparedRequestDocument => ({
  ...{ id: 'req_1', method: 'GET', scheme: 'http', host: 'shop.example', path: '/', headers: {}, outcome: 'alike' },
  ...{ reason: null, left: { ...side, answer }, right: { ...side, answer }, differences: [], notCounted: [] },
  ...over,
})

const aComparison = (over: Partial<CompareDocument> = {}): CompareDocument => ({
  ...{ id: 'cmp_1', status: 'finished', verdict: 'pass', problem: null, labels: {}, vantage: 'in-cluster' },
  ...{ createdAt: '2026-11-23T01:02:03.000Z', startedAt: null, finishedAt: null, durationMs: 12 },
  target: { cluster: 'default', namespace: 'shop', service: null },
  objects: { source: 'manifests', readAt: null, resourceVersions: {}, stale: false, forbidden: [] },
  left: { kind: 'Ingress', namespace: null, name: 'shop', addresses: null },
  right: { kind: 'Gateway', namespace: null, name: 'edge', addresses: null },
  ...{ ignoreHeaders: [], methods: null, triesEach: 3, notSent: [], requests: [aRequest()] },
  summary: { alike: 1, different: 0, error: 0, unasked: 0, notSent: 0 },
  ...over,
})

const tap = (document: CompareDocument) => {
  const parser = new Parser({ strict: true })
  const points: { ok: boolean; name: string; skip: string | boolean }[] = []
  let bailout: string | null = null
  parser.on('assert', ({ ok, name, skip }) => points.push({ ok, name, skip }))
  parser.on('bailout', (reason: string) => {
    bailout = reason
  })
  parser.end(renderCompareTap(document))
  const errors = (parser.results?.failures ?? []).filter((each) => 'tapError' in each && each.tapError)
  return { points, bailout, errors }
}

const xml = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', isArray: (name) => name === 'testcase' })
const junit = (document: CompareDocument): { classname: string; name: string }[] =>
  xml.parse(renderCompareJunit(document)).testsuites.testsuite.testcase.map((each: Record<string, string>) => ({
    classname: each['@classname'],
    name: each['@name'],
  }))

describe('the cases of a comparison', () => {
  it('are named by their requests and both sides, the same in JUnit and TAP', () => {
    const requests = [aRequest(), aRequest({ headers: { 'x-tenant': 'frog' } })]
    const names = ['GET http://shop.example/', 'GET http://shop.example/, x-tenant: frog']
    expect(junit(aComparison({ requests }))).toEqual(
      names.map((name) => ({ classname: 'portolan.compare.shop.Ingress-shop and Gateway-edge', name })),
    )
    expect(tap(aComparison({ requests })).points.map(({ name }) => name)).toEqual(names)
  })

  it('keep their class where a side is another job each time', () => {
    const classOf = (job: string) => junit(aComparison({ left: { job } })).map(({ classname }) => classname)
    expect(classOf('job_1')).toEqual(classOf('job_2'))
  })

  it('in TAP are red for what differs, skipped for what one side could not be asked, and called off for a fault of ours', () => {
    const different = aRequest({ outcome: 'different' })
    const unasked = aRequest({ outcome: 'unasked', reason: 'no way' })
    expect(tap(aComparison({ verdict: 'fail', requests: [different, unasked] }))).toMatchObject({
      points: [
        { ok: false, skip: false },
        { ok: true, skip: 'no way' },
      ],
      bailout: null,
    })
    const problem = { code: 'internal', title: 'Ours', detail: 'gone', status: 500 }
    expect(tap(aComparison({ verdict: 'error', problem })).bailout).toBe('internal: gone')
    expect(tap(aComparison({ verdict: null, status: 'running' })).bailout).toBe('not finished: running')
  })

  it('stay apart, and are XML and TAP, whatever both sides say', () => {
    fc.assert(
      fc.property(hostileString, (text) => {
        const request = aRequest({
          ...{ outcome: 'different', host: text, path: text, headers: { [text]: text } },
          differences: [
            { kind: 'header', field: text, left: text, right: null, means: text, next: text },
          ] as unknown as ComparedRequestDocument['differences'],
          notCounted: [{ field: text, why: text }],
        })
        const document = aComparison({
          verdict: 'fail',
          requests: [request, request],
          left: { kind: 'Ingress', namespace: text, name: text, addresses: null },
        })
        expect(XMLValidator.validate(renderCompareJunit(document))).toBe(true)
        expect(new Set(junit(document).map(({ name }) => name)).size).toBe(2)
        const { points, errors, bailout } = tap(document)
        expect({ states: points.map(({ ok }) => ok), errors, bailout }).toEqual({
          states: [false, false],
          errors: [],
          bailout: null,
        })
      }),
      { numRuns: 60 },
    )
  })
})
