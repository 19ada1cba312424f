import { XMLParser } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { aBatchReport } from '../../test/fixtures/batch-report.ts'
import { aJob } from '../../test/fixtures/job-document.ts'
import { type BatchReport, renderBatchJunit, renderBatchMarkdown, renderBatchText } from './batch.ts'
import { lengthOf } from './columns.ts'

const target = (service: string) => ({ cluster: 'default', namespace: 'shop', service })
const failing = (service: string) => aJob({ target: target(service) })
const passing = (service: string) =>
  aJob({
    ...{ target: target(service), verdict: 'pass', paths: [], diagnosis: { status: 'healthy', findings: [] } },
    summary: { pass: 3, fail: 0, error: 0, skipped: 0, leftOut: 0 },
  })
const untested = (service: string) =>
  aJob({
    ...{ target: target(service), verdict: 'inconclusive', paths: [], diagnosis: { status: 'unknown', findings: [] } },
    summary: { pass: 0, fail: 0, error: 0, skipped: 1, leftOut: 0 },
  })

describe('the text', () => {
  it('has a line for each Service, and the whole report of what does not work alone', () => {
    const text = renderBatchText(aBatchReport('fail', [failing('cart'), passing('checkout'), untested('dns')]))
    expect(text.split('\n').slice(0, 6)).toEqual([
      'FAIL  3 Services: 1 passed, 1 failed, 1 not tested',
      '    cluster default',
      '',
      expect.stringMatching(/^✗ {2}shop\/cart {6}\S.*5\.31 s$/),
      expect.stringMatching(/^✓ {2}shop\/checkout {2}3 passed .*5\.31 s$/),
      expect.stringMatching(/^– {2}shop\/dns {7}inconclusive: no path was tested .*5\.31 s$/),
    ])
    expect(text.match(/^FAIL {2}shop\//gm)).toHaveLength(1)
  })

  it('stays within 100 columns where names and reasons are long', () => {
    const problem = {
      code: 'impossible_request',
      title: 'The request cannot be carried out',
      detail: 'word '.repeat(60),
      status: 422,
    }
    const jobs = [aJob({ ...untested('x'.repeat(63)), verdict: 'inconclusive', problem }), passing('y'.repeat(63))]
    const wide = renderBatchText(aBatchReport('inconclusive', jobs))
      .split('\n')
      .filter((line) => lengthOf(line) > 100)
    expect(wide).toEqual([])
  })

  it('shows nothing of a name that a terminal would act on', () => {
    const text = renderBatchText(aBatchReport('pass', [passing('\u001b[31mred\u202etxt\nPASS')]))
    for (const char of ['\u001b', '\u202e']) {
      expect(text).not.toContain(char)
    }
    expect(text).not.toMatch(/^PASS$/m)
  })
})

describe('the Markdown', () => {
  it('fits a comment with fifty broken Services, and says what it leaves out', () => {
    const text = renderBatchMarkdown(
      aBatchReport(
        'fail',
        Array.from({ length: 50 }, (_, i) => failing(`s${i}`)),
      ),
    )
    expect(text.length).toBeLessThan(65_536)
    const whole = text.match(/^### ❌ FAIL/gm)?.length ?? 0
    expect(whole).toBeGreaterThan(0)
    expect(text).toContain(`… and ${50 - whole} more reports: see those jobs.`)
    expect(text.match(/^\| ❌ \| `shop\/s\d+`/gm)).toHaveLength(50)
  })

  it('makes no markup of a name', () => {
    const text = renderBatchMarkdown(aBatchReport('pass', [passing('a|b`<img src=x>@you')]))
    expect(text).not.toMatch(/<img|@you\b(?!`)/)
    expect(text.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(3)
  })
})

describe('the JUnit', () => {
  const parsed = (report: BatchReport) =>
    new XMLParser({ ignoreAttributes: false }).parse(renderBatchJunit(report)).testsuites

  it('is green when the batch passes, though a Service was not tested', () => {
    expect(parsed(aBatchReport('pass', [passing('a'), untested('b')]))).toMatchObject({
      ...{ '@_failures': '0', '@_errors': '0' },
      testsuite: [{ '@_name': 'shop/a' }, { '@_name': 'shop/b', '@_skipped': '1' }],
    })
  })

  it('is not green when nothing was tested', () => {
    expect(parsed(aBatchReport('inconclusive', [untested('a'), untested('b')]))).toMatchObject({ '@_errors': '2' })
  })
})
