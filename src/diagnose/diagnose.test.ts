import { describe, expect, it } from 'vitest'
import { ingress, pod, service, slice } from '../../test/support/manifests.ts'
import { planInput } from '../../test/support/plan-text.ts'
import { seenAs } from '../../test/support/seen.ts'
import type { FailureCode } from '../check/codes.ts'
import type { Outcome } from '../check/result.ts'
import type { PlannedPath } from '../plan/path.ts'
import { planPaths } from '../plan/plan.ts'
import { diagnoseJob, diagnoseObjects } from './diagnose.ts'
import type { Diagnosis } from './finding.ts'
import type { TestedPath } from './seen.ts'

const NOTHING: Diagnosis = { status: 'unknown', findings: [] }

function planned(manifests: readonly unknown[]) {
  const input = planInput(manifests, { target: { service: 'toad' } })
  const plan = planPaths(input)
  return { plan, diagnosis: diagnoseObjects(plan, input.objects) }
}

const tested = (
  paths: readonly PlannedPath[],
  outcome: (path: PlannedPath) => Outcome | null,
  code: FailureCode = 'connection_refused',
): TestedPath[] =>
  paths.map((path) => {
    const told = outcome(path)
    if (told === null) {
      return { path, outcome: null, skipped: null, deciding: [], telling: null, told: [] }
    }
    return seenAs(path, told === 'pass' ? 'pass' : told === 'error' ? null : code)
  })

describe('the status of a finished job', () => {
  const { plan } = planned([service(), slice([{ at: '10.244.0.9' }, { at: '10.244.0.10', ready: false }])])
  const statusWhere = (outcome: (path: PlannedPath) => Outcome | null) =>
    diagnoseJob(NOTHING, tested(plan.paths, outcome), plan).status

  it.each<[string, string, (path: PlannedPath) => Outcome | null]>([
    ['healthy', 'everything passes', () => 'pass'],
    [
      'healthy',
      'only what nothing promises did not pass',
      ({ expected }) => (expected === 'unknown' ? 'skipped' : 'pass'),
    ],
    ['degraded', 'one way in fails', ({ kind }) => (kind === 'ClusterIP' ? 'fail' : 'pass')],
    ['degraded', 'every way in passes and an endpoint fails', ({ kind }) => (kind === 'Endpoint' ? 'fail' : 'pass')],
    ['broken', 'everything fails', () => 'fail'],
    ['broken', 'only the endpoints answer', ({ kind }) => (kind === 'Endpoint' ? 'pass' : 'fail')],
    ['broken', 'the name resolves and nothing answers', ({ dns }) => (dns === null ? 'fail' : 'pass')],
    ['unknown', 'everything was an error of ours', () => 'error'],
    ['unknown', 'nothing is decided', () => null],
  ])('is %s where %s', (status, _why, outcome) => {
    expect(statusWhere(outcome)).toBe(status)
  })

  it('is degraded, not broken, where something answers that must not', () => {
    const paths = plan.paths.map((path) =>
      path.kind === 'ClusterIP' ? { ...path, expected: 'unreachable' as const } : path,
    )
    const outcomes = tested(paths, ({ expected }) => (expected === 'unreachable' ? 'fail' : 'pass'))
    expect(diagnoseJob(NOTHING, outcomes, plan).status).toBe('degraded')
  })
})

describe('findings over a finished job', () => {
  it('explain the paths that failed, and those only', () => {
    const { plan, diagnosis } = planned([service({ selector: { app: 'taod' } }), slice([]), pod('toad-1')])
    const { findings } = diagnoseJob(
      diagnosis,
      tested(plan.paths, ({ kind, dns }) => (kind === 'ClusterIP' ? 'fail' : dns === null ? 'error' : 'pass')),
      plan,
    )
    expect(findings.map(({ code, explains }) => [code, explains])).toEqual([
      ['selector_matches_no_pods', plan.paths.filter(({ kind }) => kind === 'ClusterIP').map(({ id }) => id)],
    ])
  })

  it('do not explain what failed at the name: a resolver that is down is no fault of the objects', () => {
    const { plan, diagnosis } = planned([service({ selector: { app: 'taod' } }), slice([]), pod('toad-1')])
    const { findings } = diagnoseJob(
      diagnosis,
      tested(plan.paths, ({ kind }) => (kind === 'DNS' ? 'fail' : 'error'), 'dns_server_failure'),
      plan,
    )
    expect(findings.map(({ code, explains }) => [code, explains.length])).toEqual([
      ['cluster_dns_fails', 5],
      ['selector_matches_no_pods', 0],
    ])
  })

  describe('by objects that suggest a certain kind of failure', () => {
    const denied = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'deny-all', namespace: 'pond' },
      spec: { podSelector: {}, policyTypes: ['Ingress'] },
    }
    const undeclared = [
      service({ ports: [{ name: 'http', port: 80, targetPort: 9090 }] }),
      slice([{ at: '10.244.0.9' }], { ports: [{ name: 'http', port: 9090 }] }),
    ]
    const toldWhere = (manifests: readonly unknown[], code: FailureCode): string[] => {
      const { plan, diagnosis } = planned([...manifests, pod('toad-1')])
      const outcomes = tested(plan.paths, ({ dns }) => (dns === null ? 'fail' : 'pass'), code)
      return diagnoseJob(diagnosis, outcomes, plan).findings.map(
        ({ code: of, confidence, explains }) => `${of} ${confidence} ${explains.length}`,
      )
    }

    it('explain failures of that kind', () => {
      expect(toldWhere([service(), slice([{ at: '10.244.0.9' }]), denied], 'connect_timeout')).toEqual([
        'network_policy_port likely 3',
      ])
    })

    it('explain no other, and come after what does', () => {
      expect(toldWhere([service(), slice([{ at: '10.244.0.9' }]), denied], 'connection_refused')).toEqual([
        'nothing_listens likely 3',
        'network_policy_port possible 0',
      ])
      expect(toldWhere([service(), slice([{ at: '10.244.0.9' }]), denied], 'response_timeout')).toEqual([
        'application_hangs likely 3',
      ])
    })

    it('are surer where every failure is of that kind', () => {
      expect(toldWhere(undeclared, 'connection_refused')).toEqual([
        'target_port_not_declared likely 3',
        'nothing_listens likely 3',
      ])
      expect(toldWhere(undeclared, 'connect_timeout')).toEqual([
        'endpoints_silent possible 3',
        'target_port_not_declared possible 0',
      ])
    })
  })

  it('drop what an answer proves wrong, however certain it was', () => {
    const { plan, diagnosis } = planned([service(), slice([{ at: '127.0.0.9' }])])
    expect(diagnosis.findings.map(({ code, confidence }) => [code, confidence])).toEqual([
      ['endpoint_address_invalid', 'certain'],
    ])
    const answers = tested(plan.paths, ({ kind }) => (kind === 'Endpoint' ? 'pass' : 'fail'))
    expect(diagnoseJob(diagnosis, answers, plan).findings.map(({ code }) => code)).toEqual(['service_proxy_fails'])
  })

  it('are not about an address that answers in another way, however certain they were', () => {
    const { plan, diagnosis } = planned([service(), slice([{ at: '127.0.0.9' }])])
    const codesWhere = (code: FailureCode) => {
      const answers = tested(plan.paths, ({ dns }) => (dns === null ? 'fail' : 'pass'), code)
      return diagnoseJob(diagnosis, answers, plan).findings.map(({ code: of, explains }) => `${of} ${explains.length}`)
    }
    expect(codesWhere('response_timeout')).toEqual(['application_hangs 3'])
    expect(codesWhere('connection_refused')).toEqual(['nothing_listens 3', 'endpoint_address_invalid 0'])
    expect(codesWhere('connect_timeout')).toEqual(['endpoint_address_invalid 3'])
  })

  it('are about a cluster IP among the endpoints, although it answers when it is asked itself', () => {
    const { plan, diagnosis } = planned([
      service(),
      service({ clusterIP: '10.96.0.8' }, { name: 'frog' }),
      slice([{ at: '10.96.0.8' }]),
    ])
    const answers = tested(
      plan.paths,
      ({ kind, dns }) => (kind === 'Endpoint' || dns !== null ? 'pass' : 'fail'),
      'connect_timeout',
    )
    expect(diagnoseJob(diagnosis, answers, plan).findings.map(({ code }) => code)).toEqual(['endpoint_is_cluster_ip'])
  })

  const suspicious = [service({ ports: [{ name: 'http', port: 80, targetPort: 9090 }] }), pod('toad-1')]

  it('drop a suspicion that the tests contradict', () => {
    const { plan, diagnosis } = planned(suspicious)
    expect(diagnosis.findings.map(({ code }) => code)).toEqual(['target_port_not_declared'])
    expect(
      diagnoseJob(
        diagnosis,
        tested(plan.paths, () => 'pass'),
        plan,
      ).findings,
    ).toEqual([])
  })

  it('keep a suspicion that was not tested, and what is certain', () => {
    const { plan, diagnosis } = planned(suspicious)
    expect(
      diagnoseJob(
        diagnosis,
        tested(plan.paths, () => 'error'),
        plan,
      ).findings,
    ).toHaveLength(1)
    const ending = planned([service(), slice([{ at: '10.244.0.9', ready: false, serving: true, terminating: true }])])
    expect(
      diagnoseJob(
        ending.diagnosis,
        tested(ending.plan.paths, () => 'pass'),
        ending.plan,
      ).findings.map(({ code, confidence }) => `${code} ${confidence}`),
    ).toEqual(['pods_terminating_only possible'])
  })

  it('stand in the order of what they explain, then of how sure they are', () => {
    const { plan, diagnosis } = planned([
      service({}, { labels: { 'service.kubernetes.io/headless': '' } }),
      slice([{ at: '10.244.0.9' }]),
      ingress([{ port: 81 }]),
    ])
    expect(diagnosis.findings.map(({ code }) => code)).toEqual([
      'proxy_label_excludes_service',
      'ingress_backend_port_missing',
    ])
    const done = diagnoseJob(
      diagnosis,
      plan.paths.map((path) => seenAs(path, path.kind === 'Ingress' ? 503 : 'pass')),
      plan,
    )
    // The cluster IP answers, so somebody serves it whatever the label says.
    expect(done.findings.map(({ code }) => code)).toEqual(['ingress_backend_port_missing'])
  })
})
