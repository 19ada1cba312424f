/** These rules hold of every cause: which failures it explains, what refutes it, which comes first. */
import { describe, expect, it } from 'vitest'
import { ingress, ingressClass, node, pod, service, slice } from '../../test/support/manifests.ts'
import { type Did, type Saw, told as toldOf } from '../../test/support/scenario.ts'
import type { PlannedPath } from '../plan/path.ts'
import { gatewayRefusals } from './rules/gateway-refusals.ts'
import { RULES } from './rules.ts'

const NODES = [node('node-1', { InternalIP: '10.0.0.11' }), node('node-2', { InternalIP: '10.0.0.12' })]
const NODE_PORT = { type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }] }
const CERTIFIED = [
  ingress([{}], { tls: [{ hosts: ['toad.example.com'], secretName: 'cert' }] }),
  ingressClass('nginx', 'k8s.io/ingress-nginx'),
]
/** No endpoint behind node ports and an Ingress. */
const EMPTY = [service(NODE_PORT), slice([]), ...NODES, ...CERTIFIED]

const told = (manifests: readonly unknown[], saw: Saw): string[] => toldOf({ manifests, saw })

describe('a cause', () => {
  it('explains the failures that it can make: no endpoint refuses, and the controller answers 503', () => {
    const saw = (through: Did) =>
      told(EMPTY, ({ kind, dns }) => (dns !== null ? 'pass' : kind === 'Ingress' ? through : 'connection_refused'))
    expect(saw(503)).toEqual(['no_endpoints certain: DNS ClusterIP NodePort Ingress'])
    expect(saw(404)[0]).toBe('no_endpoints certain: DNS ClusterIP NodePort')
    expect(saw('certificate_expired')[0]).toBe('no_endpoints certain: DNS ClusterIP NodePort')
    expect(saw('connection_refused')).toEqual([
      'no_endpoints certain: DNS ClusterIP NodePort',
      'ingress_controller_unreachable possible: Ingress',
    ])
  })

  it('that may show as silence does so on every way, or the silence of one is a second fault', () => {
    const saw = (silent: (path: PlannedPath) => boolean) =>
      told(EMPTY, (path) =>
        path.dns !== null
          ? 'pass'
          : path.kind === 'Ingress'
            ? 503
            : silent(path)
              ? 'connect_timeout'
              : 'connection_refused',
      )
    expect(saw(() => true)).toEqual(['no_endpoints certain: DNS ClusterIP NodePort Ingress'])
    expect(saw(({ node: on }) => on === 'node-2')).toEqual([
      'node_port_fails_on_some_nodes likely: NodePort',
      'no_endpoints certain: DNS ClusterIP NodePort Ingress',
    ])
  })

  it('that the objects are certain of, and a way to the pods refutes, is a fault of the objects', () => {
    expect(told(EMPTY, () => 'pass')).toEqual(['objects_out_of_date likely:'])
    // An application that answers badly answers.
    expect(told(EMPTY, ({ kind }) => (kind === 'ClusterIP' ? 500 : 'pass'))[0]).toMatch('only_one_way_fails')
    const unready = [service(), slice([{ at: '10.244.0.9', ready: false }]), pod('toad-1', {}, { ready: false })]
    expect(told(unready, () => 'pass')).toEqual(['objects_out_of_date likely:'])
  })

  it('is not refuted by what a controller answers by itself', () => {
    const saw: Saw = ({ kind, dns }) =>
      kind === 'Ingress' ? { ok: 308 } : dns !== null ? 'pass' : 'connection_refused'
    expect(told(EMPTY, saw)).toEqual(['no_endpoints certain: DNS ClusterIP NodePort'])
  })

  it('that objects suggest, and do not hold, is dropped where a way to the pods refutes it', () => {
    const unhanded = [service({ ...NODE_PORT, selector: null }), ...NODES]
    expect(told(unhanded, ({ node: on }) => (on === 'node-2' ? 'connection_refused' : 'pass'))).toEqual([
      'node_port_fails_on_some_nodes likely: NodePort',
    ])
  })
})

describe('every rule', () => {
  it('has a code of its own', () => {
    const codes = RULES.map(({ code }) => code)
    expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([])
  })

  it('is silent about rules that stand before it, and that look at what it looks at', () => {
    const at = new Map(RULES.map(({ code }, position) => [code, position]))
    const deaf = RULES.flatMap((rule, position) =>
      (rule.unless ?? []).filter((code) => {
        const other = RULES[at.get(code) ?? -1]
        if (other === undefined) {
          return true
        }
        // A cause that is found by objects is known before anything is compared.
        const isKnown = rule.after !== undefined && other.when !== undefined
        return !isKnown && ((at.get(code) ?? 0) > position || (rule.after === undefined && other.when === undefined))
      }),
    )
    expect(deaf).toEqual([])
  })

  it('that finds by objects what makes paths fail says how that shows', () => {
    // These claim no path, or tell of objects alone.
    const silent = [
      'headless_port_differs',
      'stateful_set_service_name',
      'ingress_backend_service_missing',
      'ingress_in_other_namespace',
      ...gatewayRefusals.map(({ code }) => code),
      'route_backend_missing',
      'route_status_contradicts',
      'backend_tls_policy_mismatch',
    ]
    expect(
      RULES.filter(({ when, showsAs }) => when !== undefined && showsAs === undefined).map(({ code }) => code),
    ).toEqual(silent)
  })
})
