import { type Position, type Scheme, type Vantage, vantageAt } from './path.ts'

/** The known facts about the place where the prober stands. */
export type Place = {
  vantage: Vantage
  /** The namespace Portolan runs in; `null` outside a cluster. */
  namespace: string | null
  /** Its own environment variables, for Services of its own namespace. */
  environment: Readonly<Record<string, string>> | null
  clusterDomain: string | null
  nodeName: string | null
  /** CIDRs of addresses that the edge reaches although they are not public; left out: none. */
  reaches?: readonly string[]
  /** The target was read from another cluster than the prober's own, whose private addresses may be taken here. */
  elsewhere?: boolean
  /** Reasons why the prober cannot speak a scheme, whatever the check. `grpcs`: gRPC over TLS cannot be checked. */
  unspoken?: Readonly<Partial<Record<Scheme | 'grpcs', string>>>
}

/**
 * The same prober with regard to another cluster, or where a request states another position. A vantage that was given
 * a name keeps it; one that is called as it stands is called as it is said to stand.
 */
export function seenAs({ name, position }: Vantage, stated: Position): Vantage {
  return vantageAt(stated, name === position ? null : name)
}
