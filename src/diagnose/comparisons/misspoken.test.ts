import { describe, expect, it } from 'vitest'
import { ingress, ingressClass, loadBalancerStatus, node, service, slice } from '../../../test/support/manifests.ts'
import { planInput } from '../../../test/support/plan-text.ts'
import { seenAs, type Told } from '../../../test/support/seen.ts'
import type { Result } from '../../check/result.ts'
import type { PlannedPath } from '../../plan/path.ts'
import { planPaths } from '../../plan/plan.ts'
import { diagnoseJob, diagnoseObjects } from '../diagnose.ts'
import type { Finding } from '../finding.ts'

const MANIFESTS = [
  service(
    { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }] },
    {},
    loadBalancerStatus({ ip: '203.0.113.73', ipMode: 'Proxy' }),
  ),
  slice([{ at: '10.244.1.5', node: 'node-1' }]),
  node('node-1', { InternalIP: '10.0.0.11' }),
  ingress([{}], { tls: [{ hosts: ['toad.example.com'], secretName: 'cert' }] }),
  ingressClass('nginx', 'k8s.io/ingress-nginx'),
]

/** Returns what comparing finds in what was told of each path, with evidence beside it. */
function found(told: (path: PlannedPath) => Told, evidence: Partial<Result> = {}): readonly Finding[] {
  const input = planInput(MANIFESTS, { target: { namespace: 'pond', service: 'toad' }, vantage: 'in-cluster' })
  const plan = planPaths(input)
  const tested = plan.paths.map((path) => {
    const seen = seenAs(path, told(path), evidence)
    const { telling } = seen
    if (telling === null || telling.failure === null) {
      return seen
    }
    const { failure = telling.failure, ...rest } = evidence
    const result = { ...telling, ...rest, failure }
    return { ...seen, telling: result, told: [result], deciding: [result] }
  })
  return diagnoseJob(diagnoseObjects(plan, input.objects), tested, plan).findings
}

const first = (findings: readonly Finding[]) => findings.map(({ code, confidence }) => `${code} ${confidence}`)
const directly =
  (told: Told, ingressTold: Told): ((path: PlannedPath) => Told) =>
  ({ kind, dns }) =>
    dns !== null ? 'pass' : kind === 'Ingress' ? ingressTold : told

describe('answers that are none as HTTP has them', () => {
  const folded = { flaw: 'header_folded', quote: '  c\\r\\n', takenBy: ['curl', 'browsers'] } as const

  it('are told with the rule that they break, the line and who takes it', () => {
    const [finding, ...others] = found(directly('malformed_response', 'pass'), { malformed: folded })
    expect(others).toEqual([])
    expect(finding).toMatchObject({
      code: 'malformed_response',
      confidence: 'certain',
      detail: expect.stringContaining(
        'a header is folded over two lines (`  c\\r\\n`). curl, browsers take it nevertheless',
      ),
    })
    expect(finding?.detail).toContain('The Ingress controller repairs the answer')
  })

  it('explain the 502 of a controller that cannot read them either', () => {
    expect(first(found(directly('malformed_response', 502), { malformed: folded }))).toEqual([
      'malformed_response certain',
    ])
  })

  it('of HTTP/2 alone are told as that, in clear text and over TLS', () => {
    expect(first(found(directly('invalid_response', 502), { speaks: 'http2' }))).toEqual(['http2_only certain'])
    expect(first(found(directly('tls_handshake_failed', 'pass'), { speaks: 'http2' }))).toEqual(['http2_only certain'])
    expect(first(found(directly('tls_handshake_failed', 'pass')))).toEqual(['tls_handshake_refused likely'])
    const [other] = found(directly('invalid_response', 502), { speaks: 'ssh' })
    expect([other?.code, other?.detail]).toEqual(['port_speaks_no_http', expect.stringContaining('those of ssh')])
  })

  it('that end too early are told apart from connections that are cut before an answer', () => {
    const failure = {
      ...({ code: 'connection_closed', phase: 'body', source: 'target' } as const),
      message: 'the answer ended after 5 bytes of its body, of the 100 that Content-Length promises',
    }
    const http = {
      status: 200,
      version: '1.1',
      headers: {},
      headerBytes: 0,
      location: null,
      bodyBytes: 5,
      bodySnippet: '',
      bodySha256: '',
    }
    const [finding] = found(directly('connection_closed', 'connection_closed'), { failure, http })
    expect([finding?.code, finding?.detail]).toEqual(['body_cut_short', expect.stringContaining('of the 100')])
    expect(first(found(directly('connection_closed', 502)))).toEqual(['application_cuts_connections likely'])
  })

  it('that lead back to themselves over https name TLS that ends in front', () => {
    const [finding, ...others] = found(({ kind, scheme }) =>
      kind === 'Ingress' && scheme === 'https' ? 'redirect_loop' : 'pass',
    )
    expect(others).toEqual([])
    expect(finding).toMatchObject({ code: 'redirect_loop', confidence: 'likely', layer: 'ingress' })
    expect(finding?.detail).toContain('The Ingress controller')
    expect(finding?.detail).toContain('X-Forwarded-Proto')
    const [plain] = found(directly('redirect_loop', 'pass'))
    expect([plain?.code, plain?.confidence]).toEqual(['redirect_loop', 'possible'])
  })

  it('that lead on and on are told, too', () => {
    expect(first(found(directly('too_many_redirects', 'too_many_redirects')))).toEqual(['too_many_redirects likely'])
  })
})
