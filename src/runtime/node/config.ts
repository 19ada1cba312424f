import type { DiscoverEgress } from '../../plan/discover-egress.ts'
import type { DiscoverMode } from '../../schedule/annotations.ts'
import { type CommonConfig, commonConfig, type NameOf, readSettings } from '../config.ts'
import type { ClusterContext } from '../setting-values.ts'
import { unreadSettings } from '../settings.ts'

/** The composition root reads this from its environment, once. Durations are in milliseconds. */
export type Config = CommonConfig & {
  /** An IP address or a host name. */
  host: string
  /** 0 picks a free one. */
  port: number
  databaseFile: string
  /** The place where the prober stands; `null` if it is to be detected (`detect-place.ts`). */
  position: 'in-cluster' | 'outside' | null
  /** Namespaces that are read one by one where a cluster does not allow a kind to be read in all. */
  namespaces: readonly string[]
  /** Objects that a watch holds are stale when the cluster has not confirmed them for so long. */
  staleAfterMs: number
  /** Tries under way at once, all jobs together. */
  concurrency: number
  auth: 'auto' | 'none' | 'tokens'
  /** Paths of kubeconfigs, separated as the system separates paths; `null`: none is read. */
  kubeconfig: string | null
  /** `null`: the current one. */
  kubeContext: string | null
  clusters: readonly ClusterContext[]
  /** CIDRs of the proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[]
  discover: DiscoverMode
  discoverEgress: DiscoverEgress
  /** Settings that are set and have no effect here. */
  notRead: ReturnType<typeof unreadSettings>
}

/**
 * `process.env` → Config.
 * @param nameOf says where a setting has been set, if not by its name in the environment.
 * @throws ConfigError whose message is the one line to print before the process ends.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>, nameOf?: NameOf): Config {
  const settings = readSettings(env, nameOf)
  return {
    ...commonConfig(settings),
    host: settings.PORTOLAN_HOST,
    port: settings.PORTOLAN_PORT,
    databaseFile: settings.PORTOLAN_DATABASE,
    position: settings.PORTOLAN_VANTAGE,
    namespaces: settings.PORTOLAN_NAMESPACES,
    staleAfterMs: settings.PORTOLAN_STALE_AFTER,
    concurrency: settings.PORTOLAN_CONCURRENCY,
    auth: settings.PORTOLAN_AUTH,
    kubeconfig: settings.PORTOLAN_KUBECONFIG,
    kubeContext: settings.PORTOLAN_KUBE_CONTEXT,
    clusters: settings.PORTOLAN_CLUSTERS,
    trustedProxies: settings.PORTOLAN_TRUSTED_PROXIES,
    discover: settings.PORTOLAN_DISCOVER,
    discoverEgress: egressOf(settings.PORTOLAN_DISCOVER_EGRESS),
    notRead: unreadSettings(env, 'node'),
  }
}

/** A range has a prefix, and a name never has. */
const egressOf = (entries: readonly string[]): DiscoverEgress => ({
  ranges: entries.filter((entry) => entry.includes('/')),
  names: entries.filter((entry) => !entry.includes('/')),
})
