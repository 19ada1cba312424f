/**
 * One row for each Ingress controller, and the choice of the one that an Ingress is for.
 *
 * @module
 */
import type { ObjectIndex } from '../../kube/object-index.ts'
import type { Ingress, IngressClass } from '../../kube/objects.ts'
import { agic, alb, gce } from './clouds.ts'
import type { IngressController } from './controller.ts'
import { kong } from './kong.ts'
import { cilium, contour, haproxyIngress, haproxyTech, ingressNginx, nginxInc } from './proxies.ts'
import { traefik } from './traefik.ts'

/** The first of two with one class name is meant, unless the annotations are the other's alone. */
export const INGRESS_CONTROLLERS: readonly IngressController[] = [
  alb,
  gce,
  agic,
  traefik,
  haproxyTech,
  haproxyIngress,
  contour,
  kong,
  ingressNginx,
  nginxInc,
  cilium,
]

/** `spec.ingressClassName`, or the annotation that came before it; Contour has one of its own. */
export const classOf = ({ ingressClassName, meta: { annotations } }: Ingress): string | null =>
  ingressClassName ??
  annotations['kubernetes.io/ingress.class'] ??
  annotations['projectcontour.io/ingress.class'] ??
  null

/** The newest of several defaults is filled in, then the first by name (plugin/pkg/admission/network/defaultingressclass). */
function defaultClass(classes: readonly IngressClass[]): IngressClass | undefined {
  const age = ({ meta }: IngressClass): number => Date.parse(meta.createdAt ?? '') || 0
  return classes.filter(({ isDefault }) => isDefault).toSorted((a, b) => age(b) - age(a))[0]
}

/** Finds the IngressClass of an Ingress, if it is among the objects. */
export function ingressClassOf(index: ObjectIndex, ingress: Ingress): IngressClass | null {
  const name = classOf(ingress)
  const { ingressClasses } = index
  return (name === null ? defaultClass(ingressClasses) : ingressClasses.find(({ meta }) => meta.name === name)) ?? null
}

const owners = ({ meta: { annotations } }: Ingress): readonly IngressController[] => {
  const names = Object.keys(annotations)
  return INGRESS_CONTROLLERS.filter(({ owns }) => owns.some((own) => names.some((name) => name.startsWith(own))))
}

/** `nginx-internal` and `public-nginx` are nginx; `nginxy` is not. */
function isCalled(name: string, word: string): boolean {
  const at = name.toLowerCase().indexOf(word)
  if (at === -1) {
    return false
  }
  const isEnd = (character: string | undefined): boolean => character === undefined || /[-_./]/.test(character)
  return isEnd(name[at - 1]) && isEnd(name[at + word.length])
}

/** Chooses the candidate whose annotations the Ingress has, else the first. */
function choose(candidates: readonly IngressController[], ingress: Ingress): IngressController | null {
  const [first, another] = candidates
  if (another === undefined) {
    return first ?? null
  }
  const own = owners(ingress).filter((each) => candidates.includes(each))
  return own.length === 1 ? (own[0] ?? null) : (first ?? null)
}

const known = new WeakMap<ObjectIndex, WeakMap<Ingress, IngressController | null>>()

/**
 * Finds the controller that an Ingress is for, by its class (the IngressClass object before the name of the class), the
 * default class, or annotations that one controller alone reads. `null` if nothing tells, or if it is not known here.
 */
export function controllerOf(index: ObjectIndex, ingress: Ingress): IngressController | null {
  const ofIndex = known.get(index) ?? new WeakMap<Ingress, IngressController | null>()
  known.set(index, ofIndex)
  const before = ofIndex.get(ingress)
  if (before !== undefined) {
    return before
  }
  const found = recognise(index, ingress)
  ofIndex.set(ingress, found)
  return found
}

function recognise(index: ObjectIndex, ingress: Ingress): IngressController | null {
  const name = classOf(ingress)
  const controller = ingressClassOf(index, ingress)?.controller ?? null
  if (controller !== null) {
    const named = INGRESS_CONTROLLERS.filter(({ controllers }) =>
      controllers.some((each) => controller.startsWith(each)),
    )
    return choose(named, ingress)
  }
  if (name !== null) {
    const called = INGRESS_CONTROLLERS.filter(({ classes }) => classes.some((word) => isCalled(name, word)))
    if (called.length > 0) {
      return choose(called, ingress)
    }
  }
  const own = owners(ingress)
  return own.length === 1 ? (own[0] ?? null) : null
}
