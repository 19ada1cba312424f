/**
 * The listeners of a Gateway: its own, and those of the ListenerSets that are merged into it, each with the reason why it
 * serves nothing, if it does not.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec (GatewaySpec.listeners, ListenerSetSpec.listeners)
 * @module
 */
import type { Gateway, GatewayListener, ListenerSet, ListenerStatus } from '../../kube/gateway-objects.ts'
import type { ObjectIndex } from '../../kube/object-index.ts'
import { refOf } from '../../kube/objects.ts'
import { type Because, fieldOf, type ObjectField } from '../because.ts'
import { restingOn } from '../unread.ts'
import { classOf, classRefusal } from './classes.ts'
import { conditionField, conditionOf, conditionText, refusing } from './conditions.ts'
import { withoutConflicts } from './conflicts.ts'
import { grantOf } from './grants.ts'
import type { Listener, Refusal, RefusalCode, World } from './types.ts'
import { letIn, namespaceOf } from './world.ts'

const known = new WeakMap<ObjectIndex, Map<string, readonly Listener[]>>()

/**
 * Lists the listeners of a Gateway by precedence: its own, then those of ListenerSets, oldest first, then by namespace and
 * name. Worked out once for an index.
 */
export function listenersOf(world: World, gateway: Gateway): readonly Listener[] {
  const cache = known.get(world.index) ?? new Map<string, readonly Listener[]>()
  known.set(world.index, cache)
  const key = `${namespaceOf(gateway, world)}/${gateway.meta.name}`
  const found = cache.get(key) ?? merged(world, gateway)
  cache.set(key, found)
  return found
}

function merged(world: World, gateway: Gateway): readonly Listener[] {
  const whole = gatewayRefusal(world, gateway)
  const own = gateway.listeners.map((listener, at) => listenerOf(world, gateway, gateway, listener, at, whole))
  const sets = setsOf(world, gateway).map((set) => {
    const { refused, doubts } = setRefusal(world, gateway, set)
    return set.listeners.map((listener, at) => {
      const made = listenerOf(world, gateway, set, listener, at, whole ?? refused)
      return { ...made, doubts: [...doubts, ...made.doubts] }
    })
  })
  const all: Listener[] = []
  for (const group of [own, ...sets]) {
    all.push(...withoutConflicts(all, group))
  }
  return all
}

/** ListenerSets that name the Gateway, by precedence, whether they are allowed or not. */
export function setsOf(world: World, gateway: Gateway): readonly ListenerSet[] {
  const namespace = namespaceOf(gateway, world)
  const rank = (set: ListenerSet): string => `${namespaceOf(set, world)}/${set.meta.name}`
  return world.index
    .listenerSetsOf(namespace, gateway.meta.name)
    .toSorted(
      (a, b) => (a.meta.createdAt ?? '').localeCompare(b.meta.createdAt ?? '', 'en') || (rank(a) < rank(b) ? -1 : 1),
    )
}

/** Tells why nothing of a Gateway is served; `null`: its listeners decide. */
export function gatewayRefusal(world: World, gateway: Gateway): Refusal | null {
  const ofClass = classRefusal(world, gateway)
  if (ofClass !== null) {
    return ofClass
  }
  const { status, meta } = gateway
  const ref = refOf(gateway)
  const accepted = refusing(status?.conditions, 'Accepted', meta.generation)
  // Some listeners may be valid all the same: each has its own conditions.
  if (accepted !== null && accepted.reason !== 'ListenersNotValid') {
    return told(
      'gateway_not_accepted',
      ref,
      'its controller does not accept',
      conditionField(ref, 'status', accepted),
      accepted,
    )
  }
  const programmed = refusing(status?.conditions, 'Programmed', meta.generation)
  if (
    programmed !== null &&
    !WAITS_FOR_ADDRESS.has(programmed.reason ?? '') &&
    programmed.reason !== 'ListenersNotValid'
  ) {
    const field = conditionField(ref, 'status', programmed)
    return told('gateway_not_programmed', ref, 'its controller has not programmed', field, programmed)
  }
  return null
}

/** Reasons of Programmed=False that tell of the address alone: it is pending, and the Gateway's Service may have one. */
const WAITS_FOR_ADDRESS: ReadonlySet<string> = new Set(['AddressNotAssigned', 'AddressNotUsable', 'Pending'])

function setRefusal(
  world: World,
  gateway: Gateway,
  set: ListenerSet,
): { refused: Refusal | null; doubts: readonly Because[] } {
  const ref = refOf(set)
  const field = fieldOf(refOf(gateway), 'spec.allowedListeners.namespaces.from', `=${gateway.allowedListeners.from}`)
  const own = namespaceOf(gateway, world)
  const namespace = namespaceOf(set, world)
  const { isIn, because } = letIn(world, gateway.allowedListeners, own, namespace, field)
  if (!isIn) {
    const reason = `${refOf(gateway)} takes no ListenerSet of namespace ${namespace} (spec.allowedListeners is ${gateway.allowedListeners.from})`
    return {
      refused: { code: 'listener_set_not_allowed', reason, because: [field, fieldOf(ref, 'spec.parentRef')] },
      doubts: [],
    }
  }
  const accepted = refusing(set.status?.conditions, 'Accepted', set.meta.generation)
  if (accepted === null || accepted.reason === 'ListenersNotValid') {
    return { refused: null, doubts: because }
  }
  const at = conditionField(ref, 'status', accepted)
  return {
    refused: told('listener_set_not_accepted', ref, 'its controller does not accept', at, accepted),
    doubts: because,
  }
}

function told(
  code: RefusalCode,
  what: string,
  says: string,
  field: ObjectField,
  condition: Parameters<typeof conditionText>[0],
): Refusal {
  return { code, reason: `${says} ${what} (${conditionText(condition)})`, because: [field] }
}

function listenerOf(
  world: World,
  gateway: Gateway,
  of: Gateway | ListenerSet,
  listener: GatewayListener,
  at: number,
  whole: Refusal | null,
): Listener {
  const field = fieldOf(refOf(of), `spec.listeners[${at}]`)
  const certificate = certificatesOf(world, of, listener, field)
  const refused = whole ?? statusRefusal(of, listener) ?? certificate.refused
  const doubts = [
    ...certificate.doubts,
    ...restingOn(
      gateway.gatewayClassName !== null && classOf(world, gateway) === null
        ? world.index.unread('gatewayClasses', null)
        : null,
      gateway.allowedListeners.from === 'None' ? null : world.index.unread('listenerSets', null),
    ),
  ]
  return { gateway, of, listener, field, refused, doubts }
}

const NO_CERTIFICATE: ReadonlySet<string> = new Set(['InvalidCertificateRef', 'RefNotPermitted'])

/** Tells why a listener serves nothing, by the status that its controller wrote; `null`: the status does not say so. */
function statusRefusal({ kind, meta, status }: Gateway | ListenerSet, { name }: GatewayListener): Refusal | null {
  const at = status?.listeners.findIndex((each) => each.name === name) ?? -1
  const own: ListenerStatus | undefined = status?.listeners[at]
  if (own === undefined) {
    return null
  }
  const ref = refOf({ kind, meta })
  const what = `listener ${name} of ${ref}`
  const where = `status.listeners[${at}]`
  const says = 'the controller says of'
  const conflicted = conditionOf(own.conditions, 'Conflicted', meta.generation)
  if (conflicted?.status === 'True') {
    return told(
      'listener_conflict',
      `${what} that it is in conflict with another`,
      says,
      conditionField(ref, where, conflicted),
      conflicted,
    )
  }
  const resolved = refusing(own.conditions, 'ResolvedRefs', meta.generation)
  if (resolved !== null && NO_CERTIFICATE.has(resolved.reason ?? '')) {
    return told(
      'listener_certificate',
      `${what} that it has no valid certificate`,
      says,
      conditionField(ref, where, resolved),
      resolved,
    )
  }
  const accepted = refusing(own.conditions, 'Accepted', meta.generation)
  if (accepted !== null) {
    return told(
      'listener_not_accepted',
      what,
      'the controller does not accept',
      conditionField(ref, where, accepted),
      accepted,
    )
  }
  const programmed = refusing(own.conditions, 'Programmed', meta.generation)
  if (programmed !== null) {
    return told(
      'listener_not_programmed',
      what,
      'the controller has not programmed',
      conditionField(ref, where, programmed),
      programmed,
    )
  }
  return null
}

/**
 * A listener that ends TLS needs a certificate whose Secret may be referred to. In manifests the namespace of the Secret
 * is often somebody else's, and its grants are not among them: then it is not certain.
 */
function certificatesOf(
  world: World,
  of: Gateway | ListenerSet,
  { tls }: GatewayListener,
  field: ObjectField,
): { refused: Refusal | null; doubts: readonly Because[] } {
  if (tls === null || tls.mode !== 'Terminate' || tls.certificateRefs.length === 0) {
    return { refused: null, doubts: [] }
  }
  const from = { kind: of.kind, namespace: namespaceOf(of, world) }
  const grants = tls.certificateRefs.map((ref, at) =>
    grantOf(world, from, ref, fieldOf(field.ref, `${field.field}.tls.certificateRefs[${at}]`)),
  )
  const because = grants.flatMap((each) => each.because)
  const [refused] = grants.flatMap((each) => each.refused ?? [])
  if (refused === undefined || grants.some((each) => each.refused === null)) {
    return { refused: null, doubts: because }
  }
  return world.index.source === 'manifests'
    ? {
        refused: null,
        doubts: [...because, ...refused.because.map((each) => ({ ...each, doubt: 'unpromised' as const }))],
      }
    : { refused: { ...refused, code: 'listener_certificate' }, doubts: because }
}
