import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { renderJunit, renderJunitSuites } from '../../src/report/junit.ts'
import { renderWindowJunit } from '../../src/report/window-junit.ts'
import { viewOverall, viewService } from '../../src/report/window-view.ts'
import { anOverallReport, aServiceReport } from '../fixtures/history-report.ts'
import { hostileString } from '../fixtures/hostile.ts'
import { aFailure, aJob, aPath, aResult } from '../fixtures/job-document.ts'

const read = (name: string) => readFileSync(new URL(`../fixtures/junit/${name}`, import.meta.url), 'utf8')
/** Jenkins' schema, by which pytest and others judge their own reports too. */
const jenkins = read('junit-10.xsd')
/** That of Maven, which the elements for flaky tests come from. */
const surefire = read('surefire-test-report-3.0.2.xsd')

const errorsOf = async (documents: readonly string[], schema = jenkins): Promise<string[]> => {
  const xml = documents.map((contents, i) => ({ fileName: `${i}.xml`, contents }))
  return (await validateXML({ xml, schema, maxMemoryPages: 4096 })).errors.map(({ rawMessage }) => rawMessage)
}

/** Its suites as files of their own, as Surefire writes them: without time stamps, and with output in cases alone. */
const suitesOf = (document: string): string[] =>
  [...document.matchAll(/<testsuite (.*?)<\/testsuite>/gs)].map(([suite]) =>
    suite.replace(/ timestamp="[^"]*"/, '').replace(/<system-out>[^<]*<\/system-out>\n<\/testsuite>$/, '</testsuite>'),
  )

const NO_DESCRIPTOR = {
  ...{ outcome: 'error' as const, http: null, responder: null },
  failure: {
    code: 'local_resources_exhausted' as const,
    phase: 'connect' as const,
    source: 'internal' as const,
    message: 'a',
  },
}

/** Paths with every kind of element that a case may have. */
const retried = aJob({
  paths: (['pass', 'fail', 'error', 'skipped', null] as const).map((outcome, at) => {
    const cut = aResult({ ...aFailure('connection_reset', 'connect', 'cut'), sample: 1, try: 1 })
    const ours = aResult({ ...NO_DESCRIPTOR, try: 2 })
    const last =
      outcome === 'fail' ? { ...cut, try: 3 } : outcome === 'error' ? { ...ours, try: 3 } : aResult({ try: 3 })
    return aPath({
      ...{ id: `pth_${at}0000000000000000000`, outcome, flaky: outcome === 'pass' },
      ...(outcome === 'skipped' && { skipped: { reason: 'not_expected' as const, detail: 'nothing was promised' } }),
      results: [cut, ours, last],
    })
  }),
})

describe('JUnit reports, by libxml2 and the schemas of Jenkins and Surefire', () => {
  it('are valid for jobs in every state, batches, Services and all Services', async () => {
    const jobs = [
      aJob(),
      retried,
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
    const suites = documents.flatMap(suitesOf)
    expect(suites.length).toBeGreaterThan(15)
    expect(await errorsOf(suites, surefire)).toEqual([])
  })

  it('hold every element that the schemas have for tries beside the one that decides', () => {
    const found = new Set([...renderJunit(retried).matchAll(/<((?:flaky|rerun)\w+)/g)].map(([, name]) => name))
    expect([...found]).toEqual(['flakyFailure', 'flakyError', 'rerunFailure', 'rerunError'])
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
