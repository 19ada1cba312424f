/**
 * Finds the listeners on which the controller serves a rule, by `spec.tls` and by the annotations of known controllers
 * (`controllers/table.ts`).
 *
 * @module
 */
import { type Ingress, refOf } from '../kube/objects.ts'
import { listOf } from './annotations.ts'
import { type Because, excused, fieldOf, noteOf } from './because.ts'
import type { PlanContext } from './context.ts'
import { askedOf, byTls, type Listener } from './controllers/controller.ts'
import { classOf, controllerOf } from './controllers/table.ts'
import { type Route, tlsEntryFor } from './ingress-rules.ts'
import { isLoopback, isPrivate, isWithin } from './ip.ts'

/** Finds the field that covers the host with TLS: of this Ingress, or of another where SNI alone chooses certificates. */
function tlsOf({ index }: PlanContext, { ingress, host: rule }: Route, host: string | null): Because | null {
  const own = tlsEntryFor(ingress, host)
  if (own !== null) {
    return fieldOf(refOf(ingress), `spec.tls[${own}]`)
  }
  if (host === null || controllerOf(index, ingress)?.sharesTls !== true) {
    return null
  }
  for (const other of index.ingressesForHost(rule)) {
    if (other === ingress || classOf(other) !== classOf(ingress)) {
      continue
    }
    const entry = tlsEntryFor(other, host)
    if (entry !== null && (other.tls[entry]?.hosts.length ?? 0) > 0) {
      return fieldOf(refOf(other), `spec.tls[${entry}]`)
    }
  }
  return null
}

/** @param host is the host that is asked for. */
export function listenersFor(context: PlanContext, route: Route, host: string | null): readonly Listener[] {
  const { index, addresses } = context
  const { ingress } = route
  const controller = controllerOf(index, ingress)
  const asked = askedOf(ingress, tlsOf(context, route, host))
  if (controller === null) {
    return byTls(asked)
  }
  const found = controller.listeners(asked)
  const demands = (controller.demands ?? [])
    .filter(({ annotation, when }) => asked.value(annotation) !== null && when.test(asked.value(annotation) ?? ''))
    .map(({ annotation, why }) => excused(asked.told(annotation), why))
  const { conditions = null } = controller
  const condition = conditions && `${conditions}${route.action?.name ?? route.backend.service?.name}`
  const narrowed =
    condition === null || asked.value(condition) === null
      ? []
      : [excused(asked.told(condition), 'a plain request may not meet these conditions')]
  const doubted = found.map((listener) => ({ ...listener, because: [...listener.because, ...demands, ...narrowed] }))
  // Ports that the caller gives override those of annotations.
  return addresses.controllerPorts === null ? inOrder(doubted) : firstOfEach(doubted)
}

const STANDARD = { http: 80, https: 443 } as const

/** HTTPS first; of one scheme the standard port first, then by number: the first has the id that it always had. */
const inOrder = (listeners: readonly Listener[]): readonly Listener[] =>
  listeners.toSorted((a, b) => (a.scheme === b.scheme ? 0 : a.scheme === 'https' ? -1 : 1) || rank(a) - rank(b))

const rank = ({ port, scheme }: Listener): number => (port === null || port === STANDARD[scheme] ? 0 : port)

const firstOfEach = (listeners: readonly Listener[]): readonly Listener[] =>
  inOrder(listeners)
    .filter(({ scheme }, at, all) => all.findIndex((each) => each.scheme === scheme) === at)
    .map((listener) => ({ ...listener, port: null }))

/** The port that is dialled: the listener's, unless the controller is behind ports of its own (node ports). */
export const dialledPort = ({ scheme, port }: Listener, own: number | null): number | null =>
  port !== null && (own === null || own === STANDARD[scheme]) ? port : own

/** So many hosts are enough to see that an alias works. */
const ALIASES = 20

/** Lists further hosts that the rule serves, each with the annotation that says so. */
export function aliasesOf(
  { index }: Pick<PlanContext, 'index'>,
  ingress: Ingress,
): readonly { host: string; because: Because }[] {
  const asked = askedOf(ingress, null)
  const ruled = new Set(ingress.rules.map(({ host }) => host))
  return (controllerOf(index, ingress)?.aliases ?? []).flatMap((annotation) =>
    listOf(asked.value(annotation))
      .filter((host) => /^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host) && !ruled.has(host))
      .slice(0, ALIASES)
      .map((host) => ({ host, because: asked.told(annotation) })),
  )
}

/** From outside, an address of the cloud's own network is not promised, unless the caller gave it. */
export function internalExcuses(
  { index, position, place: { reaches = [] } }: PlanContext,
  ingress: Ingress,
  { address, reach }: { address: string | null; reach: string },
): Because[] {
  if (position === 'in-cluster' || reach !== 'anywhere') {
    return []
  }
  const told = controllerOf(index, ingress)?.internal?.(askedOf(ingress, null)) ?? null
  if (told !== null) {
    return [excused(told, 'an internal load balancer, and the prober stands outside')]
  }
  return position === 'edge' ? [] : privateExcuses(address, reaches)
}

/** A private address may be of a network that the prober is not in. One of the prober's own machine is dialled. */
export function privateExcuses(address: string | null, reaches: readonly string[]): Because[] {
  if (address === null || !isPrivate(address) || isLoopback(address) || isWithin(address, reaches)) {
    return []
  }
  const note = `${address} is a private address, and the prober stands outside (name it in addresses if it is routed)`
  return [{ ...noteOf(note), doubt: 'excused' }]
}
