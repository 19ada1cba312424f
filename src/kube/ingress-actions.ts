/**
 * Backends of the AWS Load Balancer Controller that stand in an annotation: a backend with the port name
 * `use-annotation` means the action `alb.ingress.kubernetes.io/actions.NAME`, NAME being that of the backend's Service
 * (https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#actions).
 *
 * @module
 */
import type { Ingress, IngressBackend, PortRef } from './objects.ts'

export type ActionTarget = { service: string; port: PortRef | null; weight: number }

export type IngressAction = {
  name: string
  annotation: string
  /** `forward`, `redirect` or `fixed-response`; empty if its text is not understood. */
  type: string
  /** It forwards to these Services; target groups that are named by their ARN lead to none. */
  targets: readonly ActionTarget[]
}

const PREFIX = 'alb.ingress.kubernetes.io/actions.'
/** An action has at most so many target groups (AWS quotas). */
const TARGETS = 20

/** All rules of an Ingress may stand for the same action, so its text is read once. */
const known = new WeakMap<Ingress, Map<string, IngressAction>>()

/** @returns `null` where the backend is a Service, or the annotation is not there. */
export function actionOf(ingress: Ingress, { service }: IngressBackend): IngressAction | null {
  if (service?.port !== 'use-annotation') {
    return null
  }
  const annotation = PREFIX + service.name
  const text = ingress.meta.annotations[annotation]
  if (text === undefined) {
    return null
  }
  const ofIngress = known.get(ingress) ?? new Map<string, IngressAction>()
  known.set(ingress, ofIngress)
  const found = ofIngress.get(annotation) ?? readAction(service.name, annotation, text)
  ofIngress.set(annotation, found)
  return found
}

function readAction(name: string, annotation: string, text: string): IngressAction {
  let parsed: unknown = null
  try {
    parsed = JSON.parse(text)
  } catch {
    // The empty type says that it is not understood.
  }
  const action = fieldsOf(parsed)
  const type = action.type
  const forward = fieldsOf(action.forwardconfig)
  const listed = Array.isArray(forward.targetgroups) ? forward.targetgroups : [parsed]
  const targets = listed.slice(0, TARGETS).flatMap((each: unknown): ActionTarget[] => {
    const { servicename, serviceport, weight } = fieldsOf(each)
    if (typeof servicename !== 'string') {
      return []
    }
    return [{ service: servicename, port: portOf(serviceport), weight: typeof weight === 'number' ? weight : 1 }]
  })
  return { name, annotation, type: typeof type === 'string' ? type.toLowerCase() : '', targets }
}

/** Finds fields by their names in lower case: Go's decoder, which the controller uses, takes any case. */
const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([key, field]) => [key.toLowerCase(), field]))
    : {}

/** Reads a number, also from a text; else a name. */
function portOf(value: unknown): PortRef | null {
  if (typeof value === 'number') {
    return value
  }
  if (typeof value !== 'string' || value === '') {
    return null
  }
  return /^\d{1,5}$/.test(value) ? Number(value) : value
}
