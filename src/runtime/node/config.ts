import type { LogLevel } from '../../lib/log.ts'
import { readSettings } from '../config.ts'
import { unreadSettings } from '../settings.ts'

/** The composition root reads this from its environment, once. Durations are in milliseconds. */
export type Config = {
  /** An IP address or a host name. */
  host: string
  /** 0 picks a free one. */
  port: number
  /** Without a slash at the end. */
  publicUrl: string | null
  databaseFile: string
  /** The name of the cluster that Portolan stands in or reads. */
  cluster: string
  /** The place where the prober stands; `null` if it is to be detected (`detect-place.ts`). */
  position: 'in-cluster' | 'outside' | null
  /** `null`: the prober is called as it stands. */
  vantageName: string | null
  /** `null`: detected (`detect-place.ts`). */
  clusterDomain: string | null
  /** `ip` or `ip:port`; empty: the system's. */
  dnsServers: readonly string[]
  /** Tries under way at once, all jobs together. */
  concurrency: number
  concurrencyPerAddress: number
  /** Jobs waiting. */
  queueLimit: number
  /** Schedules that there may be. */
  scheduleLimit: number
  /** CIDRs. */
  egressAllow: readonly string[]
  egressDeny: readonly string[]
  auth: 'auto' | 'none' | 'tokens'
  adminToken: string | null
  /** 32 bytes in base64; `null`: the key file beside the database. */
  secretKey: string | null
  retention: { rawMs: number; failuresMs: number; hourlyMs: number; dailyMs: number }
  logLevel: LogLevel
  /** Settings that are set and have no effect here. */
  notRead: ReturnType<typeof unreadSettings>
}

/**
 * `process.env` → Config.
 * @throws ConfigError whose message is the one line to print before the process ends.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const settings = readSettings(env)
  return {
    host: settings.PORTOLAN_HOST,
    port: settings.PORTOLAN_PORT,
    publicUrl: settings.PORTOLAN_PUBLIC_URL,
    databaseFile: settings.PORTOLAN_DATABASE,
    cluster: settings.PORTOLAN_CLUSTER,
    position: settings.PORTOLAN_VANTAGE,
    vantageName: settings.PORTOLAN_VANTAGE_NAME,
    clusterDomain: settings.PORTOLAN_CLUSTER_DOMAIN,
    dnsServers: settings.PORTOLAN_DNS_SERVERS,
    concurrency: settings.PORTOLAN_CONCURRENCY,
    concurrencyPerAddress: settings.PORTOLAN_CONCURRENCY_PER_ADDRESS,
    queueLimit: settings.PORTOLAN_QUEUE_LIMIT,
    scheduleLimit: settings.PORTOLAN_SCHEDULE_LIMIT,
    egressAllow: settings.PORTOLAN_EGRESS_ALLOW,
    egressDeny: settings.PORTOLAN_EGRESS_DENY,
    auth: settings.PORTOLAN_AUTH,
    adminToken: settings.PORTOLAN_ADMIN_TOKEN,
    secretKey: settings.PORTOLAN_SECRET_KEY,
    retention: {
      rawMs: settings.PORTOLAN_RETENTION_RAW,
      failuresMs: settings.PORTOLAN_RETENTION_FAILURES,
      hourlyMs: settings.PORTOLAN_RETENTION_HOURLY,
      dailyMs: settings.PORTOLAN_RETENTION_DAILY,
    },
    logLevel: settings.PORTOLAN_LOG_LEVEL,
    notRead: unreadSettings(env, 'node'),
  }
}
