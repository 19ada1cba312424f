import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HistoryResultDocument } from '../../src/report/history-document.ts'
import { readProblem } from '../support/read.ts'
import { all } from '../support/read-history.ts'
import { HOUR, NOW, startTwoDays, type TwoDays } from '../support/two-days.ts'

let made: TwoDays
let api: TwoDays['api']
let history: TwoDays['history']

beforeAll(async () => {
  made = await startTwoDays()
  ;({ api, history } = made)
})
afterAll(() => made.close())

describe('GET …/report', () => {
  const countsOf = (results: readonly HistoryResultDocument[]) => {
    const having = (outcome: string) => results.filter((result) => result.counted && result.outcome === outcome).length
    return { pass: having('pass'), fail: having('fail'), error: having('error') }
  }

  it.each([
    ['window=23h', NOW - 23 * HOUR, NOW],
    ['window=28h', NOW - 28 * HOUR, NOW],
    ['window=49h', NOW - 49 * HOUR, NOW],
    ['window=90s', NOW - 90_000, NOW],
    [`from=${new Date(NOW - 29 * HOUR).toISOString()}`, NOW - 29 * HOUR, NOW],
    ...[7, 13, 29].map((n): [string, number, number] => {
      const [from, to] = [NOW - n * HOUR - n * 61_000, NOW - n * 100_000]
      return [`from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`, from, to]
    }),
  ])('adds up to what /results lists: %s', async (query, fromMs, toMs) => {
    const results = await all(history.results, 'default/toad-svc/results?limit=200')
    const within = results.filter(({ startedAt }) => Date.parse(startedAt) >= fromMs && Date.parse(startedAt) < toMs)
    const report = await history.report(`default/toad-svc/report?${query}`)
    const { pass, fail, error } = countsOf(within)
    expect(report.counts).toMatchObject({ pass, fail, error })
    expect(report.availability).toBe(pass + fail === 0 ? null : pass / (pass + fail))
    expect(report.failures).toEqual(fail > 0 ? { unexpected_status: fail } : {})
    expect(report.verdict).toBe(fail > 0 ? 'fail' : pass > 0 ? 'pass' : 'inconclusive')
    for (const path of report.paths) {
      expect(path.counts).toMatchObject(countsOf(within.filter(({ pathId }) => pathId === path.id)))
    }
  })

  it('turns availability into a verdict by the objective', async () => {
    const verdict = async (query: string) =>
      (await history.report(`default/toad-svc/report?window=49h&${query}`)).verdict
    expect(await Promise.all(['objective=0.875', 'objective=0.876', ''].map(verdict))).toEqual(['pass', 'fail', 'fail'])
  })

  it('is not lowered by our own errors, and shows them', async () => {
    const report = await history.report('default/cut/report')
    expect(report).toMatchObject({ availability: 1, verdict: 'pass', counts: { pass: 1, fail: 0, error: 1 } })
    expect(report.incidents).toEqual([])
  })

  it('answers failStatus=424 for what is no pass, in any format, so that curl can fail', async () => {
    const status = async (path: string) => (await api.call(path)).status
    expect(await status('/v1/services/default/down/report?failStatus=424&format=text')).toBe(424)
    expect(await status('/v1/services/default/cut/report?failStatus=424&format=text')).toBe(200)
    expect(await status('/v1/services/default/down/report?format=text')).toBe(200)
  })

  it.each([
    ['json', 'application/json', /^\{"target"/],
    ['text', 'text/plain; charset=utf-8', /^FAIL {2}default\/toad-svc {2}87\.5 % available, 42 passed, 6 failed/],
    ['markdown', 'text/markdown; charset=utf-8', /^### ❌ FAIL: `default\/toad-svc`\n/],
    ['junit', 'application/xml; charset=utf-8', /<failure type="fail" message="6 of 48 failed: unexpected_status ×6/],
    ['tap', 'text/x-tap; charset=utf-8', /^TAP version 14\n1\.\.\d+\n# FAIL default\/toad-svc: 87\.5 % available/],
    [
      'csv',
      'text/csv; charset=utf-8; header=present',
      /^cluster,namespace,service,from,to,path,kind[^\r]*\r\ndefault,default,toad-svc,2026/,
    ],
  ])('comes as %s, by format and by Accept', async (format, type, content) => {
    const path = '/v1/services/default/toad-svc/report?window=49h'
    for (const response of [
      await api.call(`${path}&format=${format}`),
      await api.call(path, { headers: { accept: type.split(';')[0] ?? '' } }),
    ]) {
      expect([response.status, response.headers.get('content-type')]).toEqual([200, type])
      expect(await response.text()).toMatch(content)
    }
  })

  it('answers 304 to the ETag of a window that is over, until something in it changes', async () => {
    const [from, to] = [NOW - 30 * HOUR, NOW - 20 * HOUR].map((ms) => new Date(ms).toISOString())
    for (const path of ['/v1/services/default/toad-svc/report', '/v1/report']) {
      const asked = `${path}?from=${from}&to=${to}`
      const first = await api.call(`${asked}&format=text`)
      const headers = { 'if-none-match': String(first.headers.get('etag')) }
      expect(first.headers.get('vary')).toBe('Accept, Cookie')
      const again = await api.call(`${asked}&format=text`, { headers })
      expect([again.status, await again.text()]).toEqual([304, ''])
      expect((await api.call(`${asked}&format=csv`, { headers })).status).toBe(200)
      expect((await api.call(`${asked}&format=text&objective=0.5`, { headers })).status).toBe(200)
      expect((await api.call(`${asked}&format=text&failStatus=424`, { headers })).status).toBe(424)
    }
  })

  it('refuses what is no window, all at once', async () => {
    const errors = async (query: string) =>
      (await readProblem(api.call(`/v1/services/default/down/report?${query}`))).errors
    expect(await errors('window=soon&objective=2&wndow=1h')).toMatchObject([
      { pointer: '?window', detail: 'found "soon": expected a duration like 90s, 15m, 24h or 30d' },
      { pointer: '?objective' },
      { pointer: '?wndow', detail: 'There is no parameter "wndow"; did you mean "window"?' },
    ])
    expect(await errors('window=1h&from=2026-11-23T00:00:00Z')).toMatchObject([{ pointer: '?window' }])
    expect(await errors('from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z')).toMatchObject([{ pointer: '?to' }])
  })
})

describe('GET /v1/report', () => {
  it('says whether everything is fine', async () => {
    const report = await history.overall('?window=2h')
    expect(report).toMatchObject({
      verdict: 'fail',
      objective: 1,
      counts: { pass: 3, fail: 1, error: 1 },
      availability: 3 / 4,
    })
    expect(report.services.map(({ target, verdict }) => [target.service, target.cluster, verdict])).toEqual([
      ['cut', 'default', 'pass'],
      ['down', 'default', 'fail'],
      ['moved', 'default', 'inconclusive'],
      ['toad-svc', 'default', 'inconclusive'],
      ['twice', 'default', 'pass'],
      ['twice', 'east', 'pass'],
    ])
    expect((await history.overall('?window=2h&cluster=east')).verdict).toBe('pass')
    const text = await (await api.call('/v1/report?window=2h&cluster=east&format=text')).text()
    expect(text).toMatch(/^PASS {2}1 Service {2}1 pass, 0 do not; 100 % available, 1 passed/)
  })

  it('is in words where there is nothing at all', async () => {
    const report = await history.overall('?namespace=nowhere')
    expect(report).toMatchObject({ verdict: 'inconclusive', availability: null, services: [] })
  })
})

describe('GET …/badge.svg', () => {
  it('is an image that other pages may show', async () => {
    const response = await api.call('/v1/services/default/toad-svc/badge.svg?window=49h')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/svg+xml',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'max-age=60',
    })
    expect(await response.text()).toContain('<title>toad-svc: 87.5 %</title>')
    const headers = { 'if-none-match': String(response.headers.get('etag')) }
    const again = await api.call('/v1/services/default/toad-svc/badge.svg?window=49h', { headers })
    expect([again.status, again.headers.get('cross-origin-resource-policy')]).toEqual([304, 'cross-origin'])
    const other = await api.call('/v1/services/default/toad-svc')
    expect(other.headers.get('cross-origin-resource-policy')).toBe('same-origin')
  })
})
