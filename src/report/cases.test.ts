import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aPathReport, aServiceReport } from '../../test/fixtures/history-report.ts'
import { hostileString } from '../../test/fixtures/hostile.ts'
import { aFailure, aJob, aPath, aResult } from '../../test/fixtures/job-document.ts'
import { gateway, httpRoute } from '../../test/support/gateway-manifests.ts'
import { ingress, node, pod, service, slice } from '../../test/support/manifests.ts'
import { planOf } from '../../test/support/plan-text.ts'
import { parseManifests } from '../kube/parse.ts'
import type { Plan, PlannedPath, Position } from '../plan/path.ts'
import { apart, caseName, casesOf } from './cases.ts'
import { describePath } from './describe-job.ts'
import type { ReportedPath } from './job-document.ts'
import { viewService } from './window-view.ts'

const reported = (path: PlannedPath): ReportedPath => ({
  ...describePath(path),
  ...{ outcome: path.skipped === null ? null : 'skipped', flaky: false, results: [], deciding: [], doubt: null },
  checkNames: path.checks.map(({ name }) => name),
})
const namesOf = (plan: Plan): string[] => casesOf(aJob({ paths: plan.paths.map(reported) })).map(({ name }) => name)

/** As a cluster hands the objects out, with the numbers that it gives out anew each time. */
const world = (run: { clusterIp: string; nodePort: number; pods: [string, string]; node: string }) => [
  service({
    type: 'NodePort',
    clusterIP: run.clusterIp,
    ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: run.nodePort }],
  }),
  slice(run.pods.map((at, i) => ({ at, hostname: `toad-${i}`, node: 'node-1' }))),
  ...run.pods.map((at, i) => pod(`toad-${i}`, { hostname: `toad-${i}` }, { ip: at })),
  node('node-1', { InternalIP: run.node, ExternalIP: '198.51.100.1' }),
  ingress([{}]),
  gateway({}, {}, { addresses: [{ type: 'IPAddress', value: '203.0.113.9' }] }),
  httpRoute({ hostnames: ['*.example.com'], rules: [{ backendRefs: [{ name: 'toad', port: 80 }] }] }),
]

describe('the name of a case', () => {
  it('is the same whatever numbers the cluster has given out, and from wherever the paths are seen', () => {
    const first = world({
      clusterIp: '10.96.0.7',
      nodePort: 30123,
      pods: ['10.244.1.5', '10.244.2.6'],
      node: '10.0.0.11',
    })
    const other = world({
      clusterIp: '10.96.9.9',
      nodePort: 31999,
      pods: ['10.244.7.7', '10.244.8.8'],
      node: '10.0.0.99',
    })
    const asked = (vantage: Position) => ({ vantage, target: { service: 'toad', namespace: 'pond' } })
    const names = namesOf(planOf(first, asked('in-cluster')))
    expect(namesOf(planOf(other, asked('in-cluster')))).toEqual(names)
    expect(namesOf(planOf(other, asked('outside')))).toEqual(expect.arrayContaining(names.slice(0, 3)))
    expect(names.filter((name) => /10\.96|10\.244|30123|31999|10\.0\.0\.11/.test(name))).toEqual([])
    expect(names.map((name) => name.replace(/ \[\w{8}\]$/, ''))).toMatchInlineSnapshot(`
      [
        "DNS A toad.pond.svc.cluster.local",
        "DNS A toad.pond",
        "DNS A toad.pond.svc",
        "DNS SRV 80 _http._tcp.toad.pond.svc.cluster.local",
        "DNS 80 toad.pond.svc.cluster.local",
        "ClusterIP 80 IPv4",
        "NodePort 80 node-1 IPv4",
        "NodePort 80 node-1 IPv4",
        "Ingress 80 toad.example.com / at 203.0.113.80",
        "HTTPRoute 80 *.example.com PathPrefix / Gateway/pond/edge http at 203.0.113.9",
        "Endpoint 80 IPv4",
        "Endpoint 80 IPv4",
        "Environment TOAD_SERVICE_HOST",
        "Environment 80 TOAD_SERVICE_PORT",
      ]
    `)
  })

  it.each(readdirSync(new URL('../../examples/manifests/', import.meta.url)).filter((name) => name.endsWith('.yaml')))(
    'is shared by no two paths of %s',
    (file) => {
      const text = readFileSync(new URL(`../../examples/manifests/${file}`, import.meta.url), 'utf8')
      for (const { meta } of parseManifests(text, { pointer: '' }).objects.services) {
        const { paths } = planOf(text, { target: { service: meta.name } })
        const names = paths.flatMap((path) => path.checks.map(({ name }) => caseName(describePath(path), name)))
        expect(new Set(names).size).toBe(names.length)
      }
    },
  )

  it('is shared by no two paths, whatever their objects are called', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(hostileString, hostileString), { maxLength: 6 }), (texts) => {
        const paths = texts.map(([host, check]) =>
          aPath({ kind: 'Ingress', host, rulePath: host, node: host, results: [aResult({ check }), aResult()] }),
        )
        const names = casesOf(aJob({ paths })).map(({ name }) => name)
        expect(new Set(names).size).toBe(names.length)
        expect(names.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
      }),
    )
  })

  it('is the same for a path that was skipped as for one that was tried, with each of its checks', () => {
    const skipped = aPath({
      outcome: 'skipped',
      skipped: { reason: 'vantage', detail: 'elsewhere' },
      checkNames: ['home', 'icon'],
    })
    const tried = aPath({
      results: [aResult({ check: 'home' }), aResult({ check: 'icon' })],
      checkNames: ['home', 'icon'],
    })
    const names = (path: ReportedPath) => casesOf(aJob({ paths: [path] })).map(({ name }) => name)
    expect(names(skipped)).toEqual(['ClusterIP 80 IPv4 (home) [00000000]', 'ClusterIP 80 IPv4 (icon) [00000000]'])
    expect(names(tried)).toEqual(names(skipped))
  })

  it('is the same in a report over a window', () => {
    const [path] = aServiceReport().paths
    const view = viewService(aServiceReport({ paths: [aPathReport({ ...path })] }))
    expect(view.rows[0]?.caseName).toBe(path && caseName(path, null))
    expect(view.classname).toBe('portolan.default.toad-svc')
  })

  it('is told apart by the whole id where its beginning is not enough', () => {
    expect(
      apart([
        { name: 'a [00000000]', id: 'pth_000000001' },
        { name: 'a [00000000]', id: 'pth_000000002' },
        { name: 'a [00000000]', id: 'pth_000000002' },
      ]),
    ).toEqual(['a [00000000]', 'a [00000000] pth_000000002', 'a [00000000] pth_000000002 (2)'])
  })
})

describe('the tries beside the one that decides', () => {
  const failed = (over: Parameters<typeof aResult>[0]) =>
    aResult({ ...aFailure('connection_reset', 'connect', 'reset'), ...over })

  it('are those of the last round that failed: what came before belongs to a rollout', () => {
    const path = aPath({
      results: [
        failed({ id: 'res_01KB0000000000000000000001', round: 1 }),
        failed({ id: 'res_01KB0000000000000000000002', round: 2 }),
        aResult({ id: 'res_01KB0000000000000000000003', round: 2, try: 2 }),
      ],
    })
    const [only] = casesOf(aJob({ paths: [path] }))
    expect(only?.retried.map(({ id }) => id)).toEqual(['res_01KB0000000000000000000002'])
  })

  it('are of the same check', () => {
    const path = aPath({
      results: [failed({ check: 'home' }), aResult({ check: 'home', try: 2 }), aResult({ check: 'icon' })],
    })
    expect(casesOf(aJob({ paths: [path] })).map(({ retried }) => retried.length)).toEqual([1, 0])
  })
})
