import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { renderJunit, renderJunitSuites } from '../../src/report/junit.ts'
import { renderWindowJunit } from '../../src/report/window-junit.ts'
import { viewOverall, viewService } from '../../src/report/window-view.ts'
import { anOverallReport, aServiceReport } from '../fixtures/history-report.ts'
import { hostileString } from '../fixtures/hostile.ts'
import { aJob } from '../fixtures/job-document.ts'

/** Jenkins' schema, by which pytest and others judge their own reports too. */
const schema = readFileSync(new URL('../fixtures/junit/junit-10.xsd', import.meta.url), 'utf8')

const errorsOf = async (documents: readonly string[]): Promise<string[]> => {
  const xml = documents.map((contents, i) => ({ fileName: `${i}.xml`, contents }))
  return (await validateXML({ xml, schema, maxMemoryPages: 4096 })).errors.map(({ rawMessage }) => rawMessage)
}

describe("JUnit reports, by libxml2 and Jenkins' schema", () => {
  it('are valid for jobs in every state, batches, Services and all Services', async () => {
    const jobs = [
      aJob(),
      aJob({ status: 'running', verdict: null, finishedAt: null, durationMs: null }),
      aJob({ verdict: 'inconclusive', paths: [] }),
      aJob({ verdict: 'error', paths: [], problem: { code: 'internal', title: 'a', detail: 'b', status: 500 } }),
    ]
    const views = (['pass', 'fail', 'error', 'inconclusive'] as const).flatMap((verdict) => [
      viewService(aServiceReport({ verdict })),
      viewService(aServiceReport({ verdict, paths: [] })),
      viewOverall(anOverallReport({ verdict }), null),
    ])
    const documents = [
      ...jobs.map((job) => renderJunit(job)),
      renderJunitSuites(jobs),
      renderJunitSuites([]),
      ...views.map(renderWindowJunit),
    ]
    expect(await errorsOf(documents)).toEqual([])
  })

  it('are valid whatever names and labels hold', async () => {
    const documents = fc
      .sample(hostileString, { numRuns: 100, seed: 5 })
      .flatMap((text) => [
        renderJunit(aJob({ target: { cluster: text, namespace: text, service: text }, labels: { [text]: text } })),
        renderWindowJunit(viewService(aServiceReport({ target: { cluster: text, namespace: text, service: text } }))),
      ])
    expect(await errorsOf(documents)).toEqual([])
  })

  it('are judged: an unknown attribute is an error', async () => {
    const broken = renderJunit(aJob()).replace('<testsuites ', '<testsuites colour="red" ')
    expect((await errorsOf([broken]))[0]).toContain("The attribute 'colour' is not allowed")
  })
})
