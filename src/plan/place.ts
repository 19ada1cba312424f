import type { Vantage } from './path.ts'

/** What a runtime knows of its own place. */
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
}
