import fc from 'fast-check'
import { Parser } from 'tap-parser'
import { describe, expect, it } from 'vitest'
import { renderBatchTap } from '../../src/report/batch.ts'
import { casesOf } from '../../src/report/cases.ts'
import { renderJobsTap, renderTap, renderWindowTap } from '../../src/report/tap.ts'
import { visible } from '../../src/report/visible.ts'
import { viewOverall, viewService } from '../../src/report/window-view.ts'
import { aBatchReport } from '../fixtures/batch-report.ts'
import { anOverallReport, aServiceReport } from '../fixtures/history-report.ts'
import { hostileString } from '../fixtures/hostile.ts'
import { aFailure, aJob, aPath, aResult } from '../fixtures/job-document.ts'

type Read = {
  ok: boolean
  bailout: string | false
  points: { ok: boolean; name: string; skip: string | boolean; diag: Record<string, unknown> | null }[]
  failures: unknown[]
  extra: string[]
}

/** As the parser of node-tap reads it, strictly: what is no TAP is a failure of its own. */
function read(text: string): Read {
  const parser = new Parser({ strict: true })
  const points: Read['points'] = []
  const extra: string[] = []
  let bailout: string | false = false
  parser.on('assert', ({ ok, name, skip, diag }) => points.push({ ok, name, skip, diag }))
  parser.on('extra', (line: string) => extra.push(line))
  parser.on('bailout', (reason: string) => {
    bailout = reason
  })
  parser.end(text)
  const failures = (parser.results?.failures ?? []).filter((each) => 'tapError' in each && each.tapError)
  return { ok: parser.ok, bailout, points, failures, extra }
}

describe('TAP', () => {
  it('is as in the golden file', async () => {
    await expect(renderTap(aJob())).toMatchFileSnapshot('../fixtures/report/job.tap')
  })

  it('has a point for each case of JUnit, by the same name, with what was seen', () => {
    const { ok, points, failures, extra, bailout } = read(renderTap(aJob()))
    expect({ ok, failures, extra, bailout }).toEqual({ ok: false, failures: [], extra: [], bailout: false })
    expect(points.map(({ name }) => name)).toEqual(casesOf(aJob()).map(({ name }) => name))
    expect(points.filter((point) => !point.ok).map(({ name }) => name.split(' ')[0])).toEqual(['NodePort', 'Ingress'])
    expect(points.find((point) => !point.ok)?.diag).toMatchObject({
      path: 'pth_NODEPORT200000000000',
      outcome: 'fail',
      code: 'connect_timeout',
      message: ['No answer from 10.0.0.12:30123 within 5000 ms'],
      cause: 'likely: NodePort 30123 fails on 1 of 2 nodes (node_port_fails_on_some_nodes)',
    })
    expect(points.filter(({ skip }) => skip).map(({ skip }) => skip)).toEqual([
      'error of Portolan: local_resources_exhausted',
      'not_expected',
      'vantage',
      'vantage',
    ])
    expect(points.find(({ diag }) => diag?.flaky === true)).toMatchObject({
      ok: true,
      skip: false,
      diag: { tries: 2, passes: 1 },
    })
  })

  it.each([
    ['a fault of ours', { verdict: 'error' } as const, /^internal: the job ended in an error of the prober$/],
    ['a job that is not finished', { status: 'running', verdict: null } as const, /^unfinished: /],
    [
      'a job in which nothing was tested',
      { verdict: 'inconclusive', paths: [] } as const,
      /^inconclusive: no path was tested$/,
    ],
    [
      'a problem of the job',
      {
        verdict: 'error',
        paths: [],
        problem: { code: 'cluster_unreachable', title: 'a', detail: 'b\nok 1 - c', status: 502 },
      } as const,
      /^cluster_unreachable: a: b\\u\{a\}ok 1 - c$/,
    ],
  ])('is called off for %s', (_what, over, reason) => {
    const { ok, bailout } = read(renderTap(aJob(over)))
    expect(ok).toBe(false)
    expect(bailout).toMatch(reason)
  })

  it('is red for an expectation that no path tells of, and green for a pass', () => {
    const unmet = read(renderTap(aJob({ verdict: 'fail', paths: [aPath()], unmet: ['expect.reachable'] })))
    expect([unmet.ok, unmet.points[0]]).toEqual([
      false,
      { ok: false, name: 'verdict', skip: false, diag: { code: 'expectation_not_met', message: expect.any(String) } },
    ])
    expect(read(renderTap(aJob({ verdict: 'pass', paths: [aPath({ results: [aResult()] })] })))).toMatchObject({
      ok: true,
      bailout: false,
    })
  })

  it('of a batch lists the points of every Service, and is green where the batch passes', () => {
    const pass = aJob({ verdict: 'pass', paths: [aPath({ results: [aResult()] })] })
    const none = aJob({
      verdict: 'inconclusive',
      paths: [],
      target: { cluster: 'default', namespace: 'shop', service: 'frog' },
    })
    const green = read(renderBatchTap(aBatchReport('pass', [pass, none])))
    expect([green.ok, green.bailout, green.points.map(({ name }) => name)]).toEqual([
      true,
      false,
      ['default/toad-svc: ClusterIP 80 IPv4 [00000000]'],
    ])
    expect(read(renderBatchTap(aBatchReport('inconclusive', [none, none]))).bailout).toMatch(
      /^shop\/frog: inconclusive/,
    )
    const red = read(renderBatchTap(aBatchReport('fail', [aJob(), none])))
    expect([red.ok, red.bailout]).toEqual([false, false])
    expect(read(renderJobsTap([])).points).toEqual([])
  })

  it.each(['pass', 'fail', 'error', 'inconclusive'] as const)(
    'over a window is as red as its verdict: %s',
    (verdict) => {
      const views = [
        viewService(aServiceReport({ verdict })),
        viewService(aServiceReport({ verdict, paths: [] })),
        viewOverall(anOverallReport({ verdict }), null),
      ]
      for (const view of views) {
        const { ok, bailout, failures } = read(renderWindowTap(view))
        expect([ok, bailout !== false, failures]).toEqual([
          verdict === 'pass',
          verdict !== 'pass' && verdict !== 'fail',
          [],
        ])
      }
    },
  )

  it('is TAP with just these points, whatever targets and manifests say', () => {
    const lines = hostileString.map(
      (text) => `${text}\nok 1 - # SKIP ${text}\nBail out! ${text}\n  ---\n  a: b\n  ...\n1..2`,
    )
    fc.assert(
      fc.property(fc.oneof(hostileString, lines), (text) => {
        const failing = aResult({ check: text, ...aFailure('unexpected_status', 'expectation', text), responder: text })
        const job = aJob({
          target: { cluster: text, namespace: text, service: text },
          paths: [
            aPath({ kind: 'Ingress', outcome: 'fail', host: text, node: text, because: [text], results: [failing] }),
            aPath({ outcome: 'skipped', skipped: { reason: 'policy', detail: text }, because: [text] }),
          ],
        })
        const { points, failures, extra, bailout } = read(renderTap(job))
        expect({ failures, extra, bailout }).toEqual({ failures: [], extra: [], bailout: false })
        expect(points.map(({ ok, skip }) => [ok, skip])).toEqual([
          [false, false],
          [true, 'policy'],
        ])
        expect(points.map(({ name }) => name)).toEqual(casesOf(job).map(({ name }) => name.trim()))
        expect(points[0]?.diag?.evidence).toContain(`because: ${visible(text)}`)
      }),
    )
  })
})
