import { describe, expect, it } from 'vitest'
import { aBatchReport } from '../../test/fixtures/batch-report.ts'
import { anOverallReport, aServiceReport } from '../../test/fixtures/history-report.ts'
import { aJob } from '../../test/fixtures/job-document.ts'
import { renderBatchJunit, renderBatchMarkdown, renderBatchText } from './batch.ts'
import { renderJunit } from './junit.ts'
import { FOR_ONE_RUN, type Links, linksTo, RELATIVE } from './links.ts'
import { renderMarkdown } from './markdown.ts'
import { renderText } from './text.ts'
import { renderWindowMarkdown } from './window-markdown.ts'
import { renderWindowText } from './window-text.ts'
import { viewOverall, viewService } from './window-view.ts'

const PUBLIC = 'https://portolan.example'
const job = aJob()
const batch = aBatchReport('fail', [job])

const REPORTS: Readonly<Record<string, (links: Links) => string>> = {
  text: (links) => renderText(job, links),
  markdown: (links) => renderMarkdown(job, links),
  junit: (links) => renderJunit(job, links),
  'text of a batch': (links) => renderBatchText(batch, links),
  'markdown of a batch': (links) => renderBatchMarkdown(batch, links),
  'junit of a batch': (links) => renderBatchJunit(batch, links),
  'text of a window': (links) => renderWindowText(viewService(aServiceReport()), links),
  'markdown of a window': (links) => renderWindowMarkdown(viewOverall(anOverallReport(), null), links),
}

/** Returns the links that a reader could follow, or is asked to. */
const linksIn = (text: string): string[] =>
  text.match(/(https:\/\/portolan\.example\/|\$PORTOLAN\/|(?<![\w/])docs\/)[\w./-]*/g) ?? []

describe.each(Object.entries(REPORTS))('links in %s', (_name, render) => {
  it('are whole where the server knows its address', () => {
    const found = linksIn(render(linksTo(PUBLIC)))
    expect(found.length).toBeGreaterThan(0)
    expect(found.filter((link) => !link.startsWith(`${PUBLIC}/`))).toEqual([])
    expect(found.filter((link) => !/\/(docs\/(failures|diagnoses)\/\w+|v1\/[\w./-]+)$/.test(link))).toEqual([])
  })

  it('are left out where nobody can be asked any more', () => {
    expect(render(FOR_ONE_RUN)).not.toMatch(/\$PORTOLAN|curl "/)
  })

  it('are paths, and name no server, where it does not', () => {
    expect(linksIn(render(RELATIVE)).filter((link) => link.includes('://'))).toEqual([])
    expect(render(linksTo(null))).toBe(render(RELATIVE))
  })
})
