/**
 * Listeners that cannot be told apart, and the one that gets what is sent to a host.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec (GatewaySpec.listeners: distinct listeners, listener isolation)
 * @module
 */
import type { GatewayListener } from '../../kube/gateway-objects.ts'
import { refOf } from '../../kube/objects.ts'
import { covers, specificity } from './hostnames.ts'
import type { Listener, Refusal } from './types.ts'

/** Connections of one port are told apart by these; a protocol of an implementation is alike to itself alone. */
const FAMILIES: Readonly<Record<string, 'plain' | 'tls' | 'tcp' | 'udp'>> = {
  HTTP: 'plain',
  HTTPS: 'tls',
  TLS: 'tls',
  TCP: 'tcp',
  UDP: 'udp',
}

const familyOf = ({ protocol }: GatewayListener): string => FAMILIES[protocol] ?? protocol

const hostOf = ({ hostname, protocol }: GatewayListener): string | null =>
  protocol === 'TCP' || protocol === 'UDP' ? null : (hostname?.toLowerCase() ?? null)

/** Tells why two listeners cannot both be served; `null`: they can. */
function conflictOf(a: GatewayListener, b: GatewayListener): 'protocol' | 'hostname' | null {
  if (a.port !== b.port || a.port === null) {
    return null
  }
  const [one, other] = [familyOf(a), familyOf(b)]
  if (one !== other) {
    return one === 'udp' || other === 'udp' ? null : 'protocol'
  }
  return a.protocol === b.protocol && hostOf(a) === hostOf(b) ? 'hostname' : null
}

/**
 * Refuses the listeners of a group that are in conflict: with one of higher precedence that is served, or with each
 * other, where none may be picked as the winner.
 */
export function withoutConflicts(higher: readonly Listener[], group: readonly Listener[]): readonly Listener[] {
  const within = refusedBy(
    group,
    higher.filter(({ refused }) => refused === null),
  )
  return refusedBy(
    within,
    within.filter(({ refused }) => refused === null),
  )
}

const refusedBy = (group: readonly Listener[], served: readonly Listener[]): readonly Listener[] =>
  group.map((each) => {
    const other =
      each.refused === null
        ? served.find((one) => one !== each && conflictOf(one.listener, each.listener) !== null)
        : undefined
    return other === undefined ? each : { ...each, refused: conflictRefusal(each, other) }
  })

function conflictRefusal(each: Listener, other: Listener): Refusal {
  const { name, port, hostname } = each.listener
  const about =
    conflictOf(other.listener, each.listener) === 'protocol'
      ? `${each.listener.protocol} and ${other.listener.protocol} share port ${port}`
      : `both take ${hostname ?? 'every host'} on port ${port}`
  const reason = `listener ${name} of ${refOf(each.of)} is in conflict with ${other.listener.name} of ${refOf(other.of)}: ${about}`
  return { code: 'listener_conflict', reason, because: [each.field, other.field] }
}

/**
 * Finds the listener that gets what is sent to the port for a host: the most specific one of those that are served and
 * tell hosts apart in the same way ("listener isolation").
 *
 * @param hostname may be a wildcard: the listener takes all that it stands for.
 */
export function listenerFor(
  listeners: readonly Listener[],
  { listener }: Pick<Listener, 'listener'>,
  hostname: string | null,
): Listener | null {
  return listeners
    .filter(
      (other) =>
        other.refused === null &&
        other.listener.port === listener.port &&
        familyOf(other.listener) === familyOf(listener) &&
        covers(hostOf(other.listener), hostname),
    )
    .reduce<Listener | null>(
      (best, each) =>
        best === null || specificity(hostOf(each.listener)) > specificity(hostOf(best.listener)) ? each : best,
      null,
    )
}
