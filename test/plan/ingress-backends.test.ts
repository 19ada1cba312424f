/** Tells what a backend of an Ingress stands for that is no port of a Service: rows 08 and 09 of the trials. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { diagnoseObjects } from '../../src/diagnose/diagnose.ts'
import { planPaths } from '../../src/plan/plan.ts'
import { ingress, service } from '../support/manifests.ts'
import { doubtsOf, linesOf, pathOf, reasonOf } from '../support/plan-lines.ts'
import { planInput, planOf } from '../support/plan-text.ts'

const trial = (name: string): string => readFileSync(new URL(`../fixtures/trials/${name}`, import.meta.url), 'utf8')
const toad = { target: { service: 'toad' } } as const
const codesOf = (manifests: string | readonly unknown[], asked: Parameters<typeof planInput>[1] = toad): string[] => {
  const input = planInput(manifests, asked)
  return diagnoseObjects(planPaths(input), input.objects).findings.map(({ code }) => code)
}

/** An Ingress of class alb whose rule / goes to the action `toad-action`. */
const acting = (action: unknown, more: Record<string, string> = {}) =>
  ingress(
    [{ to: 'toad-action', port: 'use-annotation' }],
    { ingressClassName: 'alb' },
    {
      annotations: {
        'alb.ingress.kubernetes.io/actions.toad-action': typeof action === 'string' ? action : JSON.stringify(action),
        ...more,
      },
    },
  )
const forward = (...targetGroups: unknown[]) => ({ type: 'forward', forwardConfig: { targetGroups } })
const group = (serviceName: string, weight?: number, servicePort: unknown = 80) => ({
  serviceName,
  servicePort,
  weight,
})
const LINE = 'http://toad.example.com/ at 203.0.113.80:80'

describe('an action of the AWS Load Balancer Controller', () => {
  it('is planned in place of the backend that it stands for, and is no finding (row 08)', () => {
    const manifests = trial('08-alb-use-annotation.yaml')
    const plan = planOf(manifests)
    expect(plan.paths.filter(({ kind }) => kind === 'Ingress').map(({ port, expected }) => [port, expected])).toEqual([
      [{ name: 'http', number: 80, protocol: 'TCP' }, 'reachable'],
    ])
    expect(pathOf(plan, 'Ingress').because).toContain(
      'Ingress/toad metadata.annotations["alb.ingress.kubernetes.io/actions.toad-root"]',
    )
    expect(codesOf(manifests, {})).not.toContain('ingress_backend_port_missing')
  })

  it.each([
    ['by the number of the port as text', forward(group('toad', undefined, '80'))],
    ['by the name of the port', forward(group('toad', undefined, 'http'))],
    ['with a weight, alone', forward(group('toad', 100))],
    ['beside one that gets nothing', forward(group('toad', 100), group('frog', 0))],
    [
      'written as Go reads it, in any case',
      { Type: 'forward', ForwardConfig: { TargetGroups: [{ ServiceName: 'toad', ServicePort: 80 }] } },
    ],
  ])('forwards to a Service %s', (_how, action) => {
    expect(linesOf(planOf([service(), acting(action)], toad), 'Ingress')).toEqual([LINE])
    expect(codesOf([service(), acting(action)])).toEqual([])
  })

  it('that forwards to several gives each its share, so that an answer may be another’s', () => {
    const plan = planOf([service(), acting(forward(group('toad', 20), group('frog', 60)))], toad)
    expect(linesOf(plan, 'Ingress')).toEqual([`${LINE} unknown`])
    expect(doubtsOf(pathOf(plan, 'Ingress'))).toEqual([
      'Ingress/toad spec.rules[0].http.paths[0]: alb.ingress.kubernetes.io/actions.toad-action sends 25 % of the requests to this Service, the rest elsewhere',
    ])
  })

  const own = (action: unknown) =>
    ingress(
      [{ to: 'toad', port: 'use-annotation' }],
      { ingressClassName: 'alb' },
      { annotations: { 'alb.ingress.kubernetes.io/actions.toad': JSON.stringify(action) } },
    )

  it.each([
    [
      'a redirect',
      { type: 'redirect', redirectConfig: { protocol: 'HTTPS', port: '443', statusCode: 'HTTP_301' } },
      'is a redirect, which leads to no Service',
    ],
    [
      'a fixed response',
      { type: 'fixed-response', fixedResponseConfig: { statusCode: '503' } },
      'is a fixed response, which leads to no Service',
    ],
    [
      'a target group of its own',
      { type: 'forward', targetGroupARN: 'arn:aws:elasticloadbalancing:x' },
      'forwards, and not to this Service',
    ],
    ['another Service', forward(group('frog')), 'forwards, and not to this Service'],
    ['of no type that there is', { type: 'constructor' }, 'is not understood'],
  ])('that is %s is no path to a Service of its name', (_what, action, does) => {
    const plan = planOf([service(), own(action)], toad)
    expect(linesOf(plan, 'Ingress')).toEqual([])
    expect(reasonOf(plan, 'Ingress')).toBe(
      `Ingress/toad metadata.annotations["alb.ingress.kubernetes.io/actions.toad"]: the action ${does}`,
    )
    expect(codesOf([service(), own(action)])).toEqual([])
  })

  it('that sends plain HTTP to HTTPS, before the rule for the Service, takes nothing from it', () => {
    const manifest = ingress(
      [
        { path: '/*', pathType: 'ImplementationSpecific', to: 'ssl-redirect', port: 'use-annotation' },
        { path: '/*', pathType: 'ImplementationSpecific' },
      ],
      { ingressClassName: 'alb' },
      {
        annotations: {
          'alb.ingress.kubernetes.io/listen-ports': '[{"HTTP": 80}, {"HTTPS":443}]',
          'alb.ingress.kubernetes.io/actions.ssl-redirect':
            '{"Type": "redirect", "RedirectConfig": { "Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}',
        },
      },
    )
    expect(linesOf(planOf([service(), manifest], toad), 'Ingress')).toEqual([
      'https://toad.example.com/ at 203.0.113.80:443',
      LINE,
    ])
    expect(codesOf([service(), manifest])).toEqual([])
  })

  it('that is not there leaves the backend without a port', () => {
    const manifests = [service(), ingress([{ port: 'use-annotation' }], { ingressClassName: 'alb' })]
    expect(codesOf(manifests)).toEqual(['ingress_backend_port_missing'])
  })

  it('whose text nobody can read leads nowhere', () => {
    const plan = planOf([service(), acting('{"type":"forward",')], toad)
    expect(linesOf(plan, 'Ingress')).toEqual([])
  })
})

describe('an ExternalName Service without ports', () => {
  it('is reached at the number that the Ingress gives, and is no finding (row 09)', () => {
    const manifests = trial('09-ingress-to-externalname-without-ports.yaml')
    const plan = planOf(manifests)
    expect(pathOf(plan, 'Ingress')).toMatchObject({
      port: { name: null, number: 80, protocol: 'TCP' },
      expected: 'reachable',
      rulePath: '/',
    })
    expect(codesOf(manifests, {})).not.toContain('ingress_backend_port_missing')
  })

  const external = (ports: unknown[]) => service({ type: 'ExternalName', externalName: 'toad.example.org', ports })

  it('is not reached by the name of a port', () => {
    expect(codesOf([external([]), ingress([{ port: 'http' }])])).toContain('ingress_backend_port_missing')
  })

  it('with ports has those alone', () => {
    const manifests = [external([{ name: 'https', port: 443 }]), ingress([{ port: 8080 }])]
    expect(codesOf(manifests)).toContain('ingress_backend_port_missing')
  })
})
