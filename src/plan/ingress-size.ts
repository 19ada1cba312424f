/**
 * Counts the paths that the Ingresses of a Service make, and tells why there may be none.
 *
 * @module
 */
import { actionOf } from '../kube/ingress-actions.ts'
import { backendsOf, type ObjectIndex } from '../kube/object-index.ts'
import { type Ingress, refOf } from '../kube/objects.ts'
import { annotationField } from './annotations.ts'
import { becauseText, fieldOf, noted } from './because.ts'
import type { PlanContext } from './context.ts'
import { askedOf } from './controllers/controller.ts'
import { controllerOf } from './controllers/table.ts'
import { aliasesOf } from './ingress-listeners.ts'
import { routesOf } from './ingress-rules.ts'
import { counted, MANIFESTS, oneAtLeast, type Size, type Sized, sum } from './size.ts'

/** The rules of an Ingress meet its own addresses alone: the sum over all of them is less than the product. */
export function ingressSizes({ service, index, request, target }: Sized): Size[] {
  const named = request.addresses.ingressController.length
  const ingresses = index.ingressesOf(target.namespace, service.meta.name)
  const all = ingresses.map((ingress) => ({
    ref: `Ingress/${ingress.meta.name}`,
    rules: routesOf(ingress).filter(({ backend }) => backend.service?.name === service.meta.name).length,
    addresses: named > 0 ? named : oneAtLeast(ingress.loadBalancerIngress.length),
    each: waysOf(index, ingress),
  }))
  const [largest] = all.toSorted((a, b) => b.rules * b.addresses * b.each - a.rules * a.addresses * a.each)
  if (largest === undefined) {
    return []
  }
  const pointer = named > 0 ? '/addresses/ingressController' : MANIFESTS
  const field = named > 0 ? 'addresses.ingressController' : `${largest.ref} status.loadBalancer.ingress`
  const count = all.reduce((most, { addresses }) => Math.max(most, addresses), 0)
  const rules = counted('rules', sum(all.map((each) => each.rules)), `${largest.ref} spec.rules`)
  const paths = sum(all.map((each) => each.rules * each.addresses * each.each))
  return [
    {
      kind: 'Ingress',
      counted: [rules, { factor: 'addresses', count, field, pointer }],
      each: all.reduce((most, { each }) => Math.max(most, each), 0),
      paths,
    },
  ]
}

/** Counts the listeners and hosts of a rule: annotations may name more than plain HTTP and HTTPS. */
function waysOf(index: ObjectIndex, ingress: Ingress): number {
  const asked = askedOf(ingress, ingress.tls.length > 0 ? fieldOf(refOf(ingress), 'spec.tls') : null)
  const listeners = controllerOf(index, ingress)?.listeners(asked).length ?? 0
  return Math.max(SCHEMES, listeners) * (1 + aliasesOf({ index }, ingress).length)
}

/** Plain HTTP and HTTPS. */
const SCHEMES = 2

/** Tells why a backend of the Service's name stands for an action that does not lead to it. */
export function actionElsewhere({ index, target }: PlanContext): string | null {
  for (const ingress of index.ingressesOf(target.namespace, target.service)) {
    for (const backend of backendsOf(ingress)) {
      const action = actionOf(ingress, backend)
      if (action === null) {
        continue
      }
      const does = DOES.get(action.type) ?? 'is not understood'
      return becauseText(noted(annotationField(ingress, action.annotation), `the action ${does}`))
    }
  }
  return null
}

const DOES: ReadonlyMap<string, string> = new Map([
  ['forward', 'forwards, and not to this Service'],
  ['redirect', 'is a redirect, which leads to no Service'],
  ['fixed-response', 'is a fixed response, which leads to no Service'],
])
