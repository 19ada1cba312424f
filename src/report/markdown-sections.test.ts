import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aBatchReport } from '../../test/fixtures/batch-report.ts'
import { hostileString } from '../../test/fixtures/hostile.ts'
import { aFailure, aJob, aPath, aResult } from '../../test/fixtures/job-document.ts'
import { renderBatchMarkdown } from './batch.ts'
import { fitGithubSummary, GITHUB_SUMMARY_BYTES } from './github.ts'
import { renderMarkdown } from './markdown.ts'

const bytesOf = (text: string): number => new TextEncoder().encode(text).length
const folds = (text: string) => [text.match(/<details>/g)?.length ?? 0, text.match(/<\/details>/g)?.length ?? 0]

describe('the summary of a step', () => {
  it('is the reports themselves where they fit, one after another', () => {
    const report = renderMarkdown(aJob())
    expect(fitGithubSummary([report, report])).toBe(`${report}\n${report}\n`)
    expect(fitGithubSummary([])).toBe('')
  })

  it('is cut at whole sections, and says what was cut', () => {
    const report = renderMarkdown(aJob())
    const evidence = /<details><summary>Evidence<\/summary>.*?<\/details>\n/s.exec(report)?.[0] ?? ''
    const whole = bytesOf(`${report}\n`)
    const cut = fitGithubSummary([report], whole - 1)
    expect(cut).not.toContain('<summary>Evidence</summary>')
    expect(cut.startsWith(report.slice(0, report.indexOf(evidence)))).toBe(true)
    expect(cut.trimEnd().split('\n').at(-1)).toBe('Cut, as a summary holds no more: Evidence.')
    expect(folds(cut)[0]).toBe(folds(cut)[1])
  })

  it('holds as much as GitHub takes, in bytes', () => {
    const reports = Array.from({ length: 30 }, () =>
      renderMarkdown(aJob({ labels: {}, paths: aJob().paths })).repeat(20),
    )
    const text = fitGithubSummary(reports.map((report) => report.replaceAll('toad', '蛙蛙蛙蛙')))
    expect(bytesOf(text)).toBeLessThanOrEqual(GITHUB_SUMMARY_BYTES)
    expect(bytesOf(text)).toBeGreaterThan(GITHUB_SUMMARY_BYTES * 0.98)
    expect(text).toMatch(/\nCut, as a summary holds no more: .* and \d+ more\.\n$/)
  })

  it('is within any limit, balanced, and every line of it a line of a report, whatever these say', () => {
    const hostile = hostileString.map(
      (text) => `${text}\n## x\n<details><summary>${text}</summary>\n\`\`\`\n</details>`,
    )
    fc.assert(
      fc.property(hostile, fc.integer({ min: 0, max: 6000 }), (text, limit) => {
        const failing = aResult({ check: text, ...aFailure('unexpected_status', 'expectation', text) })
        const job = aJob({
          target: { cluster: text, namespace: text, service: text },
          paths: [aPath({ outcome: 'fail', node: text, because: [text], results: [failing] })],
        })
        const reports = [renderMarkdown(job), renderBatchMarkdown(aBatchReport('fail', [job, aJob()]))]
        const cut = fitGithubSummary(reports, limit)
        expect(bytesOf(cut)).toBeLessThanOrEqual(limit)
        expect(folds(cut)[0]).toBe(folds(cut)[1])
        const known = new Set(reports.flatMap((report) => report.split('\n')))
        expect(cut.split('\n').filter((line) => !known.has(line) && !line.startsWith('Cut, as a summary'))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})
