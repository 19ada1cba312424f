import { byAge, isAgeKnown } from './contenders.ts'
import { canonicalHost, hostnamesFor } from './hosts.ts'
import type { Attachment } from './types.ts'

/**
 * HTTPRoutes and GRPCRoutes on one listener may not share a host: the older route is accepted, or the first by name
 * (GRPCRouteSpec.hostnames).
 */
export function acceptedKinds(attachments: readonly Attachment[]): {
  accepted: readonly Attachment[]
  contested: boolean
} {
  const kinds = new Set(attachments.map(({ route }) => route.kind))
  if (!kinds.has('HTTPRoute') || !kinds.has('GRPCRoute')) {
    return { accepted: attachments, contested: false }
  }
  const taken = { HTTPRoute: new HostSet(), GRPCRoute: new HostSet() }
  let contested = false
  const accepted = attachments
    .toSorted((a, b) => byAge(dated(a), dated(b)))
    .filter((attachment) => {
      const { kind } = attachment.route
      if (kind !== 'HTTPRoute' && kind !== 'GRPCRoute') {
        return true
      }
      const other = taken[kind === 'HTTPRoute' ? 'GRPCRoute' : 'HTTPRoute'].meeting(attachment)
      if (other === null) {
        taken[kind].add(attachment)
        return true
      }
      contested ||= !isAgeKnown(dated(attachment), dated(other))
      return false
    })
  return { accepted, contested }
}

const dated = ({ route }: Attachment) => ({ way: { route } })

/** Hosts that routes of one kind have taken, so that those that meet them are found without a look at each. */
class HostSet {
  readonly #by = new Map<string | null, Attachment>()
  /** Every wildcard that takes one of the hosts. */
  readonly #above = new Map<string | null, Attachment>()

  add(attachment: Attachment): void {
    for (const host of attachment.hosts.map((each) => each && canonicalHost(each))) {
      this.#by.set(host, this.#by.get(host) ?? attachment)
      for (const above of hostnamesFor(host)) {
        this.#above.set(above, this.#above.get(above) ?? attachment)
      }
    }
  }

  /** Finds one that has a host in common. */
  meeting({ hosts }: Attachment): Attachment | null {
    for (const host of hosts.map((each) => each && canonicalHost(each))) {
      const found =
        this.#above.get(host) ??
        hostnamesFor(host)
          .map((above) => this.#by.get(above))
          .find((each) => each !== undefined)
      if (found !== undefined) {
        return found
      }
    }
    return null
  }
}
