import { describe, expect, it } from 'vitest'
import { loadBalancerStatus, service } from '../../test/support/manifests.ts'
import { doubtsOf, linesOf, pathOf, reasonOf } from '../../test/support/plan-lines.ts'
import { planOf } from '../../test/support/plan-text.ts'

const balanced = (ingress: Record<string, unknown>[], spec: Record<string, unknown> = {}) =>
  service({ type: 'LoadBalancer', ...spec }, {}, loadBalancerStatus(...ingress))

describe('LoadBalancer (A4)', () => {
  it('is every entry of the status at every port, not the first alone', () => {
    const ports = [
      { name: 'http', port: 80 },
      { name: 'https', port: 443 },
    ]
    const plan = planOf([balanced([{ ip: '203.0.113.73' }, { hostname: 'lb.example.com' }], { ports })], {
      vantage: 'outside',
    })
    expect(linesOf(plan, 'LoadBalancer')).toEqual([
      '203.0.113.73:80',
      'lb.example.com:80',
      '203.0.113.73:443',
      'lb.example.com:443',
    ])
  })

  it('judges the certificate where the name is known, and sends it as SNI', () => {
    const ports = [{ name: 'https', port: 443 }]
    const plan = planOf([balanced([{ ip: '203.0.113.73' }, { hostname: 'lb.example.com' }], { ports })])
    expect(
      plan.paths
        .filter(({ kind }) => kind === 'LoadBalancer')
        .map(({ checks, serverName }) => [serverName, checks[0]?.type === 'http' && checks[0].tls.insecureSkipVerify]),
    ).toEqual([
      ['toad.pond.svc', true],
      ['lb.example.com', false],
    ])
  })

  it.each([
    [{ ip: '203.0.113.73' }, 'in-cluster', true],
    [{ ip: '203.0.113.73', ipMode: 'VIP' }, 'in-cluster', true],
    [{ ip: '203.0.113.73', ipMode: 'Proxy' }, 'in-cluster', false],
    [{ hostname: 'lb.example.com' }, 'in-cluster', false],
    [{ ip: '203.0.113.73' }, 'outside', false],
  ] as const)('%o from %s: short cut %s', (entry, vantage, shortCut) => {
    expect(pathOf(planOf([balanced([entry])], { vantage }), 'LoadBalancer').shortCut).toBe(shortCut)
  })

  it('is one pending path a port while there is no address', () => {
    const plan = planOf([balanced([], { loadBalancerClass: 'example.com/lb' })])
    expect(pathOf(plan, 'LoadBalancer').skipped).toEqual({
      reason: 'pending',
      detail: 'no address yet: loadBalancerClass example.com/lb has to give one (or name it in addresses.loadBalancer)',
    })
  })

  it('tells the error that the status has for a port', () => {
    const ports = [
      { name: 'http', port: 80, protocol: 'TCP' },
      { name: 'quic', port: 443, protocol: 'TCP' },
    ]
    const status = { ip: '203.0.113.73', ports: [{ port: 443, protocol: 'TCP', error: 'MixedProtocolNotSupported' }] }
    const plan = planOf([balanced([status], { ports })])
    expect(pathOf(plan, 'LoadBalancer', ({ port }) => port?.number === 443).because).toEqual([
      'Service/toad status.loadBalancer.ingress[0].ip',
      'Service/toad spec.ports[1].port',
      'Service/toad status.loadBalancer.ingress[0].ports[443].error=MixedProtocolNotSupported',
    ])
  })

  it('takes the addresses of the caller instead, and knows which of them kube-proxy answers', () => {
    const plan = planOf([balanced([{ ip: '203.0.113.73' }])], {
      addresses: { loadBalancer: ['203.0.113.73', '198.51.100.1'] },
    })
    expect(linesOf(plan, 'LoadBalancer')).toEqual(['203.0.113.73:80 short cut', '198.51.100.1:80'])
    expect(pathOf(plan, 'LoadBalancer').because).toEqual([
      'addresses.loadBalancer[0]',
      'Service/toad spec.ports[0].port',
    ])
  })

  it('promises nothing where only some clients are let in', () => {
    const plan = planOf([balanced([{ ip: '203.0.113.73' }], { loadBalancerSourceRanges: ['192.0.2.0/24'] })])
    expect(doubtsOf(pathOf(plan, 'LoadBalancer'))).toEqual([
      'Service/toad spec.loadBalancerSourceRanges: only clients from 192.0.2.0/24 are let in',
    ])
    const open = planOf([balanced([{ ip: '203.0.113.73' }], { loadBalancerSourceRanges: ['0.0.0.0/0'] })])
    expect(pathOf(open, 'LoadBalancer').expected).toBe('reachable')
  })

  it.each([
    ['networking.gke.io/load-balancer-type', 'Internal'],
    ['cloud.google.com/load-balancer-type', 'Internal'],
    ['service.beta.kubernetes.io/aws-load-balancer-scheme', 'internal'],
    ['service.beta.kubernetes.io/aws-load-balancer-internal', '0.0.0.0/0'],
    ['service.beta.kubernetes.io/azure-load-balancer-internal', 'true'],
  ])('is promised to nobody outside under %s: %s', (name, value) => {
    const manifest = (annotation: string) => {
      const status = loadBalancerStatus({ hostname: 'lb.example.com' })
      return service({ type: 'LoadBalancer' }, { annotations: { [name]: annotation } }, status)
    }
    const path = (annotation: string, vantage: 'outside' | 'in-cluster') =>
      pathOf(planOf([manifest(annotation)], { vantage }), 'LoadBalancer')
    expect(doubtsOf(path(value, 'outside'))).toEqual([
      `Service/toad metadata.annotations["${name}"]=${value}: an internal load balancer, and the prober stands outside`,
    ])
    expect(path(value, 'in-cluster').expected).toBe('reachable')
    expect(path('false', 'outside').expected).toBe('reachable')
    const named = { vantage: 'outside', addresses: { loadBalancer: ['10.1.2.3'] } } as const
    expect(pathOf(planOf([manifest(value)], named), 'LoadBalancer').expected).toBe('reachable')
  })

  it('cannot be dialled from the edge at a private address, unless the caller names it or the edge reaches it', () => {
    const manifests = [balanced([{ ip: '192.168.1.240' }])]
    expect(linesOf(planOf(manifests, { vantage: 'edge' }), 'LoadBalancer')).toEqual([
      '192.168.1.240:80 skipped vantage',
    ])
    const named = { vantage: 'edge', addresses: { loadBalancer: ['192.168.1.240'] } } as const
    expect(linesOf(planOf(manifests, named), 'LoadBalancer')).toEqual(['192.168.1.240:80'])
    const reaching = { vantage: 'edge', prober: { reaches: ['192.168.0.0/16', 'fd00::/8'] } } as const
    expect(linesOf(planOf(manifests, reaching), 'LoadBalancer')).toEqual(['192.168.1.240:80'])
  })

  it('does not apply to other types', () => {
    expect(reasonOf(planOf([service({ type: 'NodePort' })]), 'LoadBalancer')).toBe('Service type is NodePort')
  })
})
