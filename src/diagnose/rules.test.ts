import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { unsafeIn } from '../../test/support/commands.ts'
import { EXAMPLES } from '../../test/support/gateway-examples.ts'
import { ingress, loadBalancerStatus, node, pod, service, slice, workload } from '../../test/support/manifests.ts'
import { balanced, nginx, nodes, OBJECT_FAULTS, policy, ready } from '../../test/support/object-faults.ts'
import { planInput } from '../../test/support/plan-text.ts'
import { planPaths } from '../plan/plan.ts'
import type { Addresses } from '../plan/request.ts'
import { diagnoseObjects } from './diagnose.ts'
import type { Finding } from './finding.ts'
import { RULES } from './rules.ts'

/** These have their fault in the example of their page (test/docs/gateway-examples.test.ts). */
const exemplified = new Set(EXAMPLES.map(({ code }) => code))

const toad = { target: { namespace: 'pond', service: 'toad' } }

function findingsOf(manifests: readonly unknown[], addresses: Partial<Addresses> = {}): readonly Finding[] {
  const input = planInput(manifests, { ...toad, addresses })
  return diagnoseObjects(planPaths(input), input.objects).findings
}

const codes = (manifests: readonly unknown[], addresses: Partial<Addresses> = {}): string[] =>
  findingsOf(manifests, addresses).map(({ code, confidence }) => `${code} ${confidence}`)

describe('findings from objects alone', () => {
  it.each(OBJECT_FAULTS)('%s', (_fault, manifests, expected, addresses) => {
    expect(codes(manifests, addresses)).toEqual(expected)
    expect(findingsOf(manifests, addresses).flatMap((finding) => unsafeIn(finding, []))).toEqual([])
  })

  it('takes a pod as written, like the test of a chart, for no proof that it is the only one', () => {
    const asWritten = (labels: Record<string, string>) => ({
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: { name: 'toad-test-connection', namespace: 'pond', labels, annotations: { 'helm.sh/hook': 'test' } },
      spec: { containers: [{ name: 'wget' }] },
    })
    expect(codes([service(), asWritten({ 'helm.sh/chart': 'toad-0.1.0' })])).toEqual([])
    expect(codes([service({ selector: { app: 'taod' } }), asWritten({ app: 'toad' })])).toEqual([
      'selector_matches_no_pods likely',
    ])
  })

  it('has a fault for every rule', () => {
    const tested = new Set(OBJECT_FAULTS.flatMap(([, , found]) => found.map((each) => each.split(' ')[0])))
    expect(
      RULES.filter(({ code, when }) => when !== undefined && !tested.has(code) && !exemplified.has(code)).map(
        ({ code }) => code,
      ),
    ).toEqual([])
  })

  it('tells variables that are missing from those that are stale, and says nothing where all are as they should be', () => {
    const told = (environment: string) =>
      findingsOf([service(), ready], { environment }).map(({ title, detail, explains }) => [
        title,
        detail,
        explains.length,
      ])
    expect(told('')).toEqual([
      [
        'The pod has no variables of Service/toad',
        'It started before the Service was made, runs in another namespace, or has enableServiceLinks: false.',
        8,
      ],
    ])
    const variables = (host: string) =>
      [
        ...[`TOAD_SERVICE_HOST=${host}`, 'TOAD_SERVICE_PORT=80', 'TOAD_SERVICE_PORT_HTTP=80'],
        ...['PROTO=tcp', 'PORT=80', `ADDR=${host}`].map((part) => `TOAD_PORT_80_TCP_${part}`),
        ...['TOAD_PORT', 'TOAD_PORT_80_TCP'].map((name) => `${name}=tcp://${host}:80`),
      ].join('\n')
    expect(told(variables('10.96.0.7'))).toEqual([])
    expect(told(variables('10.96.0.8').replace('TOAD_SERVICE_PORT_HTTP=80\n', ''))).toEqual([
      [
        'The pod has variables of another Service/toad',
        'They were made from a Service that has changed since the pod started: TOAD_SERVICE_HOST (now 10.96.0.7), TOAD_PORT (now tcp://10.96.0.7:80), TOAD_PORT_80_TCP (now tcp://10.96.0.7:80), TOAD_PORT_80_TCP_ADDR (now 10.96.0.7). Not there: TOAD_SERVICE_PORT_HTTP.',
        5,
      ],
    ])
  })

  it('says nothing of a healthy Service', () => {
    const labels = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
    const healthy = [
      service({ ...balanced, externalTrafficPolicy: 'Cluster' }, {}, loadBalancerStatus({ ip: '203.0.113.73' })),
      ready,
      pod('toad-1'),
      workload('Deployment', 'toad', { app: 'toad' }),
      ...nodes,
      node('control-plane', { InternalIP: '10.0.0.10' }, { labels }),
      ingress([{}], { tls: [{ hosts: ['toad.example.com'], secretName: 'cert' }] }),
      nginx,
      policy([{ port: 8080 }]),
      policy([], { matchLabels: { app: 'frog' } }),
    ].map((manifest, at) => (at === 9 ? { ...manifest, metadata: { name: 'other', namespace: 'pond' } } : manifest))
    expect(codes(healthy)).toEqual([])
  })

  it('names what to change, how to confirm it, and what shows it', () => {
    expect(findingsOf([service({ selector: { app: 'taod' } }), slice([]), pod('toad-1')])).toEqual([
      {
        code: 'selector_matches_no_pods',
        layer: 'endpoints',
        confidence: 'certain',
        title: 'The selector app=taod matches no pod',
        detail:
          'Nearest is Pod/toad-1: app is "toad" there, not "taod". Without a match the Service has no endpoint and refuses every connection.',
        fix: 'Make spec.selector of Service/toad and the labels of the pods the same.',
        confirm: "kubectl get pods -n pond --show-labels; kubectl get pods -n pond -l 'app=taod'",
        evidence: [
          { object: 'Service/toad', field: 'spec.selector', value: { app: 'taod' } },
          { object: 'Pod/toad-1', field: 'metadata.labels', value: { app: 'toad' } },
        ],
        explains: expect.any(Array),
        docs: 'docs/diagnoses/selector_matches_no_pods.md',
      },
    ])
  })

  it('says that there are no endpoints only where they would be among the objects', () => {
    const unselected = service({ selector: null })
    const told = (...more: unknown[]) => findingsOf([unselected, ...more]).map(({ title, detail }) => [title, detail])
    const origin = 'Kubernetes makes endpoints from the selector; without one, they have to be written.'
    expect(told()).toEqual([
      [
        'The Service has no selector, and none of its endpoints is among the objects',
        `${origin} If there are none, every connection is refused.`,
      ],
    ])
    // Slices of other Services do not tell whether all were sent.
    expect(told(slice([{ at: '10.244.0.9' }], { service: 'frog' }))).toEqual(told())
    expect(told(slice([]))).toEqual([
      [
        'The Service has no selector, and nobody has given it endpoints',
        `${origin} There are none, so every connection is refused.`,
      ],
    ])
  })

  it('takes a canary of ingress-nginx for no second claim to a route, and knows a path beyond ASCII', () => {
    const meta = { name: 'other', annotations: { 'nginx.ingress.kubernetes.io/canary': 'true' } }
    const both = (path: string, more: Parameters<typeof ingress>[2]) =>
      codes([service(), ready, ingress([{ path }]), ingress([{ path, to: 'frog' }], {}, more), nginx])
    expect(both('/', meta)).toEqual([])
    expect(both('/käse', { name: 'other' })).toEqual(['ingress_duplicate_route certain'])
  })

  it('explains the paths that need an endpoint, and not a name that resolves without one', () => {
    const input = planInput([service({ selector: { app: 'taod' } }), slice([]), pod('toad-1')], toad)
    const plan = planPaths(input)
    const [finding] = diagnoseObjects(plan, input.objects).findings
    const explained = plan.paths
      .filter(({ id }) => finding?.explains.includes(id))
      .map(({ kind, url }) => `${kind} ${url}`)
    expect(explained).toEqual(['DNS http://toad.pond.svc.cluster.local/', 'ClusterIP http://10.96.0.7/'])
  })
})

const pages = new URL('../../docs/diagnoses/', import.meta.url)

describe('docs/diagnoses', () => {
  it.each(RULES)('has a page for $code: its layer, what it means, what to do', ({ code, layer }) => {
    const text = readFileSync(new URL(`${code}.md`, pages), 'utf8')
    expect(text.startsWith(`# ${code}\n\nlayer \`${layer}\`\n\n`)).toBe(true)
    expect(text.match(/^## .+$/gm)).toEqual([
      '## Usual causes',
      '## What to do',
      ...(exemplified.has(code) ? ['## An example'] : []),
    ])
  })

  it('has no page for a code that no rule finds', () => {
    const known = new Set(RULES.map(({ code }) => `${code}.md`))
    const aboutAll = ['README.md', 'accuracy.md']
    expect(readdirSync(pages).filter((name) => !aboutAll.includes(name) && !known.has(name))).toEqual([])
  })
})
