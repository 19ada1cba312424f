import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostileString } from '../../test/fixtures/hostile.ts'
import { aFailure, aJob, anAnswer, aPath, aResult } from '../../test/fixtures/job-document.ts'
import { foreignTags } from '../../test/support/markdown.ts'
import { code, prose, renderMarkdown } from './markdown.ts'

describe('renderMarkdown', () => {
  it('shows every kind of outcome as in the golden file', async () => {
    await expect(renderMarkdown(aJob())).toMatchFileSnapshot('../../test/fixtures/report/job.md')
  })

  it('has no other HTML than its own, and as many cells in each row as its header, whatever a target says', () => {
    fc.assert(
      fc.property(hostileString, (hostile) => {
        const failing = aResult({
          check: hostile,
          ...aFailure('unexpected_status', 'expectation', hostile),
          http: anAnswer({ status: 500, headers: { server: hostile }, bodySnippet: hostile }),
        })
        const markdown = renderMarkdown(
          aJob({
            target: { cluster: hostile, namespace: hostile, service: hostile },
            paths: [
              aPath({ outcome: 'fail', node: hostile, host: hostile, url: hostile, results: [failing] }),
              aPath({ outcome: 'skipped', skipped: { reason: 'pending', detail: hostile } }),
            ],
          }),
        )
        expect(foreignTags(markdown)).toEqual([])
        const rows = markdown.split('\n').filter((line) => line.startsWith('| '))
        expect(rows.map((row) => row.split('|').length)).toEqual(rows.map(() => 9))
      }),
    )
  })

  it('fits a comment on GitHub for a job of 500 failing paths', () => {
    const failing = aResult({
      ...aFailure('connect_timeout', 'connect', `No answer from 10.0.0.12:30123 within 5000 ms`),
    })
    const paths = Array.from({ length: 500 }, (_, index) =>
      aPath({ kind: 'NodePort', node: `node-${index}`, outcome: 'fail', results: [failing] }),
    )
    const markdown = renderMarkdown(aJob({ paths }))
    expect(markdown.length).toBeLessThan(65_536)
    expect(markdown).toContain('… and 400 more: see the job.')
  })
})

describe('a comment on GitHub', () => {
  it('holds the report of 500 paths of every outcome, whatever their names cost to write', () => {
    const failing = aResult({ ...aFailure('connect_timeout', 'connect', `No answer within 5000 ms`) })
    const skipped = { reason: 'vantage', detail: 'pods cannot be reached from outside of the cluster' } as const
    for (const name of ['ip-10-0-101-12.eu-central-1.compute.internal', '`|'.repeat(120)]) {
      const paths = Array.from({ length: 500 }, (_, i) => {
        const outcome = (['fail', 'pass', 'skipped'] as const)[i % 3] ?? 'pass'
        const results = { fail: [failing], pass: [aResult()], skipped: [] }[outcome]
        return aPath({
          kind: 'NodePort',
          node: name,
          outcome,
          results,
          skipped: outcome === 'skipped' ? skipped : null,
        })
      })
      const markdown = renderMarkdown(aJob({ paths }))
      expect(markdown.length).toBeLessThan(65_536)
      expect(markdown.match(/ more: see the job\./g)).toHaveLength(3)
    }
  })
})

describe('code', () => {
  it('uses a span where it can and references where a span would break', () => {
    expect(code('10.0.0.1:80')).toBe('`10.0.0.1:80`')
    expect(code('a`b|c\\')).toBe('<code>a&#96;b&#124;c&#92;</code>')
  })
})

describe('prose', () => {
  it('leaves a plain sentence as it is', () => {
    expect(prose('No answer from 10.0.0.12:30123 within 5000 ms (3 of 4).')).toBe(
      'No answer from 10.0.0.12:30123 within 5000 ms (3 of 4).',
    )
  })

  it.each([
    ['<img src=x onerror=alert(1)>', '&#60;img src=x onerror=alert(1)&#62;'],
    ['see @team, #12', 'see @<!-- -->team, &#35;<!-- -->12'],
    ['http://a.example www.b.example', 'http:<!-- -->//a.example www<!-- -->.b.example'],
    ['# heading', '&#35;<!-- --> heading'],
    ['    - item', '\\- item'],
    ['1. item', '1\\. item'],
    ['*a* _b_ `c` [d](e)', '\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e)'],
  ])('makes nothing of %j', (text, expected) => {
    expect(prose(text)).toBe(expected)
  })
})
