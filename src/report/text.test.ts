import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostileString } from '../../test/fixtures/hostile.ts'
import { aFailure, aJob, anAnswer, aPath, aResult } from '../../test/fixtures/job-document.ts'
import { NO_TIMINGS } from '../check/network.ts'
import { lengthOf } from './columns.ts'
import type { JobDocument } from './job-document.ts'
import { renderText } from './text.ts'

describe('renderText', () => {
  it('shows every kind of outcome as in the golden file', async () => {
    await expect(renderText(aJob())).toMatchFileSnapshot('../../test/fixtures/report/job.txt')
  })

  it.each([
    ['pass', 'PASS'],
    ['fail', 'FAIL'],
    ['error', 'ERROR'],
    ['inconclusive', 'INCONCLUSIVE'],
  ] as const)('begins the report of a verdict %s with %s', (verdict, word) => {
    expect(renderText(aJob({ verdict })).split(' ')[0]).toBe(word)
  })

  it.each([
    ['queued', 'QUEUED'],
    ['running', 'RUNNING'],
    ['cancelled', 'CANCELLED'],
  ] as const)('begins the report of a job that is %s with %s', (status, word) => {
    const text = renderText(aJob({ status, verdict: null, finishedAt: null, durationMs: null }))
    expect(text.split(' ')[0]).toBe(word)
    expect(text).toContain(`unfinished: the job is ${status}: no verdict yet`)
  })

  it('says why a job fails whose paths all pass', () => {
    const said = (unmet: JobDocument['unmet']) =>
      renderText(aJob({ verdict: 'fail', paths: [aPath()], unmet }))
        .split('\n')
        .slice(2, 4)
        .join(' ')
        .replace(/ +/g, ' ')
    expect(said(['expect.reachable'])).toContain(
      'expectation_not_met: a selector of expect.reachable has no passing path',
    )
    expect(said(['expect.sameResponder'])).toContain(
      'expectation_not_met: another application answers by some of the ways, which expect.sameResponder does not allow',
    )
  })

  it.each([
    [{ code: 16 }, 'the server speaks gRPC and asks who calls'],
    [{ code: null }, 'HTTP 401 came in place of an answer of gRPC: it is not known whether the server speaks it'],
  ])('says what a gRPC answer that passes leaves open: %j', (said, note) => {
    const grpc = { call: '/a.B/C', status: 'UNAUTHENTICATED' as const, message: null, health: null, ...said }
    const answered = aResult({ outcome: 'pass', failure: null, http: { ...anAnswer(), status: 401 }, grpc })
    expect(renderText(aJob({ verdict: 'pass', paths: [aPath({ results: [answered] })] }))).toContain(note)
  })

  it('says why a job as a whole could not be done', () => {
    const problem = { code: 'unavailable', title: 'Temporarily unavailable', detail: 'tried 5 times', status: 503 }
    expect(renderText(aJob({ verdict: 'error', problem }))).toContain(
      'unavailable: Temporarily unavailable: tried 5 times',
    )
  })

  it('stays within 100 columns but for words that cannot be broken and commands that must not be', () => {
    const wide = renderText(aJob())
      .split('\n')
      .filter((line) => [...line].length > 100 && !/^ +confirm: /.test(line))
    expect(wide).toEqual([])
  })

  it('stays within 100 columns where names are as long as Kubernetes lets them be', () => {
    const name = 'x'.repeat(63)
    const node = 'ip-10-0-101-123.eu-central-1.compute.internal'
    const port = { name: 'metrics-grpcweb', number: 8080, protocol: 'TCP' } as const
    const failing = aResult({ check: name, ...aFailure('certificate_name_mismatch', 'tls', 'x') })
    const paths = [
      aPath({
        kind: 'NodePort',
        port,
        address: '10.0.101.123',
        addressPort: 30123,
        node,
        outcome: 'fail',
        results: [failing],
      }),
      aPath({ kind: 'NodePort', port, address: '10.0.101.124', addressPort: 30123, node, results: [aResult()] }),
      aPath({ kind: 'LoadBalancer', port, address: `${'a'.repeat(32)}-1234567890.elb.eu-central-1.amazonaws.com` }),
    ]
    const text = renderText(aJob({ target: { cluster: name, namespace: name, service: name }, paths }))
    const wide = text.split('\n').filter((line) => lengthOf(line) > 100 && !/^ *\S+$|^ +(confirm:|curl) /.test(line))
    expect(wide).toEqual([])
    expect(text).toContain(`✗  NodePort      metrics-grpcweb  10.0.101.123:30123 (${node})\n`)
  })

  it('lets no byte of a target or a manifest reach the terminal as it came', () => {
    fc.assert(
      fc.property(hostileString, (hostile) => {
        const failing = aResult({
          ...aFailure('unexpected_status', 'expectation', 'Status 500'),
          http: anAnswer({ status: 500, headers: { server: hostile }, bodySnippet: hostile }),
        })
        const paths = [
          aPath({ outcome: 'fail', node: hostile, host: hostile, url: hostile, results: [failing] }),
          aPath({ results: [aResult({ responder: hostile })] }),
          aPath({ outcome: 'skipped', skipped: { reason: 'pending', detail: hostile } }),
        ]
        const target = { cluster: hostile, namespace: hostile, service: hostile }
        const text = renderText(aJob({ target, paths, ignored: [{ object: hostile, reason: hostile }] }))
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
      }),
    )
  })

  it('lists what was not tested apart, by reason, so that it does not hide what was', () => {
    const skipped = { reason: 'vantage', detail: 'pods are routed only inside the cluster' } as const
    const pending = { reason: 'pending', detail: 'no address yet' } as const
    const paths = [
      ...[5, 6, 7].map((host) => aPath({ kind: 'Endpoint', address: `10.244.1.${host}`, outcome: 'skipped', skipped })),
      aPath({ kind: 'LoadBalancer', address: null, url: null, outcome: 'skipped', skipped: pending }),
      aPath({ outcome: 'skipped', skipped }),
      aPath({ results: [aResult()] }),
    ]
    const text = renderText(aJob({ paths }))
    expect(text).toContain(
      'Not tested\n' +
        '  vantage: pods are routed only inside the cluster\n' +
        '    3 × Endpoint, ClusterIP\n' +
        '  pending: no address yet\n' +
        '    LoadBalancer http\n',
    )
    expect(text.split('\n').filter((line) => /^[✓✗!–…]/.test(line))).toEqual([
      '✓  ClusterIP  http  10.96.10.20:80  2.5 ms  HTTP 200 toad-xueq1',
    ])
  })

  it('makes one line of variables that are as they must be', () => {
    const variable = (name: string) =>
      aPath({
        kind: 'Environment',
        address: null,
        addressPort: null,
        url: null,
        because: [`variable ${name}`],
        variable: { name, value: '10.96.0.7', found: '10.96.0.7' },
        results: [aResult({ timings: NO_TIMINGS, http: null, responder: null })],
      })
    const paths = ['TOAD_SERVICE_HOST', 'TOAD_SERVICE_PORT', 'TOAD_PORT'].map(variable)
    expect(renderText(aJob({ paths })).split('\n')[5]).toBe(
      '✓  Environment  http  3 paths, variable TOAD_SERVICE_HOST …     –  ok',
    )
  })

  it('shows a record by its name and type, and a variable by its name', () => {
    const record = aPath({
      kind: 'DNS',
      port: null,
      address: null,
      addressPort: null,
      url: 'dns:toad.default.svc?type=SRV',
    })
    const variable = aPath({
      kind: 'Environment',
      address: null,
      addressPort: null,
      url: null,
      because: ['variable TOAD_SERVICE_HOST', 'Service/toad spec.clusterIP'],
      variable: { name: 'TOAD_SERVICE_HOST', value: '10.96.0.7', found: '10.96.0.7' },
    })
    const text = renderText(aJob({ paths: [record, variable] }))
    expect(text).toContain('✓  DNS SRV      –     toad.default.svc               –  ok\n')
    expect(text).toContain('✓  Environment  http  variable TOAD_SERVICE_HOST     –  ok\n')
  })
})
